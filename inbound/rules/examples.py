"""Examples inside the file: a mail in the words of the vocabulary, and what must come of it.

Here belongs reading them. What is not said is as in an ordinary mail: somebody with a plain address, sure of what they
want, one person where the writer is a contact, proven where the role is issuer.
"""

from collections.abc import Callable, Mapping
from typing import Any

from desk.words import Intent, Outcome, Role
from inbound.facts import Facts
from inbound.rules.document import Node, Table
from inbound.rules.faults import RulesError
from inbound.rules.reading import find_word
from inbound.rules.rule import Example
from inbound.rules.values import read_flag, read_line, read_number, read_word, read_words
from inbound.rules.view import HEADER_PREFIX
from inbound.rules.vocabulary import NOTHING, OUTCOME, Choice, Flag, Number, Several, Wishes, Words
from inbound.understanding.wish import Confidence

EXAMPLE_KEYS = ("given", "then", "matches")
SENDER = "someone@mail.example"
ISSUER = "college"
_TEXT_LIMIT = 20_000
_FACTS: Mapping[str, Callable[[str], Any]] = {"role": Role, "intent": Intent, "confidence": Confidence}
_DERIVED = ("sender_domain", OUTCOME)


def read_example(node: Node, key: str) -> Example:
    """Return one example. Raises `RulesError`."""
    if not isinstance(node, Table) or not {"given", "then"} <= node.entries.keys() <= set(EXAMPLE_KEYS):
        raise RulesError(
            node.line, key, "an example has “given:” and “then:”, and “matches: no” where the rule is not meant"
        )
    given = node.entries["given"]
    if not isinstance(given, Table):
        raise RulesError(given.line, f"{key}.given", "here stand facts of a mail, such as “{role: earner}”")
    outcome = Outcome(read_word(node.entries["then"], tuple(Outcome), f"{key}.then"))
    is_match = "matches" not in node.entries or read_flag(node.entries["matches"], f"{key}.matches")
    return Example(_read_facts(given, f"{key}.given"), outcome, is_match, node.line)


def _read_facts(given: Table, key: str) -> Facts:
    facts: dict[str, Any] = {"sender": SENDER, "confidence": Confidence.SURE}
    headers: list[tuple[str, str]] = []
    for name, value in given.entries.items():
        line, place = given.lines[name], f"{key}.{name}"
        if name in _DERIVED:
            raise RulesError(line, place, "this follows from the other facts: state those")
        if name.lower().startswith(HEADER_PREFIX):
            find_word(name, place, line)
            headers.append((name[len(HEADER_PREFIX) :].lower(), read_line(value, place, _TEXT_LIMIT)))
        else:
            facts.update(_read_fact(name, value, place, line))
    if facts.get("role") in (Role.ISSUER, Role.CLAIMED_ISSUER):
        proof = {"authentication": "pass"} if facts["role"] is Role.ISSUER else {}
        facts = {"issuer": ISSUER, "people": 1, **proof, **facts}
    return Facts(**facts, headers=tuple(headers))


def _read_fact(name: str, value: Node, key: str, line: int) -> dict[str, Any]:
    match find_word(name, key, line):
        case Number("guess_percent", most):
            return {"guess_confidence": read_number(value, most, key) / 100}
        case Choice(fact) | Flag(fact) | Several(fact) | Number(fact) as word:
            return {fact: _read_plain(word, value, key)}
        case Wishes(words):
            return {"asked": tuple(Intent(said) for said in read_words(value, words, key))}
        case Words() if name == "attachment":
            return {"attachments": (read_line(value, key, _TEXT_LIMIT).lower(),)}
        case _:
            return {name: read_line(value, key, _TEXT_LIMIT)}


def _read_plain(word: Choice | Flag | Several | Number, value: Node, key: str) -> Any:
    match word:
        case Flag():
            return read_flag(value, key)
        case Number():
            return read_number(value, word.most, key)
        case Several():
            return frozenset(read_words(value, (*word.words, NOTHING), key)) - {NOTHING}
        case Choice():
            said = read_word(value, (*word.words, NOTHING) if word.is_optional else word.words, key)
            return None if said == NOTHING and word.is_optional else _FACTS.get(word.fact, str)(said)
