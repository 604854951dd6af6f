"""The mail that a report gives back: told from the report's own text, and its header read.

Here belongs where the returned mail begins and whose it is. The report's own words are read in `bounce_texts`.
"""

import re
from dataclasses import dataclass

from wire.message import Header, read_header
from wire.parts import Message, Part

_BOUNDARY = re.compile(
    r"""^[\s>*=_-]{0,80}+(?:
        (?:original|returned|undelivered|unsent|rejected|bounced)\ (?:e-?mail|message|mail)\b.{0,40}$
      | (?:original|returned)\ (?:mail|message)\ info
      | (?:below\ this\ line|this|enclosed|included|attached|following)\ is\ (?:a|the)\ copy\ of
      | (?:the\ )?headers?\ of\ the\ original\ message
      | message\ headers?\ follow
      | copy\ of\ the\ original
    )|^(?:
        (?:received|return-path|dkim-signature|domainkey-signature|arc-seal|x-received|message-id)[ \t]{0,4}:
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_MESSAGE_ID = re.compile(r"^[ \t>]{0,8}message-id:[ \t]{0,8}<?([^\s<>]{1,300})", re.IGNORECASE | re.MULTILINE)
_IDENTIFIER = re.compile(r"<?([^\s<>]{1,300})")
_BOUNCE = re.compile(r"(?<![A-Za-z0-9])bounce\+([A-Za-z0-9_=.-]{1,64})@", re.IGNORECASE)
_TAG = re.compile(r"<(?!mailto:|[^<>\s@]{1,64}@)[^<>]{0,2000}>")
_LINE_ENDING_TAG = re.compile(r"<(?:br|/p|/div|/tr|/h\d|/li)\b[^<>]{0,200}>", re.IGNORECASE)
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", " "), ("&quot;", '"'), ("&#39;", "'"), ("&amp;", "&"))
_HEADER_TYPES = {"message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"}
_REPORT_TYPES = {"message/delivery-status", "message/global-delivery-status", "message/feedback-report"}
_LONGEST = 64 * 1024
"""Characters of a report's own text that are read: what a system has to say, it says at the start."""


@dataclass(frozen=True, slots=True)
class Returned:
    """A report's own text, and what came back with it."""

    own_text: str
    header: Header
    """Of the returned mail; without fields where none came back."""
    raw: bytes
    """The returned mail as far as it came back."""
    message_id: str | None
    envelope_ids: tuple[str, ...]
    """The `id` of each `bounce+id@` that the report names as its recipient or the mail's sender."""

    @property
    def is_report(self) -> bool:
        """Whether what came back is a delivery report itself."""
        return self.header.first("content-type").lower().startswith("multipart/report")


def part_report(message: Message) -> Returned:
    """Return the text of a report without the mail that it gives back, and that mail's header."""
    text = _read_text(message)[:_LONGEST]
    own_text, rest = _cut_returned(text)
    attached = next((part for part in message.parts if part.media_type in _HEADER_TYPES), None)
    raw = attached.content.lstrip() if attached else rest.lstrip("-=_ \r\n").encode()
    header, _ = read_header(raw)
    fields = [part.text[:_LONGEST] for part in message.parts if part.media_type in _REPORT_TYPES]
    told = "\n".join([text, *fields])
    ids = _find_envelope_ids(message.header, header, told)
    return Returned(own_text, header, raw, _find_message_id(header, told), ids)


def strip_tags(html: str) -> str:
    """Return the text of a page, line by line; for reading what a system says, not for showing."""
    text = _TAG.sub(" ", _LINE_ENDING_TAG.sub("\n", _drop_hidden(html[: 4 * _LONGEST])))
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    return text


def _drop_hidden(html: str) -> str:
    """Without style sheets and scripts; by plain search, as a pattern would go over the rest once for each start."""
    for name in ("style", "script"):
        first, *others = re.split(f"<{name}\\b", html, flags=re.IGNORECASE)
        ends = re.compile(f"</{name}\\b[^>]{{0,20}}>", re.IGNORECASE)
        html = first + "".join(" " + piece[found.end() :] for piece in others if (found := ends.search(piece)))
    return html


def _read_text(message: Message) -> str:
    """The plain texts that stand before the returned mail; the first HTML text where there is no plain one."""
    own: list[Part] = []
    for part in message.parts:
        if part.media_type in _HEADER_TYPES:
            break
        own.append(part)
    plain = [part.text for part in own if part.media_type == "text/plain"]
    if any(text.strip() for text in plain):
        return "\n\n".join(plain)
    return next((strip_tags(part.text) for part in own if part.media_type == "text/html"), "")


def _cut_returned(text: str) -> tuple[str, str]:
    lines = text.splitlines(keepends=True)
    for index, line in enumerate(lines):
        if _BOUNDARY.match(line[:200]):
            is_field = ":" in line.partition(" ")[0]
            return "".join(lines[:index]), "".join(lines[index if is_field else index + 1 :])
    return text, ""


def _find_message_id(header: Header, text: str) -> str | None:
    found = _IDENTIFIER.match(header.first("message-id")) or _MESSAGE_ID.search(text)
    return found[1] if found else None


def _find_envelope_ids(report: Header, returned: Header, text: str) -> tuple[str, ...]:
    names = ("to", "delivered-to", "x-original-to", "envelope-to", "return-path", "x-envelope-from")
    values = [field.value for header in (report, returned) for name in names for field in header.every(name)]
    told = "\n".join([*values, text])
    if "bounce+" not in told.lower():  # far quicker than the pattern, and so with nearly all mails
        return ()
    return tuple(dict.fromkeys(_BOUNCE.findall(told)))
