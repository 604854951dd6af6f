"""From a file to rows: `read_roster` finds the columns of the file, `Roster.rows` checks each line."""

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import BinaryIO

from desk.roster.cells import Cell, is_blank
from desk.roster.checking import Checker
from desk.roster.columns import NoColumns
from desk.roster.dates import Order, find_order
from desk.roster.headers import Header, find_header
from desk.roster.lines import Broken, Table, read_below, read_column
from desk.roster.rows import Bad, Repeated, RosterFault, RosterLine, Row
from desk.roster.said import NOTHING_SAID, Corrections, Said
from desk.roster.seen import SeenAddresses
from desk.roster.tables import open_table

_EVIDENCE_ROWS = 10_000
"""How far a column is read for the order of day and month."""


@dataclass
class Roster:
    """A file whose columns are known. Only its head is in memory; `source` stays open as long as this is used."""

    columns: dict[str, str]
    """Field to the name of its column in the file; the name is `name`, or `first_name` and `last_name`."""
    ignored_columns: tuple[str, ...]
    encoding: str | None
    """Of a text file, as Python names it; None for a workbook."""
    delimiter: str | None
    """Of a text file; None for a workbook."""
    sheet: str | None
    """The title of the worksheet that is read; None for a text file."""
    unread_sheets: tuple[str, ...] = field(default=(), kw_only=True)
    """The titles of further worksheets that have a roster's header, and are not read."""
    blank_lines: int = field(default=0, init=False)
    """Lines below the header with nothing in them; set by a pass over `rows` that came to its end."""
    _table: Table = field(repr=False, kw_only=True)
    _header: Header = field(repr=False, kw_only=True)
    _checker: Checker = field(repr=False, kw_only=True)
    _corrections: Corrections = field(repr=False, kw_only=True)

    def rows(self) -> Generator[RosterLine, None, None]:
        """Yield a value for each line below the header that is not blank.

        May be called again for another pass, once the one before is done with or closed: both read the same stream.
        """
        with closing(self.lines()) as lines:
            for outcome, _ in lines:
                yield outcome

    def lines(self) -> Generator[tuple[RosterLine, Sequence[Cell]], None, None]:
        """The same, each with the cells that it was read from: corrected, but not cut to the header's width."""
        blank = 0
        check, corrections = self._checker.check, self._corrections
        with SeenAddresses() as seen, closing(read_below(self._table, self._header.line)) as lines:
            for line in lines:
                if isinstance(line, Broken):
                    yield Bad(line.line, "row", line.reason, ""), ()
                    continue
                first, last, cells = line
                if first in corrections:
                    cells, last = self._header.columns.correct(cells, corrections[first]), first
                outcome = check(first, cells)
                if isinstance(outcome, Row):
                    yield _compare(outcome, seen), cells
                elif all(map(is_blank, cells)):
                    blank += last - first + 1
                else:
                    yield _tell_span(outcome, last), cells
        self.blank_lines = blank

    def place_of(self, field: str) -> int | None:
        """Return which column, from 0, is the field; None if none is."""
        return self._header.columns.positions.get(field)


def read_roster(source: BinaryIO, name: str, today: date, said: Said = NOTHING_SAID) -> Roster | RosterFault:
    """Return the roster in `source`, or in one line why there is none. Never raises on what `source` holds.

    `source` is seekable; `name` is what the file is called, held against what it holds; `today` is the issuer's.
    """
    opened = open_table(source, name)
    if isinstance(opened, RosterFault):
        return opened
    header = find_header(opened.table, said)
    if isinstance(header, NoColumns):
        return RosterFault(header.reason)
    return Roster(
        header.columns.names,
        header.columns.ignored,
        opened.encoding,
        opened.delimiter,
        opened.sheet,
        unread_sheets=opened.unread_sheets,
        _table=opened.table,
        _header=header,
        _checker=_make_checker(opened.table, header, today, said.order),
        _corrections=said.corrections,
    )


def _make_checker(table: Table, header: Header, today: date, order: Order | None) -> Checker:
    positions = header.columns.positions
    orders: dict[str, Order | None] = {}
    for name in ("issued_on", "expires_on"):
        if name in positions:
            orders[name] = order or find_order(islice(read_column(table, header.line, positions[name]), _EVIDENCE_ROWS))
    return Checker(header.columns, today, orders, table.epoch)


def _compare(row: Row, seen: SeenAddresses) -> RosterLine:
    said = (row.name, row.issued_on, row.expires_on, row.language, row.evidence_url, row.narrative)
    met = seen.meet(row.address, said, row.line)
    if met is None:
        return row
    first_line, is_same = met
    if is_same:
        return Repeated(row.line, first_line)
    reason = f"is on line {first_line} already, with another name, date, language or evidence"
    return Bad(row.line, "address", reason, row.address)


def _tell_span(bad: Bad, last: int) -> Bad:
    """A quote left open swallows the lines after it: say which, or their people would go missing unseen."""
    if last == bad.line:
        return bad
    return Bad(bad.line, bad.field, f"{bad.reason} (lines {bad.line} to {last} are one row)", bad.value)
