"""From `when:` of a rule to a condition, word by word.

Here belongs what may be written after each word of the vocabulary. What is refused is said with its line and what to
write instead.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from desk.words import Intent
from inbound.rules.conditions import Asks, Between, Condition, Every, Has, Matches, Never, Says, Some, Within
from inbound.rules.document import Node, Table, Text
from inbound.rules.faults import RulesError, list_words, quote, suggest
from inbound.rules.values import read_flag, read_items, read_number, read_texts, read_word, read_words
from inbound.rules.view import HEADER_PREFIX, fold_text
from inbound.rules.vocabulary import (
    ANYTHING,
    HEADER,
    NOTHING,
    OPERATORS,
    OUTCOME,
    VALUES,
    VOCABULARY,
    Choice,
    Flag,
    Number,
    Several,
    Wishes,
    Word,
    Words,
)

LITERAL_LIMIT = 200
"""Characters of a text that is looked for."""
_JOINS = ("any", "all", "not")
_FIELD_NAME = re.compile(r"[!-9;-~]{1,64}")

Patterns = Mapping[str, Any]
"""Compiled patterns by name."""


class ConditionReader:
    """Reads conditions of one file."""

    def __init__(self, patterns: Patterns, *, knows_outcome: bool) -> None:
        self._patterns = patterns
        self._knows_outcome = knows_outcome
        self.used: set[str] = set()
        """The patterns that were asked for."""

    def read(self, node: Node, key: str) -> Condition:
        """Return the condition of a table: all of its lines must hold. Raises `RulesError`."""
        if not isinstance(node, Table) or not node.entries:
            raise RulesError(node.line, key, "here stand facts and what they must be, such as “role: issuer”")
        parts = [
            self._read_entry(name, value, f"{key}.{name}", node.lines[name]) for name, value in node.entries.items()
        ]
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def _read_entry(self, name: str, value: Node, key: str, line: int) -> Condition:
        if name == "not":
            return Never(self.read(value, key))
        if name in _JOINS:
            parts = tuple(self.read(item, key) for item in read_items(value, key))
            return Some(parts) if name == "any" else Every(parts)
        word = find_word(name, key, line)
        if name == OUTCOME and not self._knows_outcome:
            raise RulesError(line, key, "what is done is known in the phase route only")
        return self._read_word(word, name, value, key)

    def _read_word(self, word: Word, name: str, value: Node, key: str) -> Condition:
        match word:
            case Choice():
                return _read_choice(word, name, value, key)
            case Flag(fact):
                is_so = read_flag(value, key)
                return Within(fact, frozenset({is_so}), name, f"is {'yes' if is_so else 'no'}")
            case Several():
                return _read_several(word, name, value, key)
            case Wishes(words):
                return join(Some, [Asks(Intent(said)) for said in read_words(value, words, key)])
            case Number():
                return _read_number(word, name, value, key)
            case Words():
                return self._read_texts(word, name.lower(), value, key)

    def _read_texts(self, word: Words, name: str, value: Node, key: str) -> Condition:
        if isinstance(value, Table) and value.entries:
            parts = [
                self._read_operator(name, operator, found, f"{key}.{operator}", value.lines[operator])
                for operator, found in value.entries.items()
            ]
            return join(Every, parts)
        if word.can_lack and isinstance(value, Text) and value.text in (NOTHING, ANYTHING):
            return Has(name) if value.text == ANYTHING else Never(Has(name))
        if word.is_identity:
            return self._read_operator(name, "is", value, key, value.line)
        raise RulesError(value.line, key, f"say how: {list_words(OPERATORS)}, as in “{name}: {{contains: …}}”")

    def _read_operator(self, name: str, operator: str, value: Node, key: str, line: int) -> Condition:
        if operator not in OPERATORS:
            raise RulesError(
                line, key, f"no way to compare texts is called {quote(operator)}: {suggest(operator, OPERATORS)}"
            )
        read = self._read_pattern(name, key) if operator == "matches" else _read_literal(name, operator, key)
        return join(Some, [read(item) for item in read_texts(value, key)])

    def _read_pattern(self, name: str, key: str) -> Callable[[Text], Condition]:
        def read(item: Text) -> Condition:
            if item.text not in self._patterns:
                known = suggest(item.text, self._patterns) if self._patterns else "define it under “patterns:”"
                raise RulesError(item.line, key, f"no pattern is called {quote(item.text)}: {known}")
            self.used.add(item.text)
            return Matches(name, item.text, self._patterns[item.text])

        return read


def find_word(name: str, key: str, line: int) -> Word:
    """Return the word of the vocabulary with this name. Raises `RulesError`."""
    if name.lower().startswith(HEADER_PREFIX):
        if not _FIELD_NAME.fullmatch(name[len(HEADER_PREFIX) :]):
            raise RulesError(line, key, "after “header” stands the name of one field, such as “header X-Priority”")
        return HEADER
    if name not in VOCABULARY:
        raise RulesError(
            line, key, f"no fact is called {quote(name)}: {suggest(name, (*VOCABULARY, *_JOINS, 'header NAME'))}"
        )
    return VOCABULARY[name]


def join(kind: type[Every] | type[Some], parts: list[Any]) -> Condition:
    """Return conditions as one."""
    return parts[0] if len(parts) == 1 else kind(tuple(parts))


def _read_choice(word: Choice, name: str, value: Node, key: str) -> Condition:
    if isinstance(value, Table):
        return _read_order(word, name, value, key)
    if word.is_optional and isinstance(value, Text) and value.text in (NOTHING, ANYTHING):
        is_nothing = value.text == NOTHING
        allowed = frozenset({None}) if is_nothing else VALUES[word.fact] - {None}
        return Within(word.fact, allowed, name, f"is {value.text}")
    said = read_words(value, (*word.words, NOTHING, ANYTHING) if word.is_optional else word.words, key)
    for extra in (NOTHING, ANYTHING):
        if extra in said:
            raise RulesError(value.line, key, f"“{extra}” stands alone, not in a list")
    return Within(word.fact, frozenset(said), name, f"is {list_words(said)}")


def _read_order(word: Choice, name: str, value: Table, key: str) -> Condition:
    if not word.is_ordered or list(value.entries) != ["at_least"]:
        can = ", or “{at_least: …}”" if word.is_ordered else ""
        raise RulesError(value.line, key, f"write {list_words(word.words)}, or a list of these{can}")
    least = read_word(value.entries["at_least"], word.words, f"{key}.at_least")
    allowed = word.words[: word.words.index(least) + 1]
    return Within(word.fact, frozenset(allowed), name, f"is at least {least}")


def _read_several(word: Several, name: str, value: Node, key: str) -> Condition:
    if isinstance(value, Text) and value.text in (NOTHING, ANYTHING):
        allowed = frozenset(some for some in VALUES[word.fact] if bool(some) == (value.text == ANYTHING))
        return Within(word.fact, allowed, name, f"is {value.text}")
    said = read_words(value, word.words, key)
    return Within(
        word.fact, frozenset(some for some in VALUES[word.fact] if some & set(said)), name, f"has {list_words(said)}"
    )


def _read_number(word: Number, name: str, value: Node, key: str) -> Condition:
    if not isinstance(value, Table):
        number = read_number(value, word.most, key)
        return Between(word.fact, number, number)
    if not value.entries or not value.entries.keys() <= {"at_least", "at_most"}:
        raise RulesError(value.line, key, f"write a number, or “{name}: {{at_least: 2, at_most: 10}}”")
    bounds = {bound: read_number(found, word.most, f"{key}.{bound}") for bound, found in value.entries.items()}
    least, most = bounds.get("at_least"), bounds.get("at_most")
    if least is not None and most is not None and least > most:
        raise RulesError(value.line, key, f"no number is at least {least} and at most {most}")
    return Between(word.fact, least, most)


def _read_literal(name: str, operator: str, key: str) -> Callable[[Text], Condition]:
    def read(item: Text) -> Condition:
        literal = fold_text(item.text)
        if not literal or len(item.text) > LITERAL_LIMIT:
            raise RulesError(item.line, key, f"here stands a text of 1 to {LITERAL_LIMIT} characters")
        if name in ("sender", "sender_domain") and operator == "ends_with" and literal[0] not in "@.":
            advice = f"“sender_domain: {literal}”, or “ends_with: .{literal}”"
            raise RulesError(item.line, key, f"{quote('evil' + literal)} ends so, too: write {advice}")
        return Says(name, operator, literal)

    return read
