"""A finished message taken apart again, as a mail program would: subject, both bodies, inline images.

For what looks at mails (lint, previews, tests); nothing on the way to the relay reads its own messages.
"""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass(frozen=True)
class Parts:
    """What a message shows."""

    subject: str
    html: str | None
    text: str | None
    images: Mapping[str, str]
    """`data:` URLs of the parts with a Content-ID, by that (without angle brackets)."""
    defects: tuple[str, ...]
    """What the standard library's parser objected to."""


def read_parts(data: bytes) -> Parts:
    """Take the message `data` apart. Whatever is wrong with it becomes a defect, never an exception."""
    message = message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    parts = [part for part in message.walk() if isinstance(part, EmailMessage)]
    return Parts(
        subject=str(message["Subject"] or ""),
        html=_first_of(parts, "text/html"),
        text=_first_of(parts, "text/plain"),
        images={str(part["Content-ID"]).strip("<> "): _data_url(part) for part in parts if part["Content-ID"]},
        defects=tuple(dict.fromkeys(_defects_of(parts))),
    )


def _first_of(parts: list[EmailMessage], content_type: str) -> str | None:
    for part in parts:
        if part.get_content_type() == content_type and not part.is_attachment():
            return _content_of(part).decode("utf-8", errors="replace")  # ours are never anything else
    return None


def _content_of(part: EmailMessage) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _data_url(part: EmailMessage) -> str:
    return f"data:{part.get_content_type()};base64,{base64.b64encode(_content_of(part)).decode()}"


def _defects_of(parts: list[EmailMessage]) -> Iterator[str]:
    for part in parts:
        values = [defect for value in part.values() for defect in getattr(value, "defects", ())]
        for defect in (*part.defects, *values):
            yield f"{type(defect).__name__}: {defect}"
