"""What was said about a draft, in values and in the JSON that its row holds. Pure.

Here belong the two forms and the way between them. Who may say it stands in `changing`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from pydantic import TypeAdapter

from desk.issuing.order import IssueSummary
from desk.roster.dates import Order
from desk.roster.said import Said


@dataclass(frozen=True)
class ChosenColumns:
    """Which column is what, so far as a person has said so."""

    header_line: int | None = None
    fields: tuple[str, ...] | None = None
    order: Order | None = None


@dataclass(frozen=True)
class SendingTerms:
    """How a roster is to be issued."""

    language: str | None = None
    """For rows and earners that name none; None: the issuer's."""
    at: datetime | None = None
    """When the mails are to leave; None: as soon as it is issued."""
    not_later_than: datetime | None = None
    zone: str = "UTC"
    """In which both were typed, and are shown."""
    skip_bad: bool = False
    """Whether bad rows are left out; otherwise nothing is issued while there is one."""


@dataclass(frozen=True)
class Doubt:
    """A good row that somebody should look at, in words that staff can read."""

    line: int
    reason: str


@dataclass(frozen=True)
class Counted:
    """What issuing a draft would come to."""

    summary: IssueSummary = field(default_factory=IssueSummary)
    refused: str = ""
    """Why nothing can be issued."""
    doubts: tuple[Doubt, ...] = ()
    doubtful: int = 0


_COLUMNS = TypeAdapter(ChosenColumns)
_TERMS = TypeAdapter(SendingTerms)
_CORRECTIONS: TypeAdapter[dict[int, dict[str, str]]] = TypeAdapter(dict[int, dict[str, str]])
_COUNTED = TypeAdapter(Counted)


def write_columns(columns: ChosenColumns) -> str:
    """Return what was said about the columns as JSON."""
    return _COLUMNS.dump_json(columns).decode()


def read_columns(text: str) -> ChosenColumns:
    """Return what `write_columns` wrote."""
    return _COLUMNS.validate_json(text)


def write_terms(terms: SendingTerms) -> str:
    """Return how it is to be issued as JSON."""
    return _TERMS.dump_json(terms).decode()


def read_terms(text: str) -> SendingTerms:
    """Return what `write_terms` wrote."""
    return _TERMS.validate_json(text)


def write_corrections(corrections: Mapping[int, Mapping[str, str]]) -> str:
    """Return the corrections as JSON."""
    return _CORRECTIONS.dump_json({line: dict(texts) for line, texts in corrections.items()}).decode()


def read_corrections(text: str) -> dict[int, dict[str, str]]:
    """Return what `write_corrections` wrote."""
    return _CORRECTIONS.validate_json(text)


def write_counted(counted: Counted) -> str:
    """Return what issuing would come to as JSON."""
    return _COUNTED.dump_json(counted).decode()


def read_counted(text: str) -> Counted | None:
    """Return what `write_counted` wrote; None for an empty text: nobody has counted yet."""
    return _COUNTED.validate_json(text) if text else None


def say(columns: ChosenColumns, corrections: Mapping[int, Mapping[str, str]]) -> Said:
    """Return what reading the file is to heed."""
    said = Said(columns.header_line, columns.fields, columns.order)
    return replace(said, corrections=corrections)
