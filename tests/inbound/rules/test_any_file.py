"""Whatever is given as a rules file is loaded or refused with a line: nothing that somebody writes ends the program."""

import random
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from inbound.rules.deciding import RuleSet
from inbound.rules.faults import Refused
from inbound.rules.loading import EXAMPLES_LIMIT, RULE_KEYS, load_rules
from inbound.rules.vocabulary import VOCABULARY

SHIPPED = (Path(__file__).resolve().parents[3] / "rules" / "support.yaml").read_text(encoding="utf-8")
WORDS = (
    "any all not contains matches nothing anything at_least yes no 0 99999999999 -1 1e9 issuer apply drop ticket "
    "unlock { } [ ] : ' \" | > &a *a !!str << --- ... ? # ~ \x00 \ufeff é \ud800"
)
PIECES = (*VOCABULARY, *RULE_KEYS, *WORDS.split(" "), "header X-A", "- ", "\n", "  ", "\t")
ONE = "version: 1\nrules:\n- id: one\n  phase: act\n  then: ticket\n"


def is_told(loaded: RuleSet | Refused) -> bool:
    return isinstance(loaded, RuleSet) or all(fault.line >= 1 and fault.message for fault in loaded.faults)


@given(st.text())
def test_any_text(text: str) -> None:
    assert is_told(load_rules(text))


@given(st.binary())
def test_any_bytes(content: bytes) -> None:
    assert is_told(load_rules(content))


@given(st.integers(0, 2**32))
@settings(max_examples=400)
def test_the_shipped_file_with_something_else_in_a_few_places(seed: int) -> None:
    chance = random.Random(seed)
    tokens = SHIPPED.split(" ")
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(tokens))
        tokens[at] = chance.choice(
            (chance.choice(PIECES), "", tokens[at] + chance.choice(PIECES), chance.choice(tokens))
        )
    assert is_told(load_rules(" ".join(tokens)))


@given(st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join))
@settings(max_examples=400)
def test_anything_as_a_condition(when: str) -> None:
    assert is_told(load_rules(f"{ONE}  when: {when}\n  examples: [{{given: {{}}, then: ticket}}]\n"))


def test_many_examples_are_refused() -> None:
    examples = "  - {given: {role: earner}, then: ticket}\n" * (EXAMPLES_LIMIT + 1)
    refused = load_rules(f"{ONE}  when: {{role: earner}}\n  examples:\n{examples}")
    assert isinstance(refused, Refused)
