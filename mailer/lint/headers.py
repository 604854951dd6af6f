"""Are the header fields and lines of the message what RFC 5322, RFC 8058 and the big receivers ask for?

Read from the bytes, not from a parsed message: what a lenient parser mends, a receiver may refuse.
"""

import re
from collections import Counter
from collections.abc import Iterator

from mailer.lint.document import shorten
from mailer.lint.findings import Finding
from mailer.lint.mail import RenderedMail

LONGEST_LINE = 998
"""Octets without CRLF (RFC 5322 section 2.1.1)."""

REQUIRED = ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Auto-Submitted")
_REPEATABLE = frozenset({"dkim-signature", "received"})
_FIELD = re.compile(rb"([\x21-\x39\x3b-\x7e]+):(.*)", re.DOTALL)
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@([A-Za-z0-9.-]+)>")
_BARE_LINE_END = re.compile(rb"\r(?!\n)|(?<!\r)\n")


def check_headers(mail: RenderedMail) -> Iterator[Finding]:
    """Yield a finding for each fault of the header fields, and of the lines of the message."""
    yield from _check_lines(mail.data)
    fields: list[tuple[str, str]] = []
    for raw in _raw_fields(mail.data):
        match = _FIELD.fullmatch(raw)
        if match is None or not raw.isascii():
            said = "a header field is a name, a colon and ASCII (RFC 5322 section 2.2); encode the rest (RFC 2047)"
            yield Finding("header-malformed", said, shorten(raw.decode("utf-8", "replace")))
        else:
            fields.append((match[1].decode(), match[2].decode().replace("\r\n", "").strip()))
    yield from _check_counts([name for name, _ in fields])
    values = {name.lower(): value for name, value in fields}
    yield from _check_message_id(mail, values.get("message-id"))
    yield from _check_unsubscribing(mail, values)
    for defect in mail.defects:
        yield Finding("mime-defect", "the standard library's parser stumbles over the message; so will others", defect)


def _raw_fields(data: bytes) -> list[bytes]:
    head = data.partition(b"\r\n\r\n")[0]
    return re.split(rb"\r\n(?![ \t])", head)


def _check_lines(data: bytes) -> Iterator[Finding]:
    if _BARE_LINE_END.search(data):
        yield Finding("line-ending", "a line ends in a bare CR or LF, which servers refuse since 2024 (SMTP smuggling)")
    longest = max(data.split(b"\r\n"), key=len)
    if len(longest) > LONGEST_LINE:
        said = f"a line has {len(longest)} octets, and {LONGEST_LINE} are allowed (RFC 5322 section 2.1.1)"
        yield Finding("line-too-long", said, shorten(longest[:100].decode("utf-8", "replace")))


def _check_counts(names: list[str]) -> Iterator[Finding]:
    counts = Counter(name.lower() for name in names)
    for name in REQUIRED:
        if not counts[name.lower()]:
            yield Finding("header-missing", f"the mail has no {name} field")
    for name, count in counts.items():
        if count > 1 and name not in _REPEATABLE:
            yield Finding("header-repeated", f"the mail has {count} {name} fields; Gmail refuses more than one")


def _check_message_id(mail: RenderedMail, value: str | None) -> Iterator[Finding]:
    if value is None:
        return
    match = _MESSAGE_ID.fullmatch(value)
    if match is None or match[1].lower() != mail.origin.mail_domain.lower():
        yield Finding("message-id", f"Message-ID must be <…@{mail.origin.mail_domain}>", shorten(value))


def _check_unsubscribing(mail: RenderedMail, values: dict[str, str]) -> Iterator[Finding]:
    present = [name for name in ("list-unsubscribe", "list-unsubscribe-post") if name in values]
    if not mail.is_notice:
        if present:
            said = "account mail cannot be unsubscribed from; leave List-Unsubscribe out"
            yield Finding("unsubscribe-header", said, ", ".join(present))
        return
    schemes = "https" if mail.origin.base_url.startswith("https:") else "https?"
    if not re.fullmatch(rf"<{schemes}://[^<>\s]+>", values.get("list-unsubscribe", "")):
        said = "a notice needs List-Unsubscribe with one https URL in angle brackets (RFC 8058 section 3.1)"
        yield Finding("unsubscribe-header", said, shorten(values.get("list-unsubscribe", "")))
    if values.get("list-unsubscribe-post") != "List-Unsubscribe=One-Click":
        said = "a notice needs List-Unsubscribe-Post: List-Unsubscribe=One-Click (RFC 8058 section 3.1)"
        yield Finding("unsubscribe-header", said, shorten(values.get("list-unsubscribe-post", "")))
