"""What `delimited` and `sheets` have in common for those who read them: lines of cells."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Protocol

from desk.roster.cells import Cell, is_blank


@dataclass(frozen=True, slots=True)
class Broken:
    """Lines that cannot be cut into cells."""

    line: int
    reason: str


Line = tuple[int, int, Sequence[Cell]]
"""First and last real line, and the cells. A quoted cell may hold line breaks, so a row may take several lines."""
Lines = Generator[Line | Broken, None, None]
"""To be closed if it is not read to its end."""


class Table(Protocol):
    """A file that can be read line by line, again and again, one reading at a time."""

    @property
    def epoch(self) -> date | None:
        """Day 0 of the serial numbers that stand for dates; None where there are none."""

    def lines(self) -> Lines:
        """Yield all lines from the first one; blank ones may be left out."""


def read_filled(table: Table, most: int | None = None) -> Lines:
    """Yield the lines of `table` that are not blank, of the first `most` lines, or of all."""
    with closing(table.lines()) as lines:
        for line in islice(lines, most):
            if isinstance(line, Broken) or not all(map(is_blank, line[2])):
                yield line


def read_below(table: Table, header_line: int) -> Lines:
    """Yield the lines of `table` after `header_line`."""
    with closing(table.lines()) as lines:
        for line in lines:
            if (line.line if isinstance(line, Broken) else line[0]) > header_line:
                yield line


def read_column(table: Table, header_line: int, place: int) -> Iterator[Cell]:
    """Yield the cells below `header_line` of the column at `place`."""
    with closing(read_below(table, header_line)) as lines:
        for line in lines:
            if not isinstance(line, Broken) and place < len(line[2]):
                yield line[2][place]
