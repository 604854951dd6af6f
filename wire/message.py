"""The header of a message as it came (RFC 5322 section 2): field by field, with the exact bytes of each.

Here belongs the one reader of header fields for everything that comes in, so that what is verified is what is read.
It takes LF and CRLF, skips the `From ` line of a mailbox file, never raises and never drops a byte unsaid: what is
beyond its limits, or no field, is told as a flaw. How fields are written stands in `header`, the body in `parts`.
"""

import base64
import binascii
import codecs
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

_LINE_FOLD = re.compile(r"\r?\n(?=[ \t])")
_NAME = re.compile(rb"[!-9;-~]+[ \t]*:")
_ENCODED_WORD = re.compile(r"=\?([^?\s]*)\?([bBqQ])\?([^?]*)\?=")
_BETWEEN_WORDS = re.compile(r"(?<=\?=)\s{1,200}(?==\?)")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
"""NUL, which no text of PostgreSQL holds, and lone surrogates, which UTF-7 can yield and nothing can write down."""
_NOT_TEXT = {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem"}
"""Codecs that are no character sets, by the name that they give themselves, since Python takes `IDNA-` and `punycode_`
for the same; some take time in the square of the length."""
_LONGEST_CHARSET = 40


class Flaw(StrEnum):
    """What is wrong with a message; each was read as far as it goes."""

    NOT_A_FIELD = "a line of the header is no field"
    LONG_FIELD = "a header field is longer than is read"
    LONG_HEADER = "the header is longer than is read"
    MANY_FIELDS = "there are more header fields than are read"
    NO_BOUNDARY = "the parts of a multipart are not set apart"
    UNCLOSED = "the last part of a multipart has no end"
    MANY_PARTS = "there are more parts than are read"
    DEEP = "parts stand deeper in one another than is read"
    LONG_MESSAGE = "the message is longer than is read"
    BAD_ENCODING = "the content of a part is not in the encoding that it names"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is read of one message. Sizes are bytes."""

    message: int = 40 * 1024 * 1024
    header: int = 256 * 1024
    field: int = 64 * 1024
    fields: int = 1_000
    parts: int = 250
    nesting: int = 12


@dataclass(frozen=True)
class Field:
    """One header field, or a line that stands in its place. What is read of it is read once."""

    raw: bytes
    """Exactly as it came, folds and line end included."""
    name: str
    """As written, without the colon; empty where the line is no field."""

    @property
    def key(self) -> str:
        """The name by which fields are found: lower case."""
        return self.name.lower()

    @cached_property
    def value(self) -> str:
        """The unfolded value, without white space around it; UTF-8 where it is that, else Latin-1."""
        body = self.raw[self.raw.find(b":") + 1 :] if self.name else self.raw
        return _LINE_FOLD.sub("", decode_text(body, "utf-8")).strip()

    @cached_property
    def text(self) -> str:
        """The value with its encoded words decoded (RFC 2047)."""
        return decode_words(self.value)


@dataclass(frozen=True)
class Header:
    """The fields of a message or part, in their order."""

    fields: tuple[Field, ...]
    flaws: frozenset[Flaw] = frozenset()

    def every(self, name: str) -> tuple[Field, ...]:
        """Return all fields of that name, the topmost first."""
        return tuple(self._by_key.get(name.lower(), ()))

    def first(self, name: str) -> str:
        """Return the text of the topmost field of that name; empty where there is none."""
        found = self._by_key.get(name.lower())
        return found[0].text if found else ""

    @cached_property
    def _by_key(self) -> dict[str, list[Field]]:
        found: dict[str, list[Field]] = {}
        for field in self.fields:
            found.setdefault(field.key, []).append(field)
        return found


def read_header(data: bytes, limits: Limits | None = None, start: int = 0) -> tuple[Header, int]:
    """Return the header that begins at `start` of `data`, and where the body begins."""
    limits = limits or Limits()
    start = _skip_mailbox_line(data, start)
    lines, body = _cut_lines(data, start, limits.header)
    flaws = set() if body is not None else {Flaw.LONG_HEADER}
    fields = [_read_field(raw, limits, flaws) for raw in lines[: limits.fields]]
    if len(lines) > limits.fields:
        flaws.add(Flaw.MANY_FIELDS)
    return Header(tuple(fields), frozenset(flaws)), start + limits.header if body is None else body


def decode_text(data: bytes, charset: str) -> str:
    """Return `data` as text of that character set. What does not fit is tried as UTF-8, then read as Latin-1.

    The text can always be encoded again, and be stored.
    """
    for name in (charset.strip()[:_LONGEST_CHARSET], "utf-8"):
        try:
            if codecs.lookup(name).name not in _NOT_TEXT:
                return _make_storable(data.decode(name))
        except (LookupError, ValueError):
            continue
    return _make_storable(data.decode("latin-1"))


def _make_storable(text: str) -> str:
    return text if text.isascii() and "\0" not in text else _UNSTORABLE.sub("\ufffd", text)


def decode_words(value: str) -> str:
    """Return `value` with its encoded words (RFC 2047) decoded; one that is broken stays as it is."""
    return _ENCODED_WORD.sub(_decode_word, _BETWEEN_WORDS.sub("", value)) if "=?" in value else value


def _decode_word(word: re.Match[str]) -> str:
    charset, encoding, encoded = word[1].partition("*")[0], word[2].lower(), word[3].encode("utf-8", "replace")
    try:
        if encoding == "b":
            return decode_text(base64.b64decode(encoded + b"=" * (-len(encoded) % 4)), charset)
        return decode_text(binascii.a2b_qp(encoded, header=True), charset)
    except ValueError:
        return word[0]


def _skip_mailbox_line(data: bytes, start: int) -> int:
    if not data.startswith((b"From ", b">From "), start):
        return start
    end = data.find(b"\n", start)
    return len(data) if end < 0 else end + 1


def _cut_lines(data: bytes, start: int, limit: int) -> tuple[list[bytes], int | None]:
    """Cut the header into fields with their folds. The second is where the body begins, None where it is too far."""
    fields: list[list[bytes]] = []
    position = start
    while position < len(data):
        end = data.find(b"\n", position, start + limit) + 1
        if not end and len(data) > start + limit:
            return _join(fields), None
        line = data[position : end or len(data)]
        position += len(line)
        if line in (b"\n", b"\r\n"):
            break
        if line[:1] in (b" ", b"\t") and fields:
            fields[-1].append(line)
        else:
            fields.append([line])
    return _join(fields), position


def _join(fields: list[list[bytes]]) -> list[bytes]:
    return [b"".join(lines) for lines in fields]


def _read_field(raw: bytes, limits: Limits, flaws: set[Flaw]) -> Field:
    if len(raw) > limits.field:
        flaws.add(Flaw.LONG_FIELD)
        raw = raw[: limits.field]
    name = _NAME.match(raw)
    if not name:
        flaws.add(Flaw.NOT_A_FIELD)
        return Field(raw, "")
    return Field(raw, name[0][:-1].strip().decode("ascii"))
