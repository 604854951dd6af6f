"""How a mail was handed over, as far as that is known: a mail in a file has no client. A value, for judging it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Envelope:
    """The envelope of one delivery (RFC 5321 section 2.3.1), and who brought it."""

    received_at: datetime
    """When the server that saw the client took it."""
    mail_from: str | None = None
    """The reverse-path; empty for the null one, None where it is not known."""
    rcpt_to: tuple[str, ...] = ()
    peer_address: str | None = None
    """The client's IP address; None where it has none (a file, a local socket), so that SPF says nothing."""
    helo_name: str = ""
