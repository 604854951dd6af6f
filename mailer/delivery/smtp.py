"""The SMTP transport: several relays, each with its connections.

Here belongs which connections there are and when they open. What they carry stands in `carrying`, what a relay's
failure means for its other connections in `hop`, opening a connection in `connecting`.
"""

import asyncio
from collections.abc import Callable, Sequence

from mailer.delivery.breaker import Breaker
from mailer.delivery.carrying import STOPPED, Carrier
from mailer.delivery.connecting import Refused, connect, make_tls_context
from mailer.delivery.hop import Hop
from mailer.delivery.outcomes import Held, Phase
from mailer.delivery.relay import Relay, Timeouts
from mailer.delivery.session import Session
from mailer.delivery.transport import Feed, Lane, Parcel


class SmtpTransport:
    """Relays side by side: each connection takes the next mail when it is free, so a slow relay gets fewer."""

    def __init__(
        self,
        relays: Sequence[Relay],
        helo_name: str,
        timeouts: Timeouts | None = None,
        make_breaker: Callable[[], Breaker] = Breaker,
    ) -> None:
        """Raises `OSError` for a `ca_file` that cannot be read."""
        timeouts = timeouts or Timeouts()
        self._hops = [Hop(relay, timeouts, helo_name, make_tls_context(relay), make_breaker()) for relay in relays]
        for hop in self._hops:
            hop.siblings = self._hops

    def lanes(self) -> Sequence[Lane]:
        """Return one lane for each connection that may be open at a time."""
        return [_Connection(hop) for hop in self._hops for _ in range(hop.relay.connections)]


class _Connection:
    """A lane: opens a connection when there is a message for it, and keeps it while there are more."""

    def __init__(self, hop: Hop) -> None:
        self._hop = hop

    async def run(self, feed: Feed) -> None:
        """Deliver until the feed ends."""
        while await self._hop.admit(feed):
            try:
                parcel = await feed.take(self._hop.name)
                if parcel is not None:
                    await self._carry(feed, parcel)
            finally:
                self._hop.breaker.end_probe()

    async def _carry(self, feed: Feed, parcel: Parcel) -> None:
        """Deliver `parcel` and what follows it, over as many connections as that takes."""
        left: tuple[Parcel, bool] | None = (parcel, False)
        while left is not None:
            parcel, intended = left
            session = await self._open(feed, parcel, intended)
            left = None if session is None else await Carrier(session, feed, self._hop).carry(parcel, intended)

    async def _open(self, feed: Feed, parcel: Parcel, intended: bool) -> Session | None:
        """Return a session that is ready for MAIL; None: the relay is down, and `parcel` has gone back."""
        hop = self._hop
        try:
            opened = await connect(hop.relay, hop.timeouts, hop.helo_name, hop.tls_context)
        except asyncio.CancelledError:
            self._put_back(feed, parcel, intended, STOPPED)
            raise
        if isinstance(opened, Refused):
            self._put_back(feed, parcel, intended, opened.reason)
            hop.trip(feed, opened.reason)
            return None
        return Session(opened.conversation, opened.capabilities, hop.timeouts)

    def _put_back(self, feed: Feed, parcel: Parcel, intended: bool, reason: str) -> None:
        if intended:
            feed.settle(parcel, self._hop.name, Held(Phase.CONNECT, reason))
        else:
            feed.give_back(parcel, self._hop.name, f"not tried: {self._hop.name}: {reason}")
