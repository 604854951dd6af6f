"""SMTP replies (RFC 5321 section 4.2), read without I/O: bytes in, whole replies out, however the bytes are cut.

Here belongs syntax only. What a reply means for a message stands in `status`, what EHLO offers in `capabilities`.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

MAX_LINE = 2048
"""Octets of one reply line with its end. RFC 5321 section 4.5.3.1.5 allows 512; some servers write more."""
MAX_LINES = 128
"""Lines of one reply: a server that never comes to the last one must not fill our memory."""

_FIRST_BYTES = b"2345"
_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:[ \t]+|$)")


@dataclass(frozen=True, slots=True)
class Reply:
    """One whole reply."""

    code: int
    """200-599; the first digit decides (RFC 5321 section 4.2.1)."""
    enhanced: str | None
    """The status code of RFC 2034, such as `5.1.1`; None where there is none or its class contradicts `code`."""
    lines: tuple[str, ...]
    """The text of each line, without codes, and with no control character in it."""

    def __str__(self) -> str:
        """One line, to be kept and shown."""
        return " ".join(filter(None, (str(self.code), self.enhanced, *self.lines)))

    @property
    def text(self) -> str:
        """The text in one line, without codes."""
        return " ".join(self.lines)


@dataclass(frozen=True, slots=True)
class ReplyFault:
    """What came is no SMTP reply. The conversation cannot be trusted any more: close the connection."""

    reason: str


class ReplyReader:
    """Cuts a stream into replies. One for each connection; after a `ReplyFault` it takes nothing more in."""

    def __init__(self) -> None:
        self._rest = b""
        self._code = b""
        self._lines: list[bytes] = []
        self._fault: ReplyFault | None = None

    def feed(self, data: bytes) -> list[Reply | ReplyFault]:
        """Return the replies that `data` completes, in order; a fault comes last."""
        if self._fault:
            return [self._fault]
        found: list[Reply | ReplyFault] = []
        lines = (self._rest + data if self._rest else data).split(b"\n")
        self._rest = lines.pop()
        for line in lines:
            outcome = self._take(line)
            if outcome is None:
                continue
            found.append(outcome)
            if isinstance(outcome, ReplyFault):
                return self._stop(found, outcome)
        if len(self._rest) >= MAX_LINE:
            fault = ReplyFault(f"a reply line of more than {MAX_LINE} bytes")
            return self._stop([*found, fault], fault)
        return found

    def _stop(self, found: list[Reply | ReplyFault], fault: ReplyFault) -> list[Reply | ReplyFault]:
        self._fault = fault
        self._rest = b""
        self._lines = []
        return found

    def _take(self, line: bytes) -> Reply | ReplyFault | None:
        if len(line) >= MAX_LINE:
            return ReplyFault(f"a reply line of more than {MAX_LINE} bytes")
        line = line.removesuffix(b"\r")
        code, separator = line[:3], line[3:4]
        if len(code) != 3 or not code.isdigit() or code[0] not in _FIRST_BYTES or separator not in (b" ", b"-", b""):
            return ReplyFault(f"no SMTP reply: {_decode(line[:60])!r}")
        if self._lines and code != self._code:
            return ReplyFault(f"a reply that begins with {self._code.decode()} and goes on with {code.decode()}")
        self._lines.append(line[4:])
        if separator == b"-":
            self._code = code
            return ReplyFault(f"a reply of more than {MAX_LINES} lines") if len(self._lines) >= MAX_LINES else None
        reply = _assemble(int(code), tuple(self._lines))
        self._lines = []
        return reply


@lru_cache(maxsize=32)
def _assemble(code: int, lines: tuple[bytes, ...]) -> Reply:
    # Kept: of the four replies to a mail, a server words three alike every time.
    texts = [_decode(line) for line in lines]
    match = _ENHANCED.match(texts[0])
    if match is None or match[1][0] != str(code)[0]:
        return Reply(code, None, tuple(texts))
    # RFC 2034 section 4: the code stands on every line of the reply.
    enhanced = match[1]
    stripped = (text[len(enhanced) :].lstrip() if text.startswith(enhanced) else text for text in texts)
    return Reply(code, enhanced, tuple(stripped))


def _decode(line: bytes) -> str:
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        text = line.decode("latin-1")
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else " " for character in text)
