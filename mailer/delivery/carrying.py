"""The messages that one connection carries, one after the other.

Here belongs the order of intent, envelope, body and result. The words of a transaction stand in `session`.
"""

import asyncio

from mailer.delivery.hop import Hop
from mailer.delivery.outcomes import Deferred, Held, Outcome, Phase
from mailer.delivery.session import Session
from mailer.delivery.transport import Feed, Parcel

STOPPED = "the worker was stopped"


class Carrier:
    """A session at work. Leaves it closed."""

    def __init__(self, session: Session, feed: Feed, hop: Hop) -> None:
        self._session = session
        self._feed = feed
        self._hop = hop

    async def carry(self, first: Parcel, intended: bool) -> tuple[Parcel, bool] | None:
        """Deliver `first`, which may have its intent, and what follows.

        Return what is left over for a fresh connection, and whether that has its intent.
        """
        parcel: Parcel | None = first
        try:
            while parcel is not None:
                if not intended and not await self._intend(parcel):
                    if self._session.has_open_offer:
                        return None
                    parcel = await self._next()
                    continue
                is_fresh = self._session.carried == 0
                outcome, following = await self._try(parcel)
                if not is_fresh and self._was_stale(outcome):
                    return parcel, True
                self._feed.settle(parcel, self._hop.name, outcome)
                self._hop.note(self._feed, outcome)
                if following is not None and self._hop.is_down:
                    self._feed.give_back(following, self._hop.name)
                    return None
                if following is not None and not self._session.is_alive:
                    return following, False
                parcel, intended = following or await self._next(), False
        finally:
            self._session.leave()
        return None

    async def _intend(self, parcel: Parcel) -> bool:
        try:
            return await self._feed.intend(parcel, self._hop.name)
        except asyncio.CancelledError:
            # If the intent is written already, this takes it back; if it is refused, this finds nothing.
            self._feed.settle(parcel, self._hop.name, Held(Phase.MAIL, STOPPED))
            raise

    async def _try(self, parcel: Parcel) -> tuple[Outcome, Parcel | None]:
        """Return what came of `parcel`, and the parcel whose envelope went out behind it."""
        following: Parcel | None = None
        try:
            outcome = self._session.refuses(parcel.mail) or await self._session.ask(parcel.mail)
            if outcome is None:
                following = self._following()
                behind = None if following is None else following.mail
                outcome = await self._session.hand_over(parcel.mail, behind)
        except asyncio.CancelledError:
            # A body that was written stays in doubt: its intent is on disk, and nothing here knows better.
            if not self._session.in_body:
                self._feed.settle(parcel, self._hop.name, Held(Phase.DATA, STOPPED))
            if following is not None:
                self._feed.give_back(following, self._hop.name)
            raise
        return outcome, following

    def _following(self) -> Parcel | None:
        """Return a parcel whose envelope may ride behind the body that is about to be written."""
        if not self._session.pipelines or self._session.carried + 1 >= self._hop.relay.messages_per_connection:
            return None
        parcel = self._feed.take_now(self._hop.name)
        if parcel is not None and self._session.refuses(parcel.mail):
            self._feed.give_back(parcel, self._hop.name)
            return None
        return parcel

    async def _next(self) -> Parcel | None:
        # What was just refused as ours has closed the relay to all its connections, this one too.
        if self._hop.is_down or not self._session.is_fit:
            return None
        if self._session.carried >= self._hop.relay.messages_per_connection:
            return None
        return await self._feed.take(self._hop.name, self._hop.timeouts.idle)

    def _was_stale(self, outcome: Outcome) -> bool:
        """A connection that has served may end at any time: then the same message deserves a fresh one."""
        return self._session.over and isinstance(outcome, Held | Deferred) and outcome.phase is not Phase.BODY
