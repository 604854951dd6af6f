"""Looking at a mail that arrived, as a stranger would: with the standard library's parser and nothing of ours.

Here belong what `badgepost demo` checks of each mail and the links that it finds.
"""

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape

from badgepost.receiver import ReceivedMail

_LINK = re.compile(r'href="(https?://[^"]+)"')


@dataclass(frozen=True)
class ArrivedMail:
    """What somebody who opens the mail has before them."""

    rcpt_to: str
    to: str
    subject: str
    size: int
    """Bytes of the whole mail."""
    parts: tuple[str, ...]
    """Media types of what is in it."""
    signatures: tuple[str, ...]
    """Algorithms of its DKIM signatures."""
    links: tuple[str, ...]
    faults: tuple[str, ...]
    """What is wrong with it, in words; empty for a good mail."""

    def link_to(self, start: str) -> str | None:
        """Return the first link that starts with `start`."""
        return next((link for link in self.links if link.startswith(start)), None)


def open_mail(received: ReceivedMail) -> ArrivedMail:
    """Parse a mail and look for faults."""
    mail = message_from_bytes(received.content, policy=policy.default)
    parts = [part for part in mail.walk() if not part.is_multipart()]
    signatures = [str(value) for value in mail.get_all("DKIM-Signature", [])]
    return ArrivedMail(
        rcpt_to=", ".join(received.rcpt_to),
        to=str(mail["To"]),
        subject=str(mail["Subject"]),
        size=len(received.content),
        parts=tuple(part.get_content_type() for part in parts),
        signatures=tuple(sorted(_algorithm_of(value) for value in signatures)),
        links=_links_in(mail),
        faults=tuple(_find_faults(mail, received)),
    )


def _find_faults(mail: EmailMessage, received: ReceivedMail) -> list[str]:
    faults = [f"{defect!r} in {part.get_content_type()}" for part in mail.walk() for defect in part.defects]
    for name, value in mail.items():
        faults += [f"{defect!r} in {name}" for defect in getattr(value, "defects", ())]
    for name in ("From", "To", "Subject", "Date", "Message-ID"):
        if len(mail.get_all(name, [])) != 1:
            faults.append(f"{len(mail.get_all(name, []))} {name} fields")
    for subtype in ("plain", "html"):
        if mail.get_body((subtype,)) is None:
            faults.append(f"no text/{subtype}")
    if not received.mail_from.startswith("bounce+"):
        faults.append(f"the envelope's sender is {received.mail_from}")
    return faults


def _links_in(mail: EmailMessage) -> tuple[str, ...]:
    body = mail.get_body(("html",))
    html = str(body.get_content()) if body is not None else ""
    return tuple(dict.fromkeys(unescape(link) for link in _LINK.findall(html)))


def _algorithm_of(signature: str) -> str:
    found = re.search(r"\ba=([a-z0-9-]+)", signature)
    return found[1] if found else "?"
