"""From the bytes of a mail to everything that is read of it.

Here belongs putting the readers together: header, text, attachments, tables, reports, signs of a machine. What each of
them finds is its own module's; who wrote is not asked here. Never raises on what a stranger may send, and every list
and every text has its limit (`wire.message.Limits`, `inbound.reading.body.Lengths`).
"""

import re

from inbound.reading.body import read_body
from inbound.reading.mail import Attachment, Reading
from inbound.reading.sections import Line, Mark, Sections, mark_sections
from inbound.reading.tables import read_tables
from wire.automatic import tell_automatic
from wire.message import Header
from wire.parts import Message, Part, read_message
from wire.reports import tell_report

_MAX_IDS = 50
"""Message-IDs of one field that count: the newest stand last (RFC 5322 section 3.6.4)."""
_MAX_HEADERS = 300
_MAX_VALUE = 2_000
"""Characters of one field that rules see."""
_MAX_SHORT = 300
"""Characters of a subject, a display name, a file name."""
_MAX_FORWARDS = 3
_MAX_FORWARDED = 20_000
"""Characters of one attached mail that count as forwarded text."""
_TEXT_TYPES = frozenset({"text/plain", "text/html", "text", "", "application/xhtml+xml"})
_ID = re.compile(r"<([^<>\s\x00-\x1f\x7f-\x9f]{1,300})>")
_BARE_ID = re.compile(r"[^<>\s\x00-\x1f\x7f-\x9f]{1,300}")
_COMMENT = re.compile(r"\(([^()]{1,300})\)\s*$")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]+")
"""Controls and what turns the direction of a line: nothing that is shown in one line may hold them."""


def read_mail(raw: bytes, mail_from: str | None = None) -> Reading:
    """Return what `raw`, a whole message, says. `mail_from` is the envelope's sender: empty for the null one, None
    where no envelope is known."""
    return read_taken_apart(read_message(raw), mail_from)


def read_taken_apart(message: Message, mail_from: str | None) -> Reading:
    """The same for a message that is taken apart already."""
    header = message.header
    report = tell_report(message)
    if header.first("return-path") == "<>":
        mail_from = ""  # a server in front of us saw the null sender, whatever it calls itself to us
    return Reading(
        subject=_flatten(header.first("subject")),
        message_id=_read_message_id(header),
        in_reply_to=_read_ids(header, "in-reply-to"),
        references=_read_ids(header, "references"),
        sender_name=_read_sender_name(header),
        sections=read_sections(message),
        attachments=tuple(_describe(part) for part in message.parts if _is_attachment(part)),
        tables=read_tables(message.parts),
        report=report,
        automatic=None if report else tell_automatic(header, mail_from),
        headers=tuple((field.key, _flatten(field.text, _MAX_VALUE)) for field in header.fields[:_MAX_HEADERS]),
        flaws=tuple(sorted(flaw.value for flaw in message.flaws)),
    )


def read_sections(message: Message) -> Sections:
    """Return the lines of a mail's text, and those of the mails that are attached to it, each with its mark."""
    own = mark_sections(read_body(message).text)
    forwarded = [line for part in _find_forwards(message) for line in _read_forward(part)]
    return Sections((*own.lines, *(Line(text, Mark.FORWARD) for text in forwarded)))


def _find_forwards(message: Message) -> list[Part]:
    return [part for part in message.parts if part.media_type == "message/rfc822"][:_MAX_FORWARDS]


def _read_forward(part: Part) -> list[str]:
    """Return an attached mail as the lines of a forward. What is attached to that mail in turn is not read."""
    inner = read_message(part.content)
    head = [f"{name}: {_flatten(inner.header.first(name))}" for name in ("From", "Subject")]
    return ["", *head, "", *read_body(inner).text[:_MAX_FORWARDED].split("\n")]


def _is_attachment(part: Part) -> bool:
    return part.disposition == "attachment" or bool(part.file_name) or part.media_type not in _TEXT_TYPES


def _describe(part: Part) -> Attachment:
    return Attachment(_flatten(part.file_name), part.media_type[:_MAX_SHORT], len(part.content))


def _read_message_id(header: Header) -> str:
    value = header.first("message-id")
    found = _ID.search(value) or _BARE_ID.fullmatch(value)
    return found[found.re.groups] if found else ""


def _read_ids(header: Header, name: str) -> tuple[str, ...]:
    found = _ID.findall(header.first(name))
    return tuple(dict.fromkeys(found[-_MAX_IDS:]))


def _read_sender_name(header: Header) -> str:
    """Return the name beside the address in the topmost From: before it, or in a comment after it."""
    text = header.first("from")
    name, bracket, _ = text.rpartition("<")
    if not bracket:
        comment = _COMMENT.search(text)
        name = comment[1] if comment else ""
    return _flatten(name).strip("\"' ")


def _flatten(text: str, most: int = _MAX_SHORT) -> str:
    """Return `text` as one line that can be shown, cut to `most` characters."""
    return " ".join(_UNPRINTABLE.sub(" ", text[: 4 * most]).split())[:most]
