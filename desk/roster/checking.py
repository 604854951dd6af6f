"""One line of a roster against the columns: a row that can be issued to, or the first thing that is wrong with it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from desk.roster.cells import Cell, CellFault, find_cell_fault, is_blank, shorten, write_cell
from desk.roster.columns import Columns
from desk.roster.dates import Order, read_date
from desk.roster.evidence import read_evidence_url, read_narrative
from desk.roster.languages import read_language
from desk.roster.names import read_name
from desk.roster.rows import Bad, Row
from wire.address import AddressFault, fold_address, parse_address

DAYS_AHEAD = 31
"""How far ahead an award date may lie: a roster is often handed in before the ceremony, a slip in the year is not."""
_TEXTS = (("language", read_language), ("evidence_url", read_evidence_url), ("narrative", read_narrative))
"""The last fields of `Row`, in its order."""


@dataclass(frozen=True)
class Checker:
    """What a line is checked against."""

    columns: Columns
    today: date
    orders: dict[str, Order | None]
    """For each column of dates, in which order it writes day and month."""
    epoch: date | None

    def check(self, line: int, cells: Sequence[Cell]) -> Row | Bad:
        """Return what `cells` say. Faults are told in the order of the fields; the first one is told."""
        shape = self._refuse_shape(cells)
        if shape:
            return Bad(line, "row", shape, "")
        positions = self.columns.positions
        written = write_cell(cells[positions["address"]])
        address = self._read_address(written)
        if isinstance(address, CellFault):
            return Bad(line, "address", address.reason, shorten(written))
        name = self._read_name(line, cells)
        if isinstance(name, Bad):
            return name
        if len(positions) == 2:
            return Row(line, address, name, None, None, None)
        return self._read_rest(line, address, name, cells)

    def _refuse_shape(self, cells: Sequence[Cell]) -> str | None:
        width = self.columns.width
        if len(cells) > width and not all(map(is_blank, cells[width:])):
            return f"has {len(cells)} cells where the header has {width}: is a cell with a delimiter in it not quoted?"
        if len(cells) >= self.columns.needed:
            return None
        return f"has {len(cells)} cell{'s' if len(cells) > 1 else ''} where the header has {width}"

    def _read_address(self, written: str) -> str | CellFault:
        text = written.strip(" \u00a0")
        if not text:
            return CellFault("is missing")
        fault = find_cell_fault(text)
        if fault:
            return fault
        address = parse_address(text)
        return CellFault(address.reason) if isinstance(address, AddressFault) else fold_address(address)

    def _read_name(self, line: int, cells: Sequence[Cell]) -> str | Bad:
        positions = self.columns.positions
        if "name" in positions:
            written = write_cell(cells[positions["name"]])
        else:
            halves = (write_cell(cells[positions[half]]) for half in ("first_name", "last_name"))
            written = " ".join(half for half in halves if half.strip())
        name = read_name(written)
        return Bad(line, "name", name.reason, shorten(written)) if isinstance(name, CellFault) else name

    def _read_rest(self, line: int, address: str, name: str, cells: Sequence[Cell]) -> Row | Bad:
        issued_on = self._read_day(line, "issued_on", cells)
        if isinstance(issued_on, Bad):
            return issued_on
        expires_on = self._read_day(line, "expires_on", cells)
        if isinstance(expires_on, Bad):
            return expires_on
        reason = _refuse_days(issued_on, expires_on, self.today)
        if reason:
            return Bad(line, *reason)
        texts: list[str | None] = []
        for field, read in _TEXTS:
            text = self._read_text(line, field, read, cells) if field in self.columns.positions else None
            if isinstance(text, Bad):
                return text
            texts.append(text)
        return Row(line, address, name, issued_on, expires_on, *texts)

    def _read_day(self, line: int, field: str, cells: Sequence[Cell]) -> date | Bad | None:
        cell = self._find(cells, field)
        if is_blank(cell):
            return None
        fault = find_cell_fault(cell) if isinstance(cell, str) else None
        day = fault or read_date(cell, self.orders.get(field), self.epoch)
        return Bad(line, field, day.reason, shorten(write_cell(cell))) if isinstance(day, CellFault) else day

    def _read_text(
        self, line: int, field: str, read: Callable[[str], str | CellFault], cells: Sequence[Cell]
    ) -> str | Bad | None:
        cell = self._find(cells, field)
        if is_blank(cell):
            return None
        written = write_cell(cell)
        text = read(written)
        return Bad(line, field, text.reason, shorten(written)) if isinstance(text, CellFault) else text

    def _find(self, cells: Sequence[Cell], field: str) -> Cell:
        place = self.columns.positions.get(field)
        return None if place is None or place >= len(cells) else cells[place]


def _refuse_days(issued_on: date | None, expires_on: date | None, today: date) -> tuple[str, str, str] | None:
    """Return field, reason and value of the fault, if the days do not fit together."""
    if issued_on and issued_on > today + timedelta(days=DAYS_AHEAD):
        return "issued_on", f"lies more than {DAYS_AHEAD} days ahead", str(issued_on)
    if issued_on and expires_on and expires_on <= issued_on:
        return "expires_on", f"is not after the award date {issued_on}", str(expires_on)
    if expires_on and not issued_on and expires_on <= today:
        return "expires_on", "is past, and there is no award date", str(expires_on)
    return None
