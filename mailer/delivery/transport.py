"""The one narrow interface between the ledger and whatever takes the mail: relays, a folder, a test's memory.

Here belongs the contract. A transport is a set of lanes; a lane takes one parcel after another from the feed, says
before the body is written that it will be (`intend`), and afterwards what came of it (`settle`).
"""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from mailer.delivery.counting import Timing
from mailer.delivery.outcomes import Outcome
from mailer.queue.claimed import Claimed


class Mail(Protocol):
    """A composed message: the envelope, and the bytes as they go over the wire."""

    @property
    def mail_from(self) -> str: ...

    @property
    def rcpt_to(self) -> str: ...

    @property
    def data(self) -> bytes:
        """The whole message, every line with CRLF, the last one too."""

    @property
    def needs_smtputf8(self) -> bool:
        """RFC 6531: an address or a header is not ASCII."""


class MakesMail(Protocol):
    """Whoever turns a row of the ledger into a mail."""

    def compose(self, message: Claimed, now: datetime) -> Mail:
        """Return the mail, signed at `now`. What it raises is a fault of this one message or its template."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A claimed message with its mail."""

    message: Claimed
    mail: Mail
    timing: Timing = field(default_factory=Timing, compare=False)
    """What its steps took so far."""


class Feed(Protocol):
    """Where a lane's parcels come from and their outcomes go. Every parcel taken is settled or given back."""

    @property
    def ended(self) -> bool:
        """Nothing more is handed out or granted."""

    async def take(self, relay: str, patience: float | None = None) -> Parcel | None:
        """Wait for the next parcel that may go to `relay` now.

        None: `patience` seconds are over, the relay was meanwhile reported down, or the feed ended.
        """

    def take_now(self, relay: str) -> Parcel | None:
        """Return the next parcel if there is one that may go to `relay` at this moment."""

    def intend(self, parcel: Parcel, relay: str) -> Awaitable[bool]:
        """Tell, once that is on disk, whether the body may be written. False: the parcel is gone, send nothing."""

    def settle(self, parcel: Parcel, relay: str, outcome: Outcome) -> None:
        """Record what came of a parcel that had been granted."""

    def give_back(self, parcel: Parcel, relay: str, reason: str | None = None) -> None:
        """Return a parcel that had no intent: it was not tried."""

    def give_all_back(self, reason: str | None) -> None:
        """Return everything that no lane has taken yet: no lane will come for it soon."""

    def report_relay(self, relay: str, reason: str | None, next_try_in: float | None) -> None:
        """Make known that `relay` is down, and why and for how many seconds; None: it is up again."""

    async def rest(self, seconds: float) -> bool:
        """Wait `seconds`. False: the feed ended."""


class Lane(Protocol):
    """One at a time: a connection, or a writer of files."""

    async def run(self, feed: Feed) -> None:
        """Deliver until the feed ends."""


class Transport(Protocol):
    """A way for mail to leave."""

    def lanes(self) -> Sequence[Lane]:
        """Return what may deliver side by side."""
