"""One worksheet as lines of cells (ECMA-376 part 1, 18.3.1), read in flat memory.

openpyxl's own reader fills every gap between rows and cells that a file claims, a billion if it says so, and takes
three times as long; here a gap costs nothing. Formulas are told, never worked out.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import IO

from desk.roster.cells import Cell
from desk.roster.lines import Line
from desk.roster.shared_strings import SharedStrings
from desk.roster.xml_parts import LONGEST_TEXT, WorkbookError, feed_part, unescape

MAX_ROW = 1_048_576
MAX_COLUMNS = 256
"""Columns that are looked at; a sheet has at most 16,384, a roster a handful."""

_VALUES = frozenset({"v", "t", "f"})


def read_sheet(stream: IO[bytes], strings: SharedStrings, date_styles: frozenset[int], epoch: date) -> Iterator[Line]:
    """Yield the rows that a worksheet part has, with their row numbers. Raises `WorkbookError`."""
    reader = _Reader(strings, date_styles, epoch)
    try:
        for _ in feed_part(stream, reader.start, reader.end, reader.text):
            yield from reader.take_lines()
    except WorkbookError:
        yield from reader.take_lines()
        raise


class _Reader:
    """Expat calls `start`, `end` and `text`; `lines` fills up."""

    def __init__(self, strings: SharedStrings, date_styles: frozenset[int], epoch: date) -> None:
        self._strings = strings
        self._date_styles = date_styles
        self._epoch = epoch
        self._lines: list[Line] = []
        self._row = 0
        self._cells: list[Cell] = []
        self._column = 0
        self._attributes: dict[str, str] = {}
        self._pieces: list[str] | None = None
        self._length = 0
        self._value = ""
        self._has_formula = False
        self._in_reading_aid = False

    def take_lines(self) -> list[Line]:
        """Return the lines that are complete, once."""
        lines, self._lines = self._lines, []
        return lines

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._attributes = attributes
            self._column = _read_column(attributes["r"]) if "r" in attributes else self._column + 1
            self._value = ""
            self._length = 0
            self._has_formula = False
        elif name in _VALUES:
            self._has_formula = self._has_formula or name == "f"
            self._pieces = None if self._in_reading_aid else []
        elif name == "row":
            self._start_row(attributes.get("r"))
        elif name == "rPh":
            self._in_reading_aid = True

    def _start_row(self, number: str | None) -> None:
        row = self._row + 1 if number is None else _read_number(number)
        if not self._row < row <= MAX_ROW:
            raise WorkbookError(f"row {row} after row {self._row}")
        self._row = row
        self._cells = []
        self._column = 0

    def end(self, name: str) -> None:
        if name == "c":
            self._end_cell()
        elif name in _VALUES and self._pieces is not None:
            if name != "f":
                self._value += "".join(self._pieces)
            self._pieces = None
        elif name == "row":
            self._lines.append((self._row, self._row, self._cells))
        elif name == "rPh":
            self._in_reading_aid = False

    def text(self, data: str) -> None:
        if self._pieces is not None:
            self._length += len(data)
            if self._length > LONGEST_TEXT:
                raise WorkbookError("a cell of more than 40,000 characters")
            self._pieces.append(data)

    def _end_cell(self) -> None:
        if self._column > MAX_COLUMNS or not (self._value or self._has_formula):
            return
        if self._column <= len(self._cells):
            raise WorkbookError(f"row {self._row} goes back to column {self._column}")
        self._cells.extend([None] * (self._column - 1 - len(self._cells)))
        self._cells.append(self._read_cell())

    def _read_cell(self) -> Cell:
        if self._has_formula:
            return f"={self._value}"
        kind = self._attributes.get("t", "n")
        if kind == "n":
            return self._read_number_cell()
        if kind == "s":
            return self._strings[_read_number(self._value)]
        if kind == "b":
            return "TRUE" if self._value == "1" else "FALSE"
        return unescape(self._value)

    def _read_number_cell(self) -> Cell:
        try:
            number = float(self._value)
            if int(self._attributes.get("s", "0")) in self._date_styles:
                return self._epoch + timedelta(days=int(number))
        except (ValueError, OverflowError):
            return self._value
        return number


def _read_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise WorkbookError(f"{text[:20]!r} where a number should stand")
    return int(text)


def _read_column(coordinate: str) -> int:
    """`C7` is column 3."""
    letters = coordinate.rstrip("0123456789")
    if not (letters.isascii() and letters.isalpha() and len(letters) <= 3):
        raise WorkbookError(f"{coordinate[:20]!r} where a cell's place should stand")
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - 64
    return column
