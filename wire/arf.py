"""Abuse reports of mailbox providers (RFC 5965): the fields of a `message/feedback-report` part as values.

Here belongs the standard form. Which mail is complained about, and what follows from it, stands in `reports`.
"""

from dataclasses import dataclass

from wire.dsn import find_addresses
from wire.message import Field, Header, read_header


@dataclass(frozen=True, slots=True)
class FeedbackReport:
    """A `message/feedback-report` part; what it does not say is empty."""

    feedback_type: str = ""
    """abuse, fraud, virus, not-spam, auth-failure, opt-out ... (RFC 5965 section 7.3), lower case."""
    user_agent: str = ""
    original_mail_from: str = ""
    original_rcpt_to: tuple[str, ...] = ()
    reported_domains: tuple[str, ...] = ()
    source_ip: str = ""


def read_feedback_report(content: bytes) -> FeedbackReport:
    """Return the fields of a part. Never raises."""
    header, _ = read_header(content, start=len(content) - len(content.lstrip(b"\r\n")))
    recipients = [_read_address(each) for name in _RECIPIENT_FIELDS for each in header.every(name)]
    return FeedbackReport(
        feedback_type=header.first("feedback-type").lower(),
        user_agent=header.first("user-agent"),
        original_mail_from=_read_first_address(header, "original-mail-from"),
        original_rcpt_to=tuple(dict.fromkeys(filter(None, recipients))),
        reported_domains=tuple(each.text for each in header.every("reported-domain")),
        source_ip=header.first("source-ip"),
    )


_RECIPIENT_FIELDS = ("original-rcpt-to", "removal-recipient", "redacted-address")


def _read_address(each: Field) -> str:
    found = find_addresses(each.text)
    return found[0] if found else ""


def _read_first_address(header: Header, name: str) -> str:
    return next((_read_address(each) for each in header.every(name)), "")
