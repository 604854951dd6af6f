"""A draft as a file again: its bad rows with the reasons, or the whole of it with the corrections made.

CSV with a byte order mark, which spreadsheets want, and no cell that one of them would take for a formula. Written row
by row, whatever its length.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import datetime

from badges.transactions import reading
from desk.drafts.keeping import Draft, open_content
from desk.office import Office
from desk.roster.cells import Cell, disarm_cell, write_cell
from desk.roster.columns import SPOKEN
from desk.roster.reading import Roster, read_roster
from desk.roster.rows import Bad, RosterFault

_BLOCK = 500
"""Rows that are written together."""


def write_bad_rows(office: Office, draft: Draft, now: datetime) -> Iterator[bytes]:
    """Yield the rows that nothing can be issued to, each with its line and why; to be mended and uploaded again."""
    roster = _open(office, draft, now)
    if roster is None:
        return
    header = [*_header_of(roster), "line", "reason"]
    lines = ((line, cells) for line, cells in roster.lines() if isinstance(line, Bad))
    rows = (
        [*_pick(roster, cells), str(line.line), f"{SPOKEN.get(line.field, 'row')} {line.reason}"]
        for line, cells in lines
    )
    yield from write_table(header, rows)


def write_corrected(office: Office, draft: Draft, now: datetime) -> Iterator[bytes]:
    """Yield every row with the corrections made, bad ones as they stand; the columns that are read, and no other."""
    roster = _open(office, draft, now)
    if roster is not None:
        yield from write_table(_header_of(roster), (_pick(roster, cells) for _, cells in roster.lines()))


def _open(office: Office, draft: Draft, now: datetime) -> Roster | None:
    with reading(office.engine).connect() as connection:
        source = open_content(connection, draft.id)
    roster = read_roster(source, draft.name, now.date(), draft.said)
    return None if isinstance(roster, RosterFault) else roster


def _fields_of(roster: Roster) -> Sequence[str]:
    return [name for name in SPOKEN if roster.place_of(name) is not None]


def _header_of(roster: Roster) -> list[str]:
    # In words that are recognised again, whatever the file called its columns.
    return ["email" if name == "address" else SPOKEN[name] for name in _fields_of(roster)]


def _pick(roster: Roster, cells: Sequence[Cell]) -> list[str]:
    places = [roster.place_of(name) or 0 for name in _fields_of(roster)]
    return [write_cell(cells[place]) if place < len(cells) else "" for place in places]


def write_table(header: Sequence[str], rows: Iterator[list[str]]) -> Iterator[bytes]:
    """Yield `rows` as CSV, some at a time."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    text.write("\ufeff")
    writer.writerow(header)
    for number, row in enumerate(rows, 1):
        writer.writerow(map(disarm_cell, row))
        if number % _BLOCK == 0:
            yield text.getvalue().encode("utf-8", "replace")
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode("utf-8", "replace")
