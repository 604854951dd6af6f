"""The canonical forms of headers and bodies that signatures are made over (RFC 6376 section 3.4).

Here belongs bytes to bytes, without a regular expression over a body: a hostile body costs a few passes of `replace`.
"""

from typing import Literal

Canonicalization = Literal["simple", "relaxed"]

_CRLF = b"\r\n"


def canonical_body(body: bytes, form: Canonicalization) -> bytes:
    """Return the body in the form that is hashed (3.4.3, 3.4.4)."""
    if form == "relaxed":
        return _end_with_one_break(_compress_space(body).replace(b" \r\n", _CRLF).removesuffix(b" "), b"")
    return _end_with_one_break(body, _CRLF)


def canonical_field(raw: bytes, form: Canonicalization) -> bytes:
    """Return a header field, given with or without its line end, with one line end (3.4.1, 3.4.2)."""
    raw = raw.removesuffix(_CRLF)
    if form == "simple":
        return raw + _CRLF
    name, _, value = raw.partition(b":")
    return b"%s:%s\r\n" % (name.rstrip(b" \t").lower(), _compress_space(value.replace(_CRLF, b"")).strip(b" "))


def _compress_space(text: bytes) -> bytes:
    """Each run of white space becomes one blank; a run of n takes log n passes."""
    if b"\t" in text:
        text = text.replace(b"\t", b" ")
    while b"  " in text:
        text = text.replace(b"  ", b" ")
    return text


def _end_with_one_break(body: bytes, empty: bytes) -> bytes:
    content = body.rstrip(_CRLF)
    breaks = body[len(content) :]
    if breaks != _CRLF * (len(breaks) // 2):
        # A bare CR or LF is content: only whole line ends are dropped.
        pairs = 0
        while breaks.endswith(_CRLF, 0, len(breaks) - 2 * pairs):
            pairs += 1
        content = body[: len(body) - 2 * pairs]
    return content + _CRLF if content else empty
