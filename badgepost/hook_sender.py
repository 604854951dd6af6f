"""`badgepost hooks`: posts what other systems are to be told, until a signal says stop.

Here belongs the life of the process: look, start a lane for each endpoint that something waits for, rest, chores,
drain. What a lane does stands in `desk.hooks.lane`. One slow endpoint holds up one lane, and one that fails is left
alone for a while, longer each time.
"""

import asyncio
import signal
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from badges.transactions import reading
from desk.hooks.chores import do_chores
from desk.hooks.claiming import CLAIM, Waiting, list_waiting
from desk.hooks.lane import Equipment, run_lane
from desk.hooks.posting import Post
from desk.hooks.schedule import rest_after
from desk.hooks.settling import Result, record
from desk.hooks.telling import BEFORE_ALL
from desk.office import Office
from mailer.queue.journal import Journal
from mailer.queue.writer import Writer

LANES = 16
"""Endpoints that are posted to at the same time."""
LOOK_EVERY = 1.0
"""Seconds between two looks at an empty table."""
LONGEST_REST = 30.0
"""Seconds between two looks while the database is away."""
BETWEEN_CHORES = timedelta(minutes=1)

_log = structlog.get_logger("badgepost.hooks")


class HookSender:
    """Posts events until `stop`, or with `once` until nothing is due that may be tried now."""

    def __init__(self, office: Office, post: Post, clock: Callable[[], datetime], *, once: bool = False) -> None:
        self._office = office
        self._once = once
        self._clock = clock
        self._stopped = asyncio.Event()
        self._writer = Writer(office.engine)
        journal = Journal[Result](self._writer, lambda connection, results: record(connection, office, results))
        self._equipment = Equipment(office, post, self._writer, journal, clock, self._stopped.is_set)
        self._lanes: dict[str, asyncio.Task[bool]] = {}
        self._failures: Counter[str] = Counter()
        """By endpoint: how many lanes in a row ended with a failure."""
        self._resting: dict[str, datetime] = {}
        self._turns: dict[str, int] = {}
        """By endpoint: which lane of all was its last."""
        self._chores_due = clock()
        self.outcomes: Counter[str] = Counter()

    def stop(self) -> None:
        """Begin no further request; end when those under way have their answers."""
        self._stopped.set()

    async def run(self) -> Counter[str]:
        """Post events; return how many lanes came to which end. Raises what ended it, if it was not told to."""
        with self._writer:
            try:
                await self._take_rounds(until_idle=self._once)
            finally:
                await self._drain()
        return self.outcomes

    async def _take_rounds(self, *, until_idle: bool) -> None:
        pause = LOOK_EVERY
        while not self._stopped.is_set():
            try:
                if not await self._take_round(until_idle=until_idle):
                    return
                pause = LOOK_EVERY
            except (OperationalError, InterfaceError) as fault:
                if self._once:
                    raise
                _log.warning("database_away", fault=str(fault.orig), next_try_in=pause)
                await self._rest(pause)
                pause = min(pause * 2, LONGEST_REST)

    async def _take_round(self, *, until_idle: bool) -> bool:
        """Start what is to be started and wait for something to happen; False: `until_idle`, and nothing will."""
        self._note_ended()
        has_started = await self._start_lanes()
        await self._do_chores()
        if until_idle and not has_started and not self._lanes:
            return False
        await self._rest(LOOK_EVERY)
        return True

    async def _start_lanes(self) -> bool:
        """Start lanes for endpoints that something waits for; tell whether there was one to start."""
        now = self._clock()
        waiting = await asyncio.to_thread(self._look, now)
        started = [each for each in waiting if each.endpoint_id not in self._lanes and self._may_try(each, now)]
        # By turns: what waits longest is most of all what some answer slowly, who would have every lane for good.
        started.sort(key=lambda each: (not _is_urgent(each, now), self._turns.get(each.endpoint_id, 0)))
        for each in started[: LANES - len(self._lanes)]:
            self._turns[each.endpoint_id] = max(self._turns.values(), default=0) + 1
            lane = asyncio.create_task(run_lane(self._equipment, each.endpoint_id, self._limit_of(each)))
            self._lanes[each.endpoint_id] = lane
        return bool(started)

    def _look(self, now: datetime) -> list[Waiting]:
        with reading(self._office.engine).connect() as connection:
            return list_waiting(connection, now)

    def _may_try(self, waiting: Waiting, now: datetime) -> bool:
        return _is_urgent(waiting, now) or self._resting.get(waiting.endpoint_id, now) <= now

    def _limit_of(self, waiting: Waiting) -> int:
        """One event shows whether an endpoint that has failed is well again."""
        return 1 if self._failures[waiting.endpoint_id] else CLAIM

    async def _rest(self, seconds: float) -> None:
        """Return when a lane has ended, after so many seconds, or when it is time to stop."""
        stopped = asyncio.create_task(self._stopped.wait())
        await asyncio.wait({stopped, *self._lanes.values()}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()

    def _note_ended(self) -> None:
        for endpoint_id, lane in list(self._lanes.items()):
            if lane.done():
                del self._lanes[endpoint_id]
                self._note(endpoint_id, taken=lane.result())

    def _note(self, endpoint_id: str, *, taken: bool) -> None:
        self.outcomes["taken" if taken else "failed"] += 1
        if taken:
            del self._failures[endpoint_id]
            self._resting.pop(endpoint_id, None)
            return
        self._failures[endpoint_id] += 1
        self._resting[endpoint_id] = self._clock() + rest_after(self._failures[endpoint_id])

    async def _do_chores(self) -> None:
        now = self._clock()
        if now < self._chores_due:
            return
        self._chores_due = now + BETWEEN_CHORES
        done = await self._writer.run(partial(do_chores, now=now))
        if done.forgotten or done.batches:
            _log.info("chores", forgotten=done.forgotten, batches=done.batches)

    async def _drain(self) -> None:
        self._stopped.set()
        await asyncio.gather(*self._lanes.values(), return_exceptions=True)
        await self._equipment.journal.flush()


def _is_urgent(waiting: Waiting, now: datetime) -> bool:
    """Tell whether it is a test: somebody sits before the page."""
    return waiting.due_at <= now - BEFORE_ALL / 2


async def run_until_signal(sender: HookSender) -> Counter[str]:
    """Run `sender`; SIGTERM and SIGINT make it drain."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, sender.stop)
    try:
        return await sender.run()
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
