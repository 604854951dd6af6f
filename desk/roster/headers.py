"""Where the header of a table stands: below title rows, perhaps, and not always in the first sheet."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice

from desk.roster.columns import Columns, NoColumns, guess_fields, map_columns, match_columns, name_columns
from desk.roster.lines import Broken, Line, Table, read_filled
from desk.roster.said import NO_HEADER, NOTHING_SAID, Said

TITLE_ROWS = 20
"""The header is one of the first so many lines that are not blank."""
FIRST_LINES = 10_000
"""Blank or not, among which the header is looked for: a file of line breaks alone has millions."""
MOST_COLUMNS = 200
"""How many a person is asked about."""


@dataclass(frozen=True)
class Header:
    """The row that names the columns, and the last real line it takes."""

    line: int
    columns: Columns


@dataclass(frozen=True)
class Named:
    """What the columns are called, whether or not that tells what they are."""

    line: int
    """Where; `NO_HEADER` if nowhere, and the names are letters, as spreadsheets have them."""
    last_line: int
    names: tuple[str, ...]

    def guess(self) -> tuple[str, ...]:
        """Return which field each name stands for."""
        return guess_fields(self.names)


def find_header(table: Table, said: Said = NOTHING_SAID) -> Header | NoColumns:
    """Return the first row of `table` that makes a header, or what is wrong with the one that comes nearest; where a
    person has `said` so, that row or those columns."""
    if said.header_line is None and said.fields is None:
        return _find_nearest(table)[0]
    named = name_table(table, said.header_line)
    if named is None:
        return NoColumns("holds no text", -1)
    columns = map_columns(named.names, named.guess() if said.fields is None else said.fields)
    return columns if isinstance(columns, NoColumns) else Header(named.last_line, columns)


def name_table(table: Table, header_line: int | None) -> Named | None:
    """Return what the columns of `table` are called in `header_line`, or in the row that comes nearest to a header;
    None if it holds no text."""
    if header_line is None:
        nearest = _find_nearest(table)[1]
        return None if nearest is None else _name_by(nearest)
    first: Line | None = None
    with closing(read_filled(table, FIRST_LINES)) as lines:
        for line in islice(lines, TITLE_ROWS):
            if isinstance(line, Broken):
                continue
            first = first or line
            if line[0] == header_line:
                return _name_by(line)
    return None if first is None else Named(NO_HEADER, NO_HEADER, _make_letters(len(first[2])))


def _find_nearest(table: Table) -> tuple[Header | NoColumns, Line | None]:
    nearest = NoColumns("holds no text", -1)
    nearest_line: Line | None = None
    with closing(read_filled(table, FIRST_LINES)) as lines:
        for line in islice(lines, TITLE_ROWS):
            match = _match(line)
            whole = None if isinstance(line, Broken) else line
            if isinstance(match, Header):
                return match, whole
            if match.nearness > nearest.nearness or nearest_line is None:
                nearest, nearest_line = max(nearest, match, key=_nearness), whole or nearest_line
    return nearest, nearest_line


def _nearness(none: NoColumns) -> int:
    return none.nearness


def _match(line: Line | Broken) -> Header | NoColumns:
    if isinstance(line, Broken):
        return NoColumns(f"line {line.line} {line.reason}", 0)
    columns = match_columns(line[2])
    return columns if isinstance(columns, NoColumns) else Header(line[1], columns)


def _name_by(line: Line) -> Named:
    return Named(line[0], line[1], tuple(name_columns(line[2][:MOST_COLUMNS])))


def _make_letters(number: int) -> tuple[str, ...]:
    return tuple(_letters(place) for place in range(min(number, MOST_COLUMNS)))


def _letters(place: int) -> str:
    """0 is A, 26 is AA."""
    text, rest = "", place + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        text = chr(65 + letter) + text
    return text


def find_rows(table: Table, wanted: int = 5) -> list[tuple[int, Sequence[str]]]:
    """Return the first rows of `table` that are not blank, with their lines, for a person to say which is which."""
    found: list[tuple[int, Sequence[str]]] = []
    with closing(read_filled(table, FIRST_LINES)) as lines:
        for line in islice(lines, TITLE_ROWS):
            if not isinstance(line, Broken) and len(found) < wanted:
                found.append((line[0], name_columns(line[2][:MOST_COLUMNS])))
    return found
