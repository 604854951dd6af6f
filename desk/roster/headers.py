"""Where the header of a table stands: below title rows, perhaps, and not always in the first sheet."""

from contextlib import closing
from dataclasses import dataclass
from itertools import islice

from desk.roster.columns import Columns, NoColumns, match_columns
from desk.roster.lines import Broken, Line, Table, read_filled

TITLE_ROWS = 20
"""The header is one of the first so many lines that are not blank."""


@dataclass(frozen=True)
class Header:
    """The row that names the columns, and the last real line it takes."""

    line: int
    columns: Columns


def find_header(table: Table) -> Header | NoColumns:
    """Return the first row of `table` that makes a header, or what is wrong with the one that comes nearest."""
    nearest = NoColumns("holds no text", -1)
    with closing(read_filled(table)) as lines:
        for line in islice(lines, TITLE_ROWS):
            match = _match(line)
            if isinstance(match, Header):
                return match
            nearest = max(nearest, match, key=lambda none: none.nearness)
    return nearest


def _match(line: Line | Broken) -> Header | NoColumns:
    if isinstance(line, Broken):
        return NoColumns(f"line {line.line} {line.reason}", 0)
    columns = match_columns(line[2])
    return columns if isinstance(columns, NoColumns) else Header(line[1], columns)
