"""Between the ledger and the lanes: claims ahead, composes, keeps to the limits, records.

Here belongs the flow of parcels in one worker process. How rows are claimed and steps are written stands in
`mailer.queue`, how a mail leaves in the transports. Memory stays flat: what is claimed ahead are rows of some 600
bytes, and a mail is composed when a lane takes it.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from time import perf_counter

import structlog

from mailer.delivery.chores import Chores
from mailer.delivery.claiming_ahead import CLAIM_PER_LANE, claim_ahead, has_enough
from mailer.delivery.composing import NOBODYS, compose_parcel
from mailer.delivery.counting import count_relay_down, name_outcome
from mailer.delivery.feed_wiring import Wiring
from mailer.delivery.outcomes import Outcome
from mailer.delivery.telling import tell_attempt
from mailer.delivery.transport import Parcel
from mailer.delivery.turns import Turns
from mailer.delivery.waiting import WaitingRoom
from mailer.queue.claimed import Claimed
from mailer.queue.claiming import give_back, set_aside
from mailer.queue.recording import Intent, Result
from mailer.queue.relays import RelayNote, save_relay
from mailer.queue.settling import settle

REST = 1.0
"""Seconds between two looks at an empty queue."""
GLANCE = 0.2
"""Seconds between two questions whether anything was written at all, where that can be asked for next to nothing."""

_log = structlog.get_logger("badgepost.delivery")


class LedgerFeed:
    """The feed of one worker process. `worker_id` is the incarnation that its claims are made under.

    With `by_turns` it looks for messages only in a turn that somebody gives it, which ends when nothing is due.
    """

    def __init__(self, wiring: Wiring, worker_id: str, *, once: bool = False, by_turns: bool = False) -> None:
        self._with = wiring
        self.worker_id = worker_id
        self.outcomes: Counter[str] = Counter()
        self.fault: BaseException | None = None
        self._once = once
        self._turns = Turns(by_turns=by_turns)
        self._under_way = 0
        self._downs: Counter[str] = Counter()
        """How often each relay was reported down: whoever waits for a parcel for it then waits in vain."""
        self._waiting = WaitingRoom()
        self._wanted = asyncio.Event()
        self._ended = asyncio.Event()
        self._chores = Chores(wiring.writer, self.fail)

    @property
    def ended(self) -> bool:
        """See `transport.Feed`."""
        return self._ended.is_set()

    async def run(self) -> None:
        """Keep the shelf filled until the feed ends; with `once`, end it when nothing is due."""
        while not self._ended.is_set():
            await self._wanted.wait()
            await self._turns.wait_for_one()
            self._wanted.clear()
            if not self._ended.is_set() and not await self._refill():
                await self._rest()
                self._wanted.set()

    async def take_turn(self, worker_id: str) -> None:
        """Claim as the incarnation `worker_id` until nothing is due or under way any more; the connections stay."""
        if self._ended.is_set():
            return
        self.worker_id = worker_id
        self._turns.begin()
        self._wanted.set()
        await self._turns.wait_for_end()

    def end_turn(self) -> None:
        """Claim nothing more until the next turn."""
        self._turns.end()

    def end(self) -> None:
        """Hand out no more parcels and grant no more intents: lanes end after what they have under way."""
        self._ended.set()
        self._turns.close()
        self._wanted.set()
        self._waiting.stir()

    def fail(self, fault: BaseException) -> None:
        """End because of `fault`, which is not any one message's."""
        self.fault = self.fault or fault
        self.end()

    async def wait_for_end(self) -> None:
        """Return when the feed has ended."""
        await self._ended.wait()

    async def flush(self) -> None:
        """Give back what no lane took, and return when everything is on disk."""
        self.give_all_back(None)
        await self._with.journal.flush()
        await self._chores.wait()

    async def take(self, relay: str, patience: float | None = None) -> Parcel | None:
        """See `transport.Feed`."""
        loop = asyncio.get_running_loop()
        deadline = None if patience is None else loop.time() + patience
        reports = self._downs[relay]
        while not self._ended.is_set() and self._downs[relay] == reports:
            parcel = self.take_now(relay)
            if parcel is not None:
                return parcel
            remaining = None if deadline is None else deadline - loop.time()
            if remaining is not None and remaining <= 0:
                return None
            await self._wait(relay, remaining)
        return None

    def take_now(self, relay: str) -> Parcel | None:
        """See `transport.Feed`."""
        while not self._ended.is_set():
            message = self._with.shelf.pick(relay, asyncio.get_running_loop().time())
            if len(self._with.shelf) < CLAIM_PER_LANE:
                self._wanted.set()
            if message is None:
                return None
            parcel = self._compose(message)
            if parcel is not None:
                self._under_way += 1
                return parcel
            self._with.shelf.leave(message, relay)
        return None

    async def intend(self, parcel: Parcel, relay: str) -> bool:
        """See `transport.Feed`."""
        if self._ended.is_set():
            self.give_back(parcel, relay)
            return False
        parcel.timing.asked_at = perf_counter()
        granted = await self._with.journal.submit(Intent(parcel.message, relay, self._with.clock()))
        parcel.timing.granted_at = perf_counter()
        if not granted:
            self._leave(parcel, relay)
        return granted

    def settle(self, parcel: Parcel, relay: str, outcome: Outcome) -> None:
        """See `transport.Feed`."""
        now = self._with.clock()
        settlement = settle(parcel.message, outcome, relay, now, self._with.policy)
        written = self._with.journal.submit(Result(parcel.message, outcome, settlement, now))
        written.add_done_callback(self._check)
        self.outcomes[name_outcome(outcome)] += 1
        self._leave(parcel, relay)
        tell_attempt(parcel, relay, outcome, settlement, now)

    def give_back(self, parcel: Parcel, relay: str, reason: str | None = None) -> None:
        """See `transport.Feed`."""
        self._return([parcel.message], reason)
        self._leave(parcel, relay)

    def give_all_back(self, reason: str | None) -> None:
        """See `transport.Feed`. No relay is up: with `once`, there is nothing more to be done."""
        self._return(self._with.shelf.clear(), reason)
        if self._once and reason is not None:
            self.end()

    def report_relay(self, relay: str, reason: str | None, next_try_in: float | None) -> None:
        """See `transport.Feed`."""
        now = self._with.clock()
        next_try = None if next_try_in is None else now + timedelta(seconds=next_try_in)
        note = RelayNote(relay, reason is None, now, reason, next_try)
        _log.warning("relay", relay=relay, up=note.is_up, reason=reason, next_try_in=next_try_in)
        self._chores.start(lambda connection: save_relay(connection, note))
        if not note.is_up:
            count_relay_down(relay)
            self._downs[relay] += 1
            self._waiting.stir()

    async def rest(self, seconds: float) -> bool:
        """See `transport.Feed`."""
        try:
            async with asyncio.timeout(seconds):
                await self._ended.wait()
        except TimeoutError:
            return True
        return False

    async def _refill(self) -> bool:
        """Claim more if lanes want more; tell whether anything came of it."""
        if has_enough(self._with, len(self._waiting)):
            return True
        self._with.has_changed()
        claimed = await claim_ahead(self._with, self.worker_id, self._under_way + len(self._waiting))
        self.outcomes.update(suppressed=claimed.suppressed, expired=claimed.expired)
        self._return(self._with.shelf.put(claimed.messages), None)
        self._waiting.stir()
        return not claimed.is_empty

    async def _rest(self) -> None:
        """Return when there may be something due again."""
        if not self._under_way and not len(self._with.shelf):
            if self._once:
                self.end()
            if self._turns.by_turns:
                self.end_turn()
                return
        self._waiting.forget()
        for _ in range(int(REST / GLANCE)):
            if await self._waiting.is_stirred(GLANCE) or self._ended.is_set() or self._with.has_changed():
                return

    async def _wait(self, relay: str, seconds: float | None) -> None:
        """Return when there may be something for `relay`, at the latest after `seconds`."""
        if self._ended.is_set():
            return  # it was in this lane's own try, which nobody will stir
        by_limit = self._with.shelf.wait(relay, asyncio.get_running_loop().time())
        self._wanted.set()
        await self._waiting.wait(min((wait for wait in (seconds, by_limit) if wait is not None), default=None))

    def _compose(self, message: Claimed) -> Parcel | None:
        try:
            composed = compose_parcel(self._with.maker, message, self._with.clock)
        except NOBODYS as fault:
            self.fail(fault)
            return None
        if isinstance(composed, Parcel):
            return composed
        reason, now = composed.reason, self._with.clock()
        self.outcomes["set_aside"] += 1
        self._chores.start(lambda connection: set_aside(connection, message, reason, now))
        return None

    def _leave(self, parcel: Parcel, relay: str) -> None:
        self._under_way -= 1
        made_room = self._with.shelf.leave(parcel.message, relay)
        if made_room or not self._under_way:
            self._waiting.stir()

    def _return(self, messages: Iterable[Claimed], reason: str | None) -> None:
        rows = [(message, reason) for message in messages]
        if rows:
            self._chores.start(lambda connection: give_back(connection, rows))

    def _check(self, written: asyncio.Future[bool]) -> None:
        if not written.cancelled() and (fault := written.exception()) is not None:
            self.fail(fault)
