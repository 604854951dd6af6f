"""What is wrong with a rules file, in words for whoever wrote it.

Here belong the values. They are made wherever the file is read or checked; `loading` gathers them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches

SHOWN = 60
"""Characters of a stranger's text that a message repeats."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that must be mended before the file can be loaded."""

    line: int
    """Counted from 1."""
    key: str
    """Where in the file, such as `rules.issuer-rename.when.role`; empty: the file as a whole."""
    message: str
    """What is wrong and what to do."""

    def __str__(self) -> str:
        place = f"{self.line}: {self.key}" if self.key else f"{self.line}"
        return f"{place}: {self.message}"


class RulesError(Exception):
    """Ends the reading of one rule, or of the file. Never leaves `inbound.rules`."""

    def __init__(self, line: int, key: str, message: str) -> None:
        super().__init__(message)
        self.fault = Fault(line, key, message)


@dataclass(frozen=True, slots=True)
class Refused:
    """The file was not loaded; what was in force stays so."""

    faults: tuple[Fault, ...]
    """At least one, in the order of the file."""


def quote(text: str) -> str:
    """Return `text` for a message: short, on one line, with quotation marks. What shows nowhere is written as in a
    rules file: a pattern between double quotes may hold one without its writer's knowledge (`"\\b"` is U+0008)."""
    short = text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
    line = " ".join(short.split())
    return f"“{''.join(each if each.isprintable() else ascii(each)[1:-1] for each in line)}”"


def list_words(words: Collection[str]) -> str:
    """Return words as a sentence lists them: `a, b or c`."""
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last


def suggest(word: str, known: Collection[str]) -> str:
    """Return what a misspelled word may have meant, or which words there are."""
    if close := get_close_matches(word, known, n=1):
        return f"did you mean {close[0]}?"
    return f"write {list_words(known)}" if len(known) <= 20 else "see docs/rules.md for the words there are"
