"""What one attempt to deliver one message came to. Values, not exceptions: all of them are to be expected.

Here belongs the vocabulary. Who decides stands in `wire.status` (what a reply means) and `judging` (what
it means where the conversation stood); what follows from it in `mailer.retry` and `mailer.queue`.
"""

from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    """Where an SMTP conversation stood (RFC 5321 section 3)."""

    CONNECT = "connect"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    BODY = "body"
    """From the first byte of the message to the reply to the final dot."""


@dataclass(frozen=True)
class Sent:
    """The next hop took it: 250 after the final dot."""

    reply: str


@dataclass(frozen=True)
class Deferred:
    """Not now (4yz, or the connection broke before the final dot was written): the same message may pass later."""

    phase: Phase
    reply: str


@dataclass(frozen=True)
class Bounced:
    """Never (5yz): this message to this recipient will not be taken."""

    phase: Phase
    reply: str
    suppress: bool = False
    """The address itself is at fault (no such mailbox), so nothing else should be sent to it either."""


@dataclass(frozen=True)
class Unknown:
    """The final dot was written and no reply came: the next hop may have the message or not."""

    reply: str


@dataclass(frozen=True)
class Held:
    """The fault is ours or the relay's (down, refuses our log-in, our sender): not an attempt, and nobody's bounce."""

    phase: Phase
    reply: str


Outcome = Sent | Deferred | Bounced | Unknown | Held
