"""What a feed works with: passed in, so that a test can drive it.

Here belong the names of what it is given. What it does with it stands in `feed`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from mailer.delivery.shelf import Shelf
from mailer.delivery.transport import MakesMail
from mailer.queue.claimed import Claimed
from mailer.queue.journal import Journal
from mailer.queue.recording import Step
from mailer.queue.settling import Policy
from mailer.queue.writer import Writer

MayClaim = Callable[[Connection, datetime], bool]
"""Tells, in the transaction of a claim, whether anything may be claimed at all."""
LookAhead = Callable[[Connection, Sequence[Claimed]], None]
"""Reads what composing these messages will need, in the transaction that claims them. May run more than once."""


@dataclass(frozen=True)
class Wiring:
    """What a feed works with."""

    writer: Writer
    journal: Journal[Step]
    maker: MakesMail
    shelf: Shelf
    policy: Policy
    clock: Callable[[], datetime]
    look_ahead: LookAhead
    may_claim: MayClaim
    has_changed: Callable[[], bool]
    """Whether the database was written since the last time this was asked. May say yes too often, not too rarely."""
