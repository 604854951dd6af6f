"""When two deliveries are the same mail: the canonical fingerprint. Pure.

A mail that is delivered again comes by another way, so its trace fields differ: they do not count. A Message-ID alone
is not enough, because strangers may use it first to make the genuine mail look like a copy; the rest of the header
with its signatures, the body and the reverse-path all count, and a copy is kept as a further delivery, never dropped.
"""

import hashlib
import re

_TRACE_FIELD = re.compile(
    rb"^(?:Received|Return-Path|Delivered-To|X-Original-To|Received-SPF|Authentication-Results"
    rb"|ARC-(?:Seal|Message-Signature|Authentication-Results))[ \t]*:[^\r]*\r\n(?:[ \t][^\r]*\r\n)*",
    re.IGNORECASE | re.MULTILINE,
)
"""Fields that systems on the way add (RFC 5321 section 4.4, RFC 8601 section 4.1, RFC 8617 section 4.1)."""


def split_header_block(content: bytes) -> tuple[bytes, bytes]:
    """Return the header block and all after it, from the blank line on. `content` has CRLF line ends only."""
    if content.startswith(b"\r\n"):
        return b"", content
    end = content.find(b"\r\n\r\n")
    return (content, b"") if end < 0 else (content[: end + 2], content[end + 2 :])


def make_fingerprint(mail_from: str, content: bytes) -> str:
    """Return the SHA-256, in hexadecimal, of the reverse-path and of the mail without its trace fields."""
    header_block, rest = split_header_block(content)
    digest = hashlib.sha256(mail_from.encode("utf-8", "surrogateescape"))
    # NUL occurs in none of the three, so that nothing can move from one into the next.
    digest.update(b"\0")
    digest.update(_TRACE_FIELD.sub(b"", header_block))
    digest.update(b"\0")
    digest.update(rest)
    return digest.hexdigest()
