"""docs/rules.md names every word of the vocabulary, and each of its examples is one that loads."""

import re
from pathlib import Path

import pytest

from desk.words import Intent, Outcome, Role
from inbound.rules.assurance import GRANTS, GUIDES
from inbound.rules.deciding import RuleSet
from inbound.rules.document import Table, read_document
from inbound.rules.loading import FILE_KEYS, PRIORITIES, RULE_KEYS, load_rules
from inbound.rules.patterns import read_patterns
from inbound.rules.reading import ConditionReader
from inbound.rules.rule import Phase
from inbound.rules.vocabulary import HEADER, NOTHING, OPERATORS, VOCABULARY, Choice, Several

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "rules.md").read_text(encoding="utf-8")
JOINS = ("any", "all", "not")


def table(heading: str) -> list[list[str]]:
    """The rows of the first table under a heading."""
    section = re.split(rf"^#+ {heading}$", TEXT, flags=re.MULTILINE)[1]
    rows = re.split(r"\n\n(?=[^|])", section[section.index("\n| ") :])[0].strip().splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]


def code(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


FACTS = {code(row[0])[0]: row for row in table("Facts")}
ASKED = [(row[0], line) for rows in ("Facts", "Joining", "Text") for row in table(rows) for line in code(row[2])]


def test_every_fact_is_explained_in_the_words_of_the_vocabulary() -> None:
    assert FACTS.keys() == {*VOCABULARY, "header NAME"}
    for name, row in FACTS.items():
        word = HEADER if name == "header NAME" else VOCABULARY[name]
        assert row[1] == word.meaning


@pytest.mark.parametrize("name", [name for name, word in VOCABULARY.items() if isinstance(word, Choice | Several)])
def test_every_value_is_listed(name: str) -> None:
    word = VOCABULARY[name]
    assert isinstance(word, Choice | Several)
    listed = FACTS[name][2].rpartition(" · ")[2]
    if not listed.startswith(("the words of", "an intent")):
        assert listed.split(", ") == list(word.words)


@pytest.mark.parametrize(("word", "line"), ASKED)
def test_every_way_to_ask_can_be_read(word: str, line: str) -> None:
    document = read_document(f"when:\n  {line}\npatterns:\n  parcel_number: '[0-9]+'\n")
    reader = ConditionReader(read_patterns(document.entries["patterns"]), knows_outcome=True)
    when = document.entries["when"]
    assert isinstance(when, Table)
    assert reader.read(when, "when").tell()
    assert code(word)[0].partition(" ")[0] in line


def test_every_key_phase_and_join_is_explained() -> None:
    assert [code(row[0])[0] for row in table("A rule")] == [*FILE_KEYS, *RULE_KEYS]
    assert [code(row[0])[0] for row in table("Phases")] == list(Phase)
    assert [code(row[0])[0] for row in table("Joining")] == list(JOINS)
    assert [code(row[0])[0] for row in table("Text")] == list(OPERATORS)
    assert ", ".join(PRIORITIES).replace(", urgent", " or urgent") in TEXT
    assert NOTHING in TEXT


def test_what_each_outcome_needs_is_what_the_code_demands() -> None:
    told = {
        (outcome, row[1]): frozenset(row[2].split(", "))
        for row in table("Outcomes")
        for outcome in re.split(", ", row[0].replace("`", ""))
    }
    granted: dict[tuple[str, str], frozenset[str]] = {}
    for outcome, grants in GRANTS.items():
        for grant in grants:
            key = (outcome.value, _tell_intents(outcome, grant.intents))
            granted[key] = granted.get(key, frozenset()) | frozenset(map(str, grant.roles))
    everybody = frozenset(map(str, Role))
    assert told == {key: frozenset({"everybody"}) if roles == everybody else roles for key, roles in granted.items()}


def _tell_intents(outcome: Outcome, intents: frozenset[Intent]) -> str:
    if outcome is Outcome.ANSWER:
        return "what a guide answers; other, with `reply`"
    if intents == GUIDES:
        return "what a guide answers"
    return "everything" if intents == frozenset(Intent) else ", ".join(intent for intent in Intent if intent in intents)


def test_the_example_is_a_file_that_loads() -> None:
    [example] = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    loaded = load_rules(example + REST)
    assert isinstance(loaded, RuleSet), loaded


REST = """- id: rest
  phase: act
  when: always
  then: ticket
  examples: [{given: {role: earner, subject: My badge, intent: linkedin_add}, then: ticket}]
"""
