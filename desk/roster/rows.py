"""What a roster is read into: a value for every line that is not blank. docs/rosters.md lists the reasons."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Row:
    """A line that can be issued to."""

    line: int
    """Where the row starts: real line of a text file, row number of a worksheet; the first is 1."""
    address: str
    """Folded to lower case, the domain as A-labels."""
    name: str
    """NFC, runs of white space squeezed to one space."""
    issued_on: date | None
    """None: the roster leaves it to whoever issues."""
    expires_on: date | None
    language: str | None
    """One of `languages.LANGUAGES`, or None for the issuer's own."""
    evidence_url: str | None = None
    """Where the web shows what the award rests on."""
    narrative: str | None = None
    """What the issuer says of this award: NFC, in one line."""


@dataclass(frozen=True, slots=True)
class Bad:
    """A line that cannot be issued to."""

    line: int
    field: str
    """A field of `Row`, or `row` where the fault is not in one cell."""
    reason: str
    """In words that go on from the field's name: `holds a line break`, `is missing`."""
    value: str
    """What stands in the cell, shortened and made printable; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Repeated:
    """A line that says once more, word for word, what an earlier one says: harmless, and awarded once."""

    line: int
    first_line: int


RosterLine = Row | Bad | Repeated


@dataclass(frozen=True)
class RosterFault:
    """Why no line of a file can be read, in one line for the person who handed it in."""

    reason: str
