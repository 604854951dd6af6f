"""A mail of the local outbox, taken apart for showing: by the standard library, as any mail program would.

Here belongs reading. It shares no code with what writes our mails, so what it shows is what a stranger would see.
"""

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from html import escape
from pathlib import Path
from urllib.parse import quote

SUFFIX = ".eml"
_HEAD_BYTES = 32 * 1024
_SHOWN_IMAGES = frozenset({"image/png", "image/jpeg", "image/gif"})
_CID = re.compile(r"""cid:([^"'\s)>]+)""")
_HEAD_TAG = re.compile(r"<head[^>]*>", re.IGNORECASE)


@dataclass(frozen=True)
class MailSummary:
    """A line of the list."""

    name: str
    """The file's name without its suffix."""
    subject: str
    sender: str
    to: str
    date: str
    size: str


@dataclass(frozen=True)
class MailImage:
    """An image within a mail."""

    media_type: str
    content: bytes


@dataclass(frozen=True)
class StoredMail:
    """A mail with its parts decoded."""

    summary: MailSummary
    text: str
    html: str
    headers: str
    source: str
    images: dict[str, MailImage]
    """By Content-ID, without angle brackets."""

    def html_with_images_at(self, path: str) -> str:
        """Return the HTML with its `cid:` addresses (RFC 2392) under `path`, and every link opening a new tab."""
        html = _CID.sub(lambda match: escape(path + quote(match[1], safe="")), self.html)
        head = _HEAD_TAG.search(html)
        at = head.end() if head else 0
        return f'{html[:at]}<base target="_blank">{html[at:]}'


def summarize_mail(path: Path) -> MailSummary:
    """Read only the header section."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    return _summarize(BytesHeaderParser(policy=policy.default).parsebytes(head), path)


def read_mail(path: Path) -> StoredMail:
    """Read the whole mail."""
    source = path.read_bytes()
    message = message_from_bytes(source, policy=policy.default)
    return StoredMail(
        summary=_summarize(message, path),
        text=_text_of(message, "plain"),
        html=_text_of(message, "html"),
        headers="\n".join(f"{name}: {value}" for name, value in message.items()),
        source=source.decode("utf-8", "replace").replace("\r\n", "\n"),
        images={str(part["Content-ID"]).strip("<> "): _image_of(part) for part in _image_parts(message)},
    )


def _summarize(message: EmailMessage, path: Path) -> MailSummary:
    fields = {name: str(message.get(name, "")) for name in ("subject", "from", "to", "date")}
    size = f"{path.stat().st_size / 1024:.0f} KB"
    return MailSummary(path.stem, fields["subject"], fields["from"], fields["to"], fields["date"], size)


def _text_of(message: EmailMessage, subtype: str) -> str:
    part = message.get_body((subtype,))
    return str(part.get_content()) if part is not None else ""


def _image_parts(message: EmailMessage) -> list[EmailMessage]:
    return [part for part in message.walk() if part["Content-ID"] and part.get_content_type() in _SHOWN_IMAGES]


def _image_of(part: EmailMessage) -> MailImage:
    return MailImage(part.get_content_type(), part.get_content())
