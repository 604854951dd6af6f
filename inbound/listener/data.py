"""The bytes after DATA: where they end, and whether they may be taken. Pure.

Only CRLF.CRLF ends a message (RFC 5321 section 4.1.1.4). Two servers that differ about what ends a line let one mail
smuggle a second past the first of them, and two parsers that differ show a header to one that the other has not
verified. So a bare CR, a bare LF or a NUL is refused (sections 2.3.8 and 4.5.2), never repaired.
"""

import re
from dataclasses import dataclass

LINE_END = b"\r\n"
END_OF_DATA = b"\r\n.\r\n"
LONGEST_LINE = 998
"""Octets without the line end (RFC 5322 section 2.1.1)."""


@dataclass(frozen=True, slots=True)
class DataFault:
    """Why the message is refused, as the SMTP reply says it."""

    reply: str


BARE_LINE_END = DataFault("550 5.6.0 The message holds a CR or LF that is not part of a CRLF")
NUL_BYTE = DataFault("550 5.6.0 The message holds a NUL byte")
LONG_LINE = DataFault(f"550 5.6.0 A line of the message is longer than {LONGEST_LINE} bytes")


_END = re.compile(re.escape(END_OF_DATA))
_DOT = re.compile(rb"\n\.")
# With a mail of 100 KB, searching a byte string for two bytes or more takes twice as long as these expressions do.
_LINES = re.compile(rb"(?:.{0,998}\r\n)*+")
"""Every LF stands behind a CR, and no line is too long. The possessive repeat needs no memory for each line."""


def find_end_of_data(buffer: bytearray, searched: int) -> int:
    """Return where the final CRLF.CRLF begins, or -1. Nothing ends in the first `searched` bytes.

    The buffer starts with the CRLF of the DATA command, which counts as the one before the dot.
    """
    end = _END.search(buffer, max(0, searched - len(END_OF_DATA) + 1))
    return end.start() if end else -1


def read_content(lines: bytes) -> bytes | DataFault:
    """Undo the dot-stuffing of `lines`, which start with the CRLF of DATA and end with the CRLF before the dot."""
    if not _LINES.fullmatch(lines) or _count(lines, b"\r") != _count(lines, b"\n") or b"\0" in lines:
        fault = _find_fault(lines)
        if fault:
            return fault
    content = lines.replace(b"\r\n.", LINE_END) if _DOT.search(lines) else lines
    return content[len(LINE_END) :]


def _count(lines: bytes, byte: bytes) -> int:
    """As `lines.count(byte)`, which takes three times as long."""
    return len(lines) - len(lines.replace(byte, b""))


def _find_fault(lines: bytes) -> DataFault | None:
    """A line may be longer by the dot that is to be undone."""
    # `splitlines` ends a line at CRLF, CR and LF: there are as many ends as LF only without a bare CR, and as many as
    # CR only without a bare LF.
    split = lines.splitlines()
    if not len(split) == lines.count(b"\n") == lines.count(b"\r"):
        return BARE_LINE_END
    if b"\0" in lines:
        return NUL_BYTE
    longest = max(len(line) - line.startswith(b".") for line in split)
    return LONG_LINE if longest > LONGEST_LINE else None
