"""docs/support-policy.md against the shipped rules: what it promises is what is decided."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from desk.words import Intent, Outcome, Role
from inbound.facts import Doubt, Facts, Lack, Problem
from inbound.rules.deciding import RuleSet, decide
from inbound.rules.loading import load_rules
from inbound.understanding.wish import Confidence

ROOT = Path(__file__).resolve().parents[3]
TEXT = (ROOT / "docs" / "support-policy.md").read_text(encoding="utf-8")
CHECKS = {
    "several people": (("doubts", frozenset({Doubt.ONE_OF_SEVERAL})),),
    "something needed is missing": tuple(("lacks", frozenset({lack})) for lack in Lack),
    "the earner is not on record": tuple(
        ("problems", frozenset({problem})) for problem in Problem if problem is not Problem.OTHER_EARNER
    ),
    "the new name has no part": tuple(
        ("doubts", frozenset({doubt})) for doubt in Doubt if doubt is not Doubt.ONE_OF_SEVERAL
    ),
}


def rows(first: str) -> list[list[str]]:
    """The rows of the table whose first heading this is."""
    table = TEXT.split(f"\n| {first} |", 1)[1].split("\n\n", 1)[0]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table.splitlines()[2:]]


def words(first: str) -> list[str]:
    return [row[0].strip("`") for row in rows(first)]


CELLS = [
    (role, Intent(row[0].strip("`")), cell)
    for row in rows("intent | `issuer`")
    for role, cell in zip(Role, row[1:], strict=True)
]


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    loaded = load_rules((ROOT / "rules" / "support.yaml").read_bytes())
    assert isinstance(loaded, RuleSet)
    return loaded


def mail(role: Role, intent: Intent) -> Facts:
    return Facts(
        role=role, intent=intent, confidence=Confidence.SURE, sender="dana@mail.example", people=2,
        authentication="pass" if role is Role.ISSUER else "none", issuer="college", offers_pdf=True,
    )  # fmt: skip


def test_every_word_is_explained() -> None:
    assert words("role") == list(Role)
    assert words("intent | the mail asks") == list(Intent)
    assert words("outcome | what happens") == list(Outcome)
    assert re.findall(r"^\| .* \| `(\w+)` \| `(\w+)` \| `(\w+)` \| `(\w+)` \|$", TEXT, re.MULTILINE) == [tuple(Role)]
    assert len(CELLS) == len(Role) * len(Intent)


@pytest.mark.parametrize(("role", "intent", "cell"), CELLS)
def test_each_cell_is_what_the_rules_decide(role: Role, intent: Intent, cell: str, rules: RuleSet) -> None:
    promised, _, note = cell.partition(" ")
    assert decide(mail(role, intent), rules).outcome == promised
    if note == "²":
        assert decide(replace(mail(role, intent), offers_pdf=False), rules).outcome is Outcome.REDIRECT


@pytest.mark.parametrize(("role", "intent"), [(role, intent) for role, intent, cell in CELLS if cell.endswith("¹")])
def test_the_checks_come_first_and_in_their_order(role: Role, intent: Intent, rules: RuleSet) -> None:
    checks = rows("what is found")
    assert len(checks) == len(CHECKS)
    facts = mail(role, intent)
    for (found, outcome), (said, settings) in zip(reversed(checks), reversed(CHECKS.items()), strict=True):
        assert found.startswith(said)
        for fact, value in settings:
            facts = replace(facts, **{fact: value | getattr(facts, fact)})
            assert decide(facts, rules).outcome == outcome
