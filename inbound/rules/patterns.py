"""Named patterns: regular expressions that are linear in the mail's length whatever they say (RE2).

Here belongs compiling them. They are defined once at the top of the file, because whoever reads a rule wants to read
what is meant, not how it is matched.
"""

import re
from typing import Any

import re2

from inbound.rules.document import Node, Table, Text
from inbound.rules.faults import RulesError, quote

PATTERNS_LIMIT = 1_000
PATTERN_LIMIT = 1_000
"""Characters of one pattern."""
_MEMORY = 1 << 20
"""Bytes that RE2 may use for one pattern, its automaton included."""
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


def read_patterns(node: Node | None) -> dict[str, Any]:
    """Return the compiled patterns by name. Raises `RulesError`."""
    if node is None:
        return {}
    if not isinstance(node, Table) or len(node.entries) > PATTERNS_LIMIT:
        raise RulesError(node.line, "patterns", f"here stand names and patterns, {PATTERNS_LIMIT:,} at most")
    return {name: _compile(name, value, node.lines[name]) for name, value in node.entries.items()}


def _compile(name: str, value: Node, line: int) -> Any:
    key = f"patterns.{name}"
    if not _NAME.fullmatch(name):
        raise RulesError(line, key, "a pattern's name is of small letters, digits and _")
    if not isinstance(value, Text) or not 0 < len(value.text) <= PATTERN_LIMIT:
        raise RulesError(value.line, key, f"here stands a regular expression of 1 to {PATTERN_LIMIT:,} characters")
    options = re2.Options()
    options.max_mem, options.log_errors, options.case_sensitive = _MEMORY, False, False
    try:
        pattern = re2.compile(value.text.encode(), options)
    except re2.error as error:
        raise RulesError(value.line, key, f"no regular expression of RE2: {_read_words(error)}") from None
    if pattern.search(b"") is not None:
        raise RulesError(value.line, key, f"{quote(value.text)} matches an empty text, so it matches every mail")
    return pattern


def _read_words(error: Exception) -> str:
    said = error.args[0]
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return " ".join(words.split())
