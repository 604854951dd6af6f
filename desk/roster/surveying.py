"""What a file looks like to somebody who is to say which of its columns is what."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from desk.roster.cells import shorten, write_cell
from desk.roster.headers import MOST_COLUMNS, find_rows, name_table
from desk.roster.lines import Broken, Table, read_below
from desk.roster.rows import RosterFault
from desk.roster.said import Said
from desk.roster.tables import open_table

SAMPLES = 4
"""Cells of each column that are shown."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the file."""

    name: str
    """Made printable; a letter where the file has no header."""
    field: str
    """Which field it is read as; empty: none."""
    samples: tuple[str, ...]
    """What its first cells hold, shortened."""


@dataclass(frozen=True)
class Survey:
    """A file before anybody has looked at its rows."""

    columns: tuple[Column, ...]
    header_line: int
    """Where the columns are named; `NO_HEADER` if nowhere."""
    first_rows: Sequence[tuple[int, Sequence[str]]]
    """Lines that may name the columns, with their cells."""
    sheet: str | None
    unread_sheets: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """What the columns are called."""
        return tuple(column.name for column in self.columns)


def survey_file(source: BinaryIO, name: str, said: Said) -> Survey | RosterFault:
    """Return what the columns of the file hold and what they are read as, so far as was `said`; or why that cannot be
    told."""
    opened = open_table(source, name)
    if isinstance(opened, RosterFault):
        return opened
    named = name_table(opened.table, said.header_line)
    if named is None:
        return RosterFault("holds no text")
    samples = _read_samples(opened.table, named.last_line)
    guessed = _add_address(named.guess(), samples) if said.fields is None else said.fields
    fields = [*guessed, *[""] * len(named.names)]
    columns = tuple(
        Column(name, fields[place], tuple(row[place] for row in samples if place < len(row)))
        for place, name in enumerate(named.names)
    )
    return Survey(columns, named.line, find_rows(opened.table), opened.sheet, opened.unread_sheets)


def _add_address(fields: Sequence[str], samples: Sequence[Sequence[str]]) -> Sequence[str]:
    """Where no name tells which column holds the addresses, the first does that mostly holds some. A guess to be
    looked at: nothing is issued on it."""
    if "address" in fields:
        return fields
    for place, field in enumerate(fields):
        cells = [row[place] for row in samples if place < len(row)]
        if not field and sum("@" in cell for cell in cells) * 2 > len(cells):
            return [*fields[:place], "address", *fields[place + 1 :]]
    return fields


def _read_samples(table: Table, header_line: int) -> list[list[str]]:
    with closing(read_below(table, header_line)) as lines:
        rows = (line[2] for line in islice(lines, SAMPLES * 2) if not isinstance(line, Broken))
        return [[shorten(write_cell(cell)) for cell in row[:MOST_COLUMNS]] for row in islice(rows, SAMPLES)]
