"""A worker that delivers when it is woken: under the job engine of PostgreSQL, with any number of others.

Here belongs what a turn is to a worker: an incarnation of its own, whose lease bears the name of the job. Whoever gets
that job next knows that this one is dead. The connections to the relays stay from turn to turn.
"""

import asyncio
from collections import Counter
from datetime import timedelta

import structlog
from sqlalchemy import Connection, Engine

from badgepost.jobs.running import Chore, Jobs, Patience, run_under_engine
from badgepost.worker import BREATH, Work, Worker
from badgepost.worker_lock import WorkerLock
from mailer.queue.claiming import next_due
from mailer.queue.leases import Recovered, new_lease_id
from mailer.queue.sweeping import Swept
from mailer.queue.waking import Turn, ask_for_later, ask_for_turn

SOON = timedelta(seconds=5)
"""Before a turn that found nothing is followed by another one."""
MANY = 1000
"""More messages than one turn claims at once: more than one process may be wanted."""

_log = structlog.get_logger("badgepost.worker")


class TurnWorker(Worker):
    """Delivers from `take_turn` until nothing is due; `run` keeps the connections between turns."""

    def __init__(self, work: Work, lock: WorkerLock) -> None:
        super().__init__(work, lock, by_turns=True)
        self._has_lease = False
        self._is_over = asyncio.Event()

    async def run(self) -> Counter[str]:
        """See `Worker.run`."""
        try:
            return await super().run()
        finally:
            self._is_over.set()

    async def take_turn(self, job: str) -> None:
        """Free what the former holder of `job` had, then deliver; return when this process has nothing more of it.

        A fault ends the worker, not only the turn: the engine would note it and go on, with nobody delivering.
        """
        try:
            await self._deliver_turn(job)
        except Exception as fault:
            self._feed.fail(fault)
            raise

    async def _deliver_turn(self, job: str) -> None:
        self._lease_id, self._place = new_lease_id(), job
        await super()._begin()
        self._has_lease = True  # not before: a fenced database gives none, however long that takes
        try:
            await self._feed.take_turn(self._lease_id)
        finally:
            self._has_lease = False
        if self._feed.ended:
            await self._is_over.wait()
        else:
            await self._end()

    async def look(self) -> None:
        """Ask for a turn if something is due; sweep up. For once a minute, whatever may have been missed."""
        await self._writer.run(self._ask_if_due)
        while (await super()._sweep()).has_more and not self._feed.ended:
            await self._feed.rest(BREATH.total_seconds())

    async def _begin(self) -> None:
        """Nothing begins before the first turn."""

    async def _beat(self) -> bool:
        return not self._has_lease or await super()._beat()

    async def _sweep(self) -> Swept:
        if self._has_lease:
            return await super()._sweep()
        self._trust.is_due(self._work.clock())  # it follows the clock between turns, too
        return Swept(0, 0, Recovered(0, 0), has_more=False)

    async def _start_anew(self) -> None:
        """Others have the job by now, and what this process had claimed: they go on."""
        _log.warning("lease_ended", worker=self._lock.name, lease=self._lease_id)
        self._has_lease = False
        self._feed.end_turn()

    async def _end(self) -> None:
        await super()._end()
        await self._writer.run(self._ask_again)

    def _ask_again(self, connection: Connection) -> None:
        """What this process leaves behind is for others now, and what will be due for whoever is free then."""
        due, now = next_due(connection), self._work.clock()
        if due is None:
            return
        if due <= now and self._feed.ended:
            ask_for_turn(connection, Turn.DELIVER, MANY)
        else:
            ask_for_later(connection, Turn.DELIVER, max(due, now + SOON))

    def _ask_if_due(self, connection: Connection) -> None:
        due = next_due(connection)
        if due is not None and due <= self._work.clock():
            ask_for_turn(connection, Turn.DELIVER, MANY)


async def run_turn_worker(engine: Engine, worker: TurnWorker, patience: Patience | None = None) -> Counter[str]:
    """Run `worker` under the job engine of the database; SIGTERM and SIGINT make it drain."""
    chores = [Chore("look_for_mail_out", "* * * * *", worker.look)]
    jobs = Jobs(engine, Turn.DELIVER, worker.take_turn, chores, patience or Patience())
    return await run_under_engine(jobs, worker.run(), worker.stop)
