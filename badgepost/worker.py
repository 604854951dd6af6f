"""The worker: one process that claims messages, composes, delivers and records them until it is stopped.

Here belongs its life: start, heartbeat, sweep, drain. Everything it works with is passed in (`badgepost.wiring` makes
it from the settings), so that a test can drive it.
"""

import asyncio
import signal
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import Connection, Engine

from badgepost.clock_trust import TrustInClock
from badgepost.refusal import Refusal
from badgepost.worker_lock import WorkerLock
from mailer.delivery.feed import LedgerFeed
from mailer.delivery.feed_wiring import LookAhead, Wiring
from mailer.delivery.limits import Gates, Limit
from mailer.delivery.shelf import Shelf
from mailer.delivery.transport import MakesMail, Transport
from mailer.instance.fence import Standing
from mailer.instance.guard import Guard
from mailer.queue.claimed import Claimed
from mailer.queue.journal import Journal
from mailer.queue.leases import (
    DEAD_AFTER,
    HEARTBEAT_EVERY,
    find_former,
    keep_alive,
    new_lease_id,
    recover,
    register,
)
from mailer.queue.recording import Step, TellSettled, record, tell_nobody
from mailer.queue.settling import Policy
from mailer.queue.sweeping import Swept, sweep
from mailer.queue.watching import ChangeWatch
from mailer.queue.writer import Writer

BREATH = timedelta(milliseconds=50)
"""Between two sweeps while there is more to be swept: others want to write too."""

_log = structlog.get_logger("badgepost.worker")


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _look_nowhere(_connection: Connection, _messages: Sequence[Claimed]) -> None:
    """For a maker of mails that needs nothing besides the messages."""


@dataclass(frozen=True)
class Work:
    """What a worker is made of."""

    engine: Engine
    maker: MakesMail
    transport: Transport
    policy: Policy = field(default_factory=Policy)
    look_ahead: LookAhead = _look_nowhere
    tell_settled: TellSettled = tell_nobody
    domain_limits: Mapping[str, Limit] = field(default_factory=dict)
    relay_rates: Mapping[str, Limit] = field(default_factory=dict)
    clock: Callable[[], datetime] = _utc_now
    pulse: timedelta = HEARTBEAT_EVERY
    """Between two heartbeats, each with a sweep."""
    patience: timedelta = DEAD_AFTER
    """Without a heartbeat, until this worker takes another one for dead."""
    drain: timedelta = timedelta(seconds=30)
    """How long a stopped worker waits for the replies it is owed. After that they are `unknown`."""


class Worker:
    """One incarnation of the worker that `lock` names."""

    def __init__(self, work: Work, lock: WorkerLock, *, once: bool = False, by_turns: bool = False) -> None:
        self._work = work
        self._lock = lock
        self._place = lock.place
        """Whoever is here knows that no other incarnation of this place lives."""
        self._writer = Writer(work.engine)
        self._watch = ChangeWatch(work.engine)
        self._guard = Guard(lock.folder, lock.name)
        self._lease_id = new_lease_id()
        self._trust = TrustInClock(work.clock(), work.pulse, work.patience)
        wiring = Wiring(
            writer=self._writer,
            journal=Journal[Step](self._writer, partial(record, tell=work.tell_settled), self._guard.note_granted),
            maker=work.maker,
            shelf=Shelf(Gates(work.domain_limits), Gates(work.relay_rates)),
            policy=work.policy,
            clock=work.clock,
            look_ahead=work.look_ahead,
            may_claim=self._guard.may_claim,
            has_changed=self._watch.has_changed,
        )
        self._once = once
        self._feed = LedgerFeed(wiring, self._lease_id, once=once, by_turns=by_turns)

    async def run(self) -> Counter[str]:
        """Deliver until `stop` is called, or with `once` until nothing is due. Return how many came to which outcome.

        Raises what ended it, if that is neither.
        """
        with self._writer:
            await self._begin()
            try:
                await self._deliver()
            finally:
                await self._end()
                self._watch.close()
        if self._feed.fault is not None:
            raise self._feed.fault
        return self._feed.outcomes

    def stop(self) -> None:
        """Begin no further message; end when those under way have their replies, or their time is over."""
        _log.info("stopping", worker=self._lock.name)
        self._feed.end()

    async def _begin(self) -> None:
        if not await self._enlist():
            return
        lease_id, place = self._lease_id, self._place
        former = await self._writer.run(lambda connection: find_former(connection, lease_id, place))
        now = self._work.clock()
        recovered = await self._writer.run(lambda connection: recover(connection, former, now, self._work.policy))
        _log.info(
            "started", worker=self._lock.name, lease=self._lease_id, freed=recovered.freed, in_doubt=recovered.unknown
        )

    async def _enlist(self) -> bool:
        """Take a lease, however long the database is fenced; False: this worker was stopped before it was not."""
        lease_id, name, place, clock = self._lease_id, self._lock.name, self._place, self._work.clock

        def enlist(connection: Connection) -> Standing:
            standing = self._guard.check(connection, clock())
            if not standing.is_fenced:
                register(connection, lease_id, name, place, clock())
            return standing

        told = ""
        while (standing := await self._writer.run(enlist)).is_fenced:
            if self._once:
                raise Refusal(f"nothing is sent from this database: {standing.because}; see `badgepost instance`")
            if told != standing.because:
                told = standing.because
                _log.error("waits_because_fenced", because=told, what_to_do="badgepost instance")
            if not await self._feed.rest(self._work.pulse.total_seconds()):
                return False
        self._guard.keep(standing)
        return True

    async def _deliver(self) -> None:
        lanes = [asyncio.create_task(lane.run(self._feed)) for lane in self._work.transport.lanes()]
        keepers = [asyncio.create_task(self._feed.run()), asyncio.create_task(self._keep_pulse())]
        for task in (*lanes, *keepers):
            task.add_done_callback(self._notice)
        try:
            await self._feed.wait_for_end()
            _, late = await asyncio.wait(lanes, timeout=self._work.drain.total_seconds())
        finally:
            for task in (*lanes, *keepers):
                task.cancel()
            await asyncio.gather(*lanes, *keepers, return_exceptions=True)
        if late:
            _log.warning("drain_over", still_under_way=len(late))

    def _notice(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and task.exception() is not None:
            self._feed.fail(task.exception() or RuntimeError("unreachable"))

    async def _keep_pulse(self) -> None:
        pause = self._work.pulse
        while await self._feed.rest(pause.total_seconds()):
            if not await self._beat():
                await self._start_anew()
            swept = await self._sweep()
            pause = BREATH if swept.has_more else self._work.pulse
            if swept.expired or swept.cancelled or swept.recovered.freed or swept.recovered.unknown:
                _log.info("swept", expired=swept.expired, cancelled=swept.cancelled, recovered=swept.recovered)

    async def _beat(self) -> bool:
        def beat(connection: Connection) -> tuple[Standing, bool]:
            # The heart beats when the lock has been got, not when it was asked for: see `find_dead`.
            now = self._work.clock()
            return self._guard.check(connection, now), keep_alive(connection, self._lease_id, now)

        standing, lives = await self._writer.run(beat)
        self._guard.keep(standing)
        return lives

    async def _sweep(self) -> Swept:
        now = self._work.clock()
        patience = self._work.patience if self._trust.is_due(now) else None
        return await self._writer.run(lambda connection: sweep(connection, now, self._work.policy, patience))

    async def _start_anew(self) -> None:
        """Others took this process for dead and have its messages, or it was fenced: go on as a new incarnation."""
        _log.warning("lease_ended", worker=self._lock.name, lease=self._lease_id)
        self._lease_id = new_lease_id()
        await self._enlist()
        self._feed.worker_id = self._lease_id

    async def _end(self) -> None:
        await self._feed.flush()
        now = self._work.clock()
        standing = await self._writer.run(lambda connection: self._guard.check(connection, now))
        self._guard.keep(standing)
        if standing.is_fenced:
            return  # what is to become of anything here, whoever adopts it says
        left = await self._writer.run(lambda connection: recover(connection, [self._lease_id], now, self._work.policy))
        _log.info("ended", worker=self._lock.name, left_in_doubt=left.unknown, outcomes=dict(+self._feed.outcomes))


async def run_until_signal(worker: Worker) -> Counter[str]:
    """Run `worker`; SIGTERM and SIGINT make it drain."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, worker.stop)
    try:
        return await worker.run()
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
