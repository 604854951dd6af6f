"""The strings of a workbook that its cells refer to by number, kept in a scratch file: there may be millions."""

import tempfile
from array import array
from typing import IO

from desk.roster.xml_parts import LONGEST_TEXT, WorkbookError, feed_part, unescape

_IN_MEMORY = 4 << 20
"""Bytes that stay in memory before they go to a file."""


class SharedStrings:
    """`strings[7]` is the eighth string. 8 bytes of memory each."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed by `close`
        self._offsets = array("Q", [0])

    def append(self, text: str) -> None:
        """Add a string; all are added before the first is read."""
        # A lone surrogate can come out of an escape; the name check refuses it later.
        self._offsets.append(self._offsets[-1] + self._file.write(text.encode("utf-8", "surrogatepass")))

    def __getitem__(self, number: int) -> str:
        if not 0 <= number < len(self._offsets) - 1:
            raise WorkbookError("a cell refers to a string that is not there")
        self._file.seek(self._offsets[number])
        return self._file.read(self._offsets[number + 1] - self._offsets[number]).decode("utf-8", "surrogatepass")

    def close(self) -> None:
        """Give the scratch file back."""
        self._file.close()


def fill_strings(strings: SharedStrings, stream: IO[bytes]) -> None:
    """Add the strings of a sharedStrings part. Raises `WorkbookError`."""
    reader = _Reader(strings)
    for _ in feed_part(stream, reader.start, reader.end, reader.text):
        pass


class _Reader:
    def __init__(self, strings: SharedStrings) -> None:
        self._strings = strings
        self._pieces: list[str] = []
        self._length = 0
        self._in_text = False
        self._in_reading_aid = False

    def start(self, name: str, _: dict[str, str]) -> None:
        if name == "si":
            self._pieces = []
            self._length = 0
        elif name == "rPh":
            self._in_reading_aid = True
        elif name == "t":
            self._in_text = not self._in_reading_aid

    def end(self, name: str) -> None:
        if name == "si":
            self._strings.append(unescape("".join(self._pieces)))
        elif name == "rPh":
            self._in_reading_aid = False
        elif name == "t":
            self._in_text = False

    def text(self, data: str) -> None:
        if self._in_text:
            self._length += len(data)
            if self._length > LONGEST_TEXT:
                raise WorkbookError("a cell of more than 40,000 characters")
            self._pieces.append(data)
