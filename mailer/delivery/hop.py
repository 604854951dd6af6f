"""A relay as all its connections know it together: whether it is well, and when it is tried again.

Here belongs what one connection's experience means for the others. One connection's own path stands in `carrying`.
"""

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field

from mailer.delivery.breaker import Breaker
from mailer.delivery.outcomes import Held, Outcome, Phase
from mailer.delivery.relay import Relay, Timeouts
from mailer.delivery.transport import Feed

LOOK_AGAIN = 0.5
"""Seconds after which a lane sees that another one's probe has found the relay well."""


@dataclass
class Hop:
    """A next hop and its health."""

    relay: Relay
    timeouts: Timeouts
    helo_name: str
    tls_context: ssl.SSLContext | None
    breaker: Breaker
    siblings: Sequence["Hop"] = field(default_factory=list, repr=False)
    """All relays of the transport, this one too."""

    @property
    def name(self) -> str:
        """The relay's name in the settings and in the ledger."""
        return self.relay.name

    @property
    def is_down(self) -> bool:
        """Only a probe may pass."""
        return self.breaker.next_try is not None

    async def admit(self, feed: Feed) -> bool:
        """Wait while the relay is down and another lane probes it. False: the feed ended."""
        while wait := self.breaker.wait(_now()):
            if not await feed.rest(min(wait, LOOK_AGAIN)):
                return False
        return not feed.ended

    def note(self, feed: Feed, outcome: Outcome) -> None:
        """Learn from `outcome` how the relay is."""
        if not isinstance(outcome, Held):
            if self.breaker.mend():
                feed.report_relay(self.name, None, None)
        elif outcome.phase in (Phase.CONNECT, Phase.MAIL) or self.breaker.strike():
            self.trip(feed, outcome.reply)

    def trip(self, feed: Feed, reason: str) -> None:
        """Hold the queue for this relay; if no other one is up, give back what was claimed ahead."""
        now = _now()
        if self.breaker.next_try is None or now >= self.breaker.next_try:
            feed.report_relay(self.name, reason, self.breaker.trip(now))
        if all(hop.is_down for hop in self.siblings):
            feed.give_all_back(f"not tried: {self.name} is down: {reason}")


def _now() -> float:
    return asyncio.get_running_loop().time()
