"""The encoding of a text file, told by reading the whole of it: a guess from the first lines breaks on line 40,000."""

import codecs
import re
from typing import BinaryIO

from desk.roster.rows import RosterFault

_BLOCK = 1 << 20
_HIGH = re.compile(rb"[\x80-\xff]+")
_SHOWN = 40


def tell_encoding(source: BinaryIO) -> str | RosterFault:
    """Return the name of the encoding (as `codecs` knows it), or why there is none.

    A byte order mark is believed. Without one it is UTF-8 if all bytes are, else Windows-1252, else Latin-1. A file
    that is UTF-8 nearly everywhere was damaged or glued together: read as Windows-1252 it would turn every other
    accented name into two wrong letters, so it is refused.
    """
    if _has_endless_line(source):
        return RosterFault("holds a line of more than a megabyte: it is no roster")
    source.seek(0)
    mark = source.read(2)
    if mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16" if _can_decode(source, "utf-16") else RosterFault("says it is UTF-16 and is not: it is damaged")
    if _can_decode(source, "utf-8-sig"):
        source.seek(0)
        return "utf-8-sig" if source.read(3) == codecs.BOM_UTF8 else "utf-8"
    broken = _find_broken_utf8(source)
    if broken:
        return broken
    return "cp1252" if _can_decode(source, "cp1252") else "latin-1"


def _has_endless_line(source: BinaryIO) -> bool:
    """Lines are read whole later, so that one without an end would fill the memory."""
    source.seek(0)
    blocks = iter(lambda: source.read(_BLOCK), b"")
    return any(len(block) == _BLOCK and b"\n" not in block and b"\r" not in block for block in blocks)


def _can_decode(source: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    source.seek(0)
    try:
        for block in iter(lambda: source.read(_BLOCK), b""):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _find_broken_utf8(source: BinaryIO) -> RosterFault | None:
    """Weigh the runs of bytes beyond ASCII that are UTF-8 against those that are not."""
    source.seek(0)
    right = wrong = 0
    first: tuple[int, bytes] | None = None
    for number, line in enumerate(iter(lambda: source.readline(_BLOCK), b""), 1):
        for run in _HIGH.findall(line):
            if _is_utf8(run):
                right += 1
            else:
                wrong += 1
                first = first or (number, line)
    if first is None or right <= wrong:
        return None
    shown = first[1][:_SHOWN].decode("utf-8", "replace").strip()
    return RosterFault(f"is UTF-8 but for line {first[0]} ({shown!r}): it is damaged there")


def _is_utf8(run: bytes) -> bool:
    try:
        run.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
