"""The mail that is looked at: a whole message as it would go out.

Lint reads the bytes and not the template, so that it judges what a recipient gets. Here belongs what is known of it;
what is wrong with it is found by the checks.
"""

from dataclasses import dataclass

from mailer.parts import read_parts

_RESERVED_TOPS = frozenset({"example", "test", "invalid", "localhost"})
_RESERVED = ("example.com", "example.net", "example.org")


@dataclass(frozen=True)
class Origin:
    """The installation that a mail comes from."""

    base_url: str
    """Where its own links lead. `http://` only in a trial."""
    mail_domain: str
    """The domain of its Message-IDs. A reserved one (`.example`) tells that all of it is a trial."""

    @property
    def is_trial(self) -> bool:
        return is_reserved(self.mail_domain)


@dataclass(frozen=True)
class RenderedMail:
    """One message, with what its sender knows about it."""

    data: bytes
    """The whole message, as on the wire."""
    origin: Origin
    language: str
    """What language it is meant to be in (BCP 47)."""
    is_notice: bool
    """It may be unsubscribed from (RFC 8058); account mail may not."""
    subject: str
    html: str | None
    text: str | None
    content_ids: frozenset[str]
    """The Content-IDs of its parts, without angle brackets."""
    defects: tuple[str, ...]
    """What the standard library's parser objected to."""


def is_reserved(domain: str) -> bool:
    """Tell whether a domain can be nobody's (RFC 2606, RFC 6761)."""
    name = domain.lower().rstrip(".")
    return name.rpartition(".")[2] in _RESERVED_TOPS or any(f".{name}".endswith(f".{one}") for one in _RESERVED)


def read_mail(data: bytes, origin: Origin, language: str, is_notice: bool) -> RenderedMail:
    """Take the message `data` apart. Whatever is wrong with it becomes a defect, never an exception."""
    parts = read_parts(data)
    return RenderedMail(
        data=data,
        origin=origin,
        language=language,
        is_notice=is_notice,
        subject=parts.subject,
        html=parts.html,
        text=parts.text,
        content_ids=frozenset(parts.images),
        defects=parts.defects,
    )
