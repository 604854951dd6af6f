"""Quoted-printable (RFC 2045 section 6.7) that is its own canonical form.

What `encode` returns is left as it is by DKIM's relaxed and simple body canonicalisation (RFC 6376 section 3.4) and
needs no dot-stuffing (RFC 5321 section 4.5.2): no tab, no run of blanks, no blank before a line end, no line that
starts with "." or "From ", CRLF everywhere, no line over 76 characters. Nothing has to be looked at again when a
message is signed and sent.

Here belongs the encoding of text. What stands around an encoded part is MIME (`mailer.mime`).
"""

import binascii
import re

LINE_LIMIT = 76
"""Characters in a line, the "=" of a soft break included (RFC 2045 section 6.7 rule 5)."""

SOFT_BREAK = b"=\r\n"

_LINE_END = re.compile(r"\r\n|\r|\n")
_PLAIN = re.compile(r"(?!\.|From )[!-<>-~]+(?: [!-<>-~]+)*")
_ESCAPED = re.compile(rb"[^ -<>-~]|(?<= ) | \Z", re.DOTALL)
_TOKEN = re.compile(rb"=..|.")
_LINE_STARTS = (b".", b"From ")


def encode(text: str) -> bytes:
    """Return `text` in canonical quoted-printable, its line ends (CRLF, CR or LF) as CRLF.

    Decoding gives back the UTF-8 of `text` with CRLF line ends. A lone surrogate, which UTF-8 cannot hold, becomes
    "?". The result begins at the start of a line and never ends in a blank: a line end or `SOFT_BREAK` may follow.
    """
    return b"\r\n".join(encode_run(line) for line in _LINE_END.split(text))


def encode_run(text: str) -> bytes:
    """Return `text` in canonical quoted-printable as one run: line ends inside it are escaped too.

    The result begins at the start of a line, never ends in a blank, and its last line has room for the "=" of a soft
    break. Most values that are put into a mail are short and plain and pass unchanged.
    """
    if len(text) < LINE_LIMIT and _PLAIN.fullmatch(text):
        return text.encode("ascii")
    octets = text.encode("utf-8", "replace")
    encoded = binascii.b2a_qp(octets, istext=False)
    return encoded.replace(b"\n", b"\r\n") if _is_canonical(encoded) else _encode_slowly(octets)


def _is_canonical(encoded: bytes) -> bool:
    # The encoder in C knows nothing of DKIM and dots, fills the last line to the brim, and breaks lines as its input
    # does: after a CRLF in that, its soft breaks hold a CR already.
    return (
        b"\r" not in encoded
        and b"  " not in encoded
        and b"\t" not in encoded
        and b"\n." not in encoded
        and b"\nFrom " not in encoded
        and not encoded.startswith(_LINE_STARTS)
        and len(encoded) - encoded.rfind(b"\n") <= LINE_LIMIT
    )


def _encode_slowly(octets: bytes) -> bytes:
    lines = [b""]
    for token in _TOKEN.findall(_ESCAPED.sub(_escape, octets)):
        if len(lines[-1]) + len(token) >= LINE_LIMIT:
            lines.append(b"")
        # "F" might become "From " at the start of a line, which mailbox files escape.
        at_start = not lines[-1] and token in {b".", b"F"}
        lines[-1] += b"=%02X" % ord(token) if at_start else token
    return SOFT_BREAK.join(lines)


def _escape(found: re.Match[bytes]) -> bytes:
    return b"=%02X" % ord(found.group())
