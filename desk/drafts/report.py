"""What is wrong with the rows of a roster, so that a person can mend them on a page. Pure.

Here belong the values, and the pass that gathers them. It streams; what is kept is capped, so that the report of a
file of any length is a page or forty, and the counts are of all rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from pydantic import TypeAdapter

from desk.roster.cells import Cell, write_cell
from desk.roster.columns import SPOKEN
from desk.roster.headers import MOST_COLUMNS
from desk.roster.reading import Roster
from desk.roster.rows import Bad, Repeated, Row
from mailer.lint.addresses import suspect_address
from mailer.lint.mail import Origin
from wire.misspelling import suggest_domain

MOST_FAULTY = 1000
"""Bad rows that are kept with their cells. Whoever has more has chosen the wrong columns; a download has them all."""
MOST_SUSPICIOUS = 500
MOST_REPEATED = 200
RECIPIENTS = 25
"""Good rows that a preview can be looked at for."""
SHOWN = 300
"""Characters of a cell that can be corrected on the page."""


@dataclass(frozen=True, slots=True)
class FaultyRow:
    """A row that nothing can be issued to."""

    line: int
    field: str
    reason: str
    value: str
    cells: Mapping[str, str]
    """By field, what stands there: cut, and empty if the row cannot be cut into cells."""


@dataclass(frozen=True, slots=True)
class SuspiciousRow:
    """A good row whose address looks odd."""

    line: int
    code: str
    """Of lint: `address-typo`, `address-role`, `address-reserved`."""
    address: str
    suggestion: str
    """The address that is probably meant; empty for none."""


@dataclass(frozen=True, slots=True)
class RepeatedRow:
    """A row that says once more what an earlier one says."""

    line: int
    first_line: int


@dataclass(frozen=True, slots=True)
class Recipient:
    """A good row, as the preview needs it."""

    line: int
    name: str
    address: str
    language: str | None
    issued_on: date | None
    expires_on: date | None


@dataclass(frozen=True)
class Report:
    """A look at every row."""

    rows: int = 0
    good: int = 0
    bad: int = 0
    repeated: int = 0
    suspicious: int = 0
    correctable: int = 0
    """Of the suspicious: those with a suggestion."""
    fault: str = ""
    """Why no row can be read at all."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Field to what the file calls it."""
    ignored: Sequence[str] = ()
    sheet: str | None = None
    unread_sheets: Sequence[str] = ()
    faulty: Sequence[FaultyRow] = ()
    suspected: Sequence[SuspiciousRow] = ()
    repeats: Sequence[RepeatedRow] = ()
    recipients: Sequence[Recipient] = ()


_ADAPTER = TypeAdapter(Report)


def write_report(report: Report) -> str:
    """Return the report as JSON."""
    return _ADAPTER.dump_json(report).decode()


def read_report(text: str) -> Report | None:
    """Return what `write_report` wrote; None for an empty text: nobody has looked yet."""
    return _ADAPTER.validate_json(text) if text else None


def look_over(roster: Roster, origin: Origin) -> Report:
    """Read every row once and tell what is wrong with it."""
    gathering = _Gathering(roster, origin)
    for line, cells in roster.lines():
        gathering.add(line, cells)
    return gathering.finish()


class _Gathering:
    def __init__(self, roster: Roster, origin: Origin) -> None:
        self._roster = roster
        self._origin = origin
        self._places = {name: roster.place_of(name) for name in SPOKEN if roster.place_of(name) is not None}
        self._rows = self._good = self._bad = self._repeated = self._suspicious = self._correctable = 0
        self._faulty: list[FaultyRow] = []
        self._suspected: list[SuspiciousRow] = []
        self._repeats: list[RepeatedRow] = []
        self._recipients: list[Recipient] = []

    def add(self, line: Row | Bad | Repeated, cells: Sequence[Cell]) -> None:
        self._rows += 1
        match line:
            case Row():
                self._add_good(line)
            case Bad():
                self._bad += 1
                if len(self._faulty) < MOST_FAULTY:
                    self._faulty.append(FaultyRow(line.line, line.field, line.reason, line.value, self._cut(cells)))
            case Repeated():
                self._repeated += 1
                if len(self._repeats) < MOST_REPEATED:
                    self._repeats.append(RepeatedRow(line.line, line.first_line))

    def _add_good(self, row: Row) -> None:
        self._good += 1
        if len(self._recipients) < RECIPIENTS:
            self._recipients.append(recipient_of(row))
        for code, _ in suspect_address(row.address, self._origin):
            self._suspicious += 1
            suggestion = _suggest(row.address) if code == "address-typo" else ""
            self._correctable += bool(suggestion)
            if len(self._suspected) < MOST_SUSPICIOUS:
                self._suspected.append(SuspiciousRow(row.line, code, row.address, suggestion))

    def _cut(self, cells: Sequence[Cell]) -> Mapping[str, str]:
        if not cells:
            return {}
        return {
            name: write_cell(cells[place])[:SHOWN] if place is not None and place < len(cells) else ""
            for name, place in self._places.items()
        }

    def finish(self) -> Report:
        roster = self._roster
        return Report(
            rows=self._rows,
            good=self._good,
            bad=self._bad,
            repeated=self._repeated,
            suspicious=self._suspicious,
            correctable=self._correctable,
            columns=roster.columns,
            ignored=roster.ignored_columns[:MOST_COLUMNS],
            sheet=roster.sheet,
            unread_sheets=roster.unread_sheets[:MOST_COLUMNS],
            faulty=self._faulty,
            suspected=self._suspected,
            repeats=self._repeats,
            recipients=self._recipients,
        )


def recipient_of(row: Row) -> Recipient:
    """Return what a preview needs of a good row."""
    return Recipient(row.line, row.name, row.address, row.language, row.issued_on, row.expires_on)


def _suggest(address: str) -> str:
    local_part, _, domain = address.rpartition("@")
    meant = suggest_domain(domain)
    return f"{local_part}@{meant}" if meant else ""
