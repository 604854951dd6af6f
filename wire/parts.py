"""The parts of a message (RFC 2045, RFC 2046): walked through without recursion into what is forwarded.

Here belongs taking a body apart and undoing its transfer encodings. A forwarded or returned message
(`message/rfc822`) is one part, whose content is that message's bytes. Never raises; within the limits, nothing is
lost: what cannot be taken apart is kept as one part of text, and the flaw is told.
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from wire.message import Flaw, Header, Limits, decode_text, decode_words, read_header

_PARAMETER = re.compile(r';\s*([^\s=;"]{1,80})\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)', re.DOTALL)
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
_LF = 10
_LONGEST_PADDING = 200
"""Bytes of white space that may follow a boundary on its line."""
_COMMENT = re.compile(r"\([^()]*\)")


@dataclass(frozen=True, slots=True)
class Part:
    """A part that holds no further parts."""

    header: Header
    media_type: str
    """Lower case, such as `text/plain`."""
    parameters: dict[str, str]
    """Of Content-Type, by lower-case name."""
    content: bytes
    """With the transfer encoding undone."""
    depth: int
    """0 for a message of one part."""

    @property
    def text(self) -> str:
        """The content by its charset, with `\\n` as line end."""
        return decode_text(self.content, self.parameters.get("charset", "utf-8")).replace("\r\n", "\n")

    @property
    def disposition(self) -> str:
        """`attachment`, `inline` or empty (RFC 2183)."""
        return self.header.first("content-disposition").partition(";")[0].strip().lower()

    @property
    def file_name(self) -> str:
        """The name that the sender gives it, decoded; empty without one. Not to be trusted as a path."""
        disposition = read_parameters(self.header.first("content-disposition"))
        return disposition.get("filename") or self.parameters.get("name", "")


@dataclass(frozen=True, slots=True)
class Message:
    """A message with its parts in their order."""

    header: Header
    parts: tuple[Part, ...]
    flaws: frozenset[Flaw]


@dataclass(slots=True)
class _Walk:
    limits: Limits
    parts: list[Part] = field(default_factory=list)
    flaws: set[Flaw] = field(default_factory=set)


def read_message(data: bytes, limits: Limits | None = None) -> Message:
    """Return `data`, a whole message, taken apart."""
    walk = _Walk(limits or Limits())
    if len(data) > walk.limits.message:
        walk.flaws.add(Flaw.LONG_MESSAGE)
        data = data[: walk.limits.message]
    header, start = read_header(data, walk.limits)
    _take(walk, header, data[start:], 0, "text/plain")
    return Message(header, tuple(walk.parts), frozenset(walk.flaws | header.flaws))


def read_parameters(value: str) -> dict[str, str]:
    """Return the parameters after the first `;` of a field value, by lower-case name; the first of a name counts.

    Continuations and extended values (RFC 2231) are put together.
    """
    found: dict[str, str] = {}
    pieces: dict[str, dict[int, str]] = {}
    for name, raw in _PARAMETER.findall(value):
        key, _, number = name.lower().rstrip("*").partition("*")
        text = _unquote(raw)
        if name.endswith("*"):
            text = text if number not in ("", "0") else _drop_charset(text)
            text = _decode_percent(text)
        if number.isdecimal() and len(number) < 4:
            pieces.setdefault(key, {}).setdefault(int(number), text)
        elif key:
            found.setdefault(key, decode_words(text))
    for key, numbered in pieces.items():
        found.setdefault(key, "".join(numbered[number] for number in sorted(numbered)))
    return found


def _unquote(raw: str) -> str:
    if len(raw) > 1 and raw.startswith('"') and raw.endswith('"'):
        return _QUOTED_PAIR.sub(r"\1", raw[1:-1])
    return raw.strip().strip('"')


def _drop_comments(value: str) -> str:
    """A quoted boundary may hold parentheses: only what stands before the first quote is looked at."""
    head, quote, tail = value.partition('"')
    return _COMMENT.sub("", head) + quote + tail


def _drop_charset(text: str) -> str:
    """Nearly all senders write UTF-8 here; what is not is read as Latin-1 by `decode_text`."""
    return text.rpartition("'")[2] if text.count("'") >= 2 else text


def _decode_percent(text: str) -> str:
    return decode_text(binascii.a2b_qp(text.replace("=", "=3D").replace("%", "=").encode()), "utf-8")


def _take(walk: _Walk, header: Header, body: bytes, depth: int, default_type: str) -> None:
    """Add what `body` holds. The recursion is as deep as the limit on nesting."""
    walk.flaws |= header.flaws
    value = _drop_comments(header.first("content-type")) or default_type
    media_type = value.partition(";")[0].strip().lower()
    parameters = read_parameters(value)
    if media_type.startswith("multipart/"):
        if _take_multipart(walk, media_type, parameters, body, depth):
            return
        media_type = "text/plain"
    content = _decode_content(walk, header.first("content-transfer-encoding").strip().lower(), body)
    walk.parts.append(Part(header, media_type, parameters, content, depth))


def _take_multipart(walk: _Walk, media_type: str, parameters: dict[str, str], body: bytes, depth: int) -> bool:
    """Take the parts of a multipart; False where it has none that can be told apart."""
    if depth >= walk.limits.nesting:
        walk.flaws.add(Flaw.DEEP)
        return False
    sections = _split_sections(walk, body, parameters.get("boundary", "").encode("utf-8", "replace").rstrip())
    if not sections:
        walk.flaws.add(Flaw.NO_BOUNDARY)
        return False
    default_type = "message/rfc822" if media_type == "multipart/digest" else "text/plain"
    for section in sections:
        if len(walk.parts) >= walk.limits.parts:
            walk.flaws.add(Flaw.MANY_PARTS)
            break
        header, start = read_header(section, walk.limits)
        _take(walk, header, section[start:], depth + 1, default_type)
    return True


def _split_sections(walk: _Walk, body: bytes, boundary: bytes) -> list[bytes]:
    """Cut at the lines that are the boundary and nothing more (RFC 2046 section 5.1.1), in one pass."""
    if not boundary:
        return []
    sections: list[bytes] = []
    begin = -1
    for at, after, closes in _find_delimiters(body, b"--" + boundary):
        if begin >= 0:
            sections.append(body[begin:at])
        begin = after
        if closes:
            return sections
        if len(sections) > walk.limits.parts:
            break
    if begin >= 0:
        walk.flaws.add(Flaw.UNCLOSED)
        sections.append(body[begin:])
    return sections


def _find_delimiters(body: bytes, delimiter: bytes) -> Iterator[tuple[int, int, bool]]:
    """Yield where each delimiter line begins (the line break before it counts), where it ends, whether it closes."""
    position = body.find(delimiter)
    while position >= 0:
        follows = position + len(delimiter)
        if position == 0 or body[position - 1] == _LF:
            # A look at the rest of this line, never further: a body without line breaks must not cost its square.
            rest, line_break, _ = body[follows : follows + _LONGEST_PADDING].partition(b"\n")
            after = follows + len(rest) + len(line_break)
            if rest.strip() in (b"", b"--") and (line_break or after == len(body)):
                yield _before_line_break(body, position), after, rest.strip() == b"--"
        position = body.find(delimiter, follows)


def _before_line_break(body: bytes, position: int) -> int:
    if body[max(0, position - 2) : position] == b"\r\n":
        return position - 2
    return max(0, position - 1)


def _decode_content(walk: _Walk, encoding: str, body: bytes) -> bytes:
    if encoding == "quoted-printable":
        return binascii.a2b_qp(body)
    if encoding != "base64":
        return body
    letters = _NOT_BASE64.sub(b"", body)
    if len(letters) % 4 == 1:
        walk.flaws.add(Flaw.BAD_ENCODING)
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))
