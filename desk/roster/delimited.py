"""Delimited text (RFC 4180 and what spreadsheets make of it): lines of cells with their real line numbers."""

import csv
import io
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import BinaryIO

from desk.roster.columns import Columns, match_columns
from desk.roster.lines import Broken, Lines

DELIMITERS = (",", ";", "\t", "|")
_HEAD = 1 << 16
"""Bytes that the delimiter is looked for in."""
_HEAD_ROWS = 20

_FAULTS = {
    "unexpected end of data": "has a quoted cell that is never closed",
    "field larger than field limit": "has a quoted cell that is not closed for a very long time",
}
_STRAY_QUOTE = "has a quoted cell that goes on after its closing quote"


@dataclass(frozen=True)
class DelimitedText:
    """A text file whose encoding and delimiter are known."""

    source: BinaryIO
    encoding: str
    delimiter: str

    @property
    def epoch(self) -> date | None:
        """Text holds no serial numbers."""
        return None

    def lines(self) -> Lines:
        """Yield all lines from the first one; after a broken one reading goes on at the next."""
        self.source.seek(0)
        text = io.TextIOWrapper(self.source, encoding=self.encoding, newline="")
        reader = csv.reader(text, delimiter=self.delimiter, strict=True, skipinitialspace=True)
        first = 1
        try:
            while True:
                try:
                    for cells in reader:
                        last = reader.line_num
                        yield first, last, cells
                        first = last + 1
                    return
                except csv.Error as error:
                    yield _tell_broken(first, reader.line_num, str(error))
                    first = reader.line_num + 1
        finally:
            text.detach()


def _tell_broken(first: int, last: int, error: str) -> Broken:
    reason = next((words for start, words in _FAULTS.items() if error.startswith(start)), _STRAY_QUOTE)
    return Broken(first, reason if last <= first else f"{reason} (lines {first} to {last} are one row)")


def find_delimiter(source: BinaryIO, encoding: str) -> str:
    """Return the delimiter under which the head of the file makes the best header; a comma where none makes any."""
    source.seek(0)
    head = io.BytesIO(source.read(_HEAD))
    return max(DELIMITERS, key=lambda delimiter: _rate(DelimitedText(head, encoding, delimiter)))


def _rate(text: DelimitedText) -> tuple[int, int]:
    """How many columns a row of the head is understood to have, a whole header counting most; then, how many at all."""
    best = (0, 0)
    with closing(text.lines()) as lines:
        try:
            for line in islice(lines, _HEAD_ROWS):
                if not isinstance(line, Broken):
                    match = match_columns(line[2])
                    understood = len(match.positions) + 10 if isinstance(match, Columns) else match.nearness
                    best = max(best, (understood, len(line[2])))
        except UnicodeDecodeError:
            pass  # The head was cut within a character.
    return best
