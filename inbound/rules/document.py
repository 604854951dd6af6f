"""From the text of a rules file to its tables, lists and texts, each with its line.

Here belongs the form of the file. A rules file is the plain part of YAML 1.1: no anchors, aliases, tags or second
documents, no key twice, and every value is text until a word of the vocabulary reads it (`no` is Norwegian where
languages are read). So nothing can be hidden in it, and nothing in it can grow.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from inbound.rules.faults import RulesError, quote

FILE_LIMIT = 8 * 1024 * 1024
"""Bytes of a file: 20,000 rules of good size."""
DEPTH_LIMIT = 16
TEXT_LIMIT = 20_000
"""Characters of one value: an example may hold a mail."""
_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml where it was built in: ten times as fast."""


@dataclass(frozen=True, slots=True)
class Text:
    """One value."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Listing:
    """A list."""

    items: "list[Node]"
    line: int


@dataclass(frozen=True, slots=True)
class Table:
    """Keys and what they hold, in the order of the file."""

    entries: "dict[str, Node]"
    line: int
    lines: dict[str, int] = field(default_factory=dict)
    """The line of each key."""


Node = Text | Listing | Table


def decode_document(content: bytes) -> str:
    """Return the text of a file. Raises `RulesError` for one that is too large or no UTF-8."""
    if len(content) > FILE_LIMIT:
        raise RulesError(1, "", f"the file has {len(content):,} bytes; {FILE_LIMIT:,} are the most")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise RulesError(line, "", "this is no UTF-8: save the file as UTF-8") from None


def read_document(text: str) -> Table:
    """Return the file's table. Raises `RulesError` for whatever is not in the plain part of YAML."""
    if len(text) > FILE_LIMIT:
        raise RulesError(1, "", f"the file has {len(text):,} characters; {FILE_LIMIT:,} are the most")
    try:
        node = _Builder().build(yaml.parse(text, Loader=_PARSER))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise RulesError(mark.line + 1 if mark else 1, "", f"this is no YAML: {error.problem}") from None
    except (yaml.YAMLError, UnicodeError):
        raise RulesError(1, "", "this is no YAML: it holds a character that YAML forbids") from None
    if isinstance(node, Table):
        return node
    raise RulesError(1, "", "the file holds no rules: it begins with “version: 1” and “rules:”")


class _Builder:
    """Builds nodes from YAML's events, so that nothing is resolved, constructed or repeated."""

    def build(self, events: Iterator[Any]) -> Node | None:
        self._events = events
        root: Node | None = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent) and root is not None:
                raise RulesError(_line(event), "", "a second document begins here (---): a file holds one")
            if isinstance(event, yaml.NodeEvent):
                root = self._read(event, 0)
        return root

    def _read(self, event: Any, depth: int) -> Node:
        _refuse_tricks(event)
        if depth > DEPTH_LIMIT:
            raise RulesError(_line(event), "", f"lists and tables are nested more than {DEPTH_LIMIT} deep")
        if isinstance(event, yaml.MappingStartEvent):
            return self._read_table(event, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._read_listing(event, depth)
        return _read_text(event)

    def _read_listing(self, start: Any, depth: int) -> Listing:
        items: list[Node] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._read(event, depth + 1))
        return Listing(items, _line(start))

    def _read_table(self, start: Any, depth: int) -> Table:
        table = Table({}, _line(start))
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._read(event, depth + 1)
            if not isinstance(key, Text):
                raise RulesError(key.line, "", "a key is a list or a table: a key is a word")
            if key.text in table.entries:
                first = table.lines[key.text]
                raise RulesError(key.line, key.text, f"the key stands in line {first} already: take one away")
            table.entries[key.text] = self._read(next(self._events), depth + 1)
            table.lines[key.text] = key.line
        return table


def _read_text(event: Any) -> Text:
    if len(event.value) > TEXT_LIMIT:
        raise RulesError(_line(event), "", f"a value of {len(event.value):,} characters; {TEXT_LIMIT:,} are the most")
    return Text(event.value, _line(event))


def _refuse_tricks(event: Any) -> None:
    if isinstance(event, yaml.AliasEvent):
        raise RulesError(_line(event), "", f"an alias ({quote(f'*{event.anchor}')}): write the value itself")
    if event.anchor is not None:
        raise RulesError(
            _line(event), "", f"an anchor ({quote('&' + event.anchor)}): write the value where it is needed"
        )
    if event.tag is not None:
        raise RulesError(_line(event), "", f"a tag ({quote(event.tag)}): a rules file has none")


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1
