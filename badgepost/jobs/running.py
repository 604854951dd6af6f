"""A process under the engine: it takes turns when woken, and does on time what is done once for all machines.

Here belongs what the engine is asked to do and what it is kept from. A process takes one job at a time and leaves the
others to other processes; whose heart has stopped is said by the engine, which then gives the job to somebody else.
"""

# ruff: noqa: S608  (the statements are put together from constants alone)

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import structlog
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.applications import PgQueuer
from pgqueuer.domain.models import Job, Schedule, TracebackRecord
from pgqueuer.domain.types import JOB_STATUS, QueueEntrypoint, QueueManagerId
from pgqueuer.ports.repository import EntrypointExecutionParameter
from sqlalchemy import Engine, event

from badgepost.jobs.driver import AWAY, LastingDriver
from badgepost.jobs.readiness import LOG, QUEUE
from badgepost.jobs.tables import CHANNEL, make_queries, tell_conninfo
from mailer.queue.waking import Turn

DEAD_AFTER = timedelta(seconds=20)
"""Without a heartbeat of its job; hearts beat every 10 seconds."""
LOOK_EVERY = timedelta(seconds=10)
"""Between two looks for jobs whose process died. Others are heard of at once."""
LONG = timedelta(days=365)
KEPT = timedelta(days=1)
"""The engine's log of jobs."""

TakeTurn = Callable[[str], Awaitable[None]]
"""Does what is due, for the job of this name: whoever had it before is dead, and what that one held is to be freed."""
Answer = TypeVar("Answer")

_log = structlog.get_logger("badgepost.jobs")


@dataclass(frozen=True)
class Chore:
    """What one process of all does when its time comes."""

    name: str
    when: str
    """As cron has it: minute, hour, day, month, weekday."""
    do: Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Patience:
    """When a process is taken for dead, and how often somebody looks whether one is."""

    dead_after: timedelta = DEAD_AFTER
    look_every: timedelta = LOOK_EVERY


class _OneAtATime(Queries):
    """The engine's statements, for a process that has one job in hand and is careful about who is dead."""

    patience = Patience()
    is_busy: Callable[[], bool] = staticmethod(lambda: False)
    _trusts_from = 0.0
    _looked_at = 0.0

    def distrust(self) -> None:
        """Take nobody for dead for a while: the database was away, or this machine slept, so every heartbeat is old."""
        self._trusts_from = time.time() + self.patience.dead_after.total_seconds()

    async def dequeue(
        self,
        batch_size: int,
        entrypoints: dict[QueueEntrypoint, EntrypointExecutionParameter],
        queue_manager_id: QueueManagerId,
        global_concurrency_limit: int | None,
        heartbeat_timeout: timedelta,
    ) -> list[Job]:
        now = time.time()
        if not 0 <= now - self._looked_at < 2 * self.patience.look_every.total_seconds():
            self.distrust()
        self._looked_at = now
        if self.is_busy():
            return []
        # A connection that was lost is noticed here, and not by the statement that would take everybody for dead.
        await self.driver.execute("SELECT 1")
        dead_after = heartbeat_timeout if now >= self._trusts_from else LONG
        return await super().dequeue(batch_size, entrypoints, queue_manager_id, global_concurrency_limit, dead_after)

    async def eligible_queued_work(self, entrypoints: list[QueueEntrypoint]) -> int:
        return 0 if self.is_busy() else await super().eligible_queued_work(entrypoints)

    async def next_deferred_eta(self, entrypoints: list[QueueEntrypoint]) -> timedelta | None:
        return LONG if self.is_busy() else await super().next_deferred_eta(entrypoints)

    async def log_jobs(self, job_status: list[tuple[Job, JOB_STATUS, TracebackRecord | None]]) -> None:
        """Be done with jobs, but not with those that others took over meanwhile."""
        ids = [job.id for job, _, _ in job_status]
        owners = [str(job.queue_manager_id) for job, _, _ in job_status]
        await self.driver.execute(
            f"DELETE FROM {QUEUE} USING unnest($1::bigint[], $2::uuid[]) AS done (id, owner)"
            f" WHERE {QUEUE}.id = done.id AND queue_manager_id = done.owner",
            ids,
            owners,
        )


class Jobs:
    """One process's part in the engine's work."""

    def __init__(
        self,
        engine: Engine,
        turn: Turn,
        take_turn: TakeTurn,
        chores: Sequence[Chore] = (),
        patience: Patience = Patience(),
    ) -> None:
        self._take_turn = take_turn
        self._patience = patience
        self._stopped = False
        _let_go_when_frozen(engine, patience.dead_after)
        self._driver = LastingDriver(tell_conninfo(engine), self._note_connection)
        made = make_queries(self._driver)
        self._queries = _OneAtATime(made.driver, made.qbe, made.qbq, made.qbs)
        self._engine = PgQueuer(self._driver, CHANNEL, queries=self._queries)
        self._queries.patience = patience
        self._queries.is_busy = lambda: bool(self._engine.qm.job_context)
        self._engine.entrypoint(turn.value, accepts_context=False)(self._take)
        for chore in (*chores, Chore("forget_jobs", "17 * * * *", self._forget)):
            self._schedule(chore)

    async def run(self) -> None:
        """Take turns until `stop`. Raises what the engine raises; that the database is away is no reason."""
        try:
            await self._engine.run(
                dequeue_timeout=self._patience.look_every,
                batch_size=1,
                heartbeat_timeout=self._patience.dead_after,
                log_aggregation_interval=timedelta(0),
            )
        except AWAY:
            if not self._driver.shutdown.is_set():
                raise
            _log.warning("ended_without_database")
        finally:
            await self._driver.close()

    def stop(self) -> None:
        """Take no further turn."""
        self._stopped = True
        self._engine.shutdown.set()
        self._driver.shutdown.set()

    @property
    def is_stopped(self) -> bool:
        """Whether it was told to take no further turn."""
        return self._stopped

    def _note_connection(self) -> None:
        self._queries.distrust()

    async def _take(self, job: Job) -> None:
        await self._take_turn(f"job {job.id}")

    def _schedule(self, chore: Chore) -> None:
        async def do(_schedule: Schedule) -> None:
            await chore.do()

        self._engine.schedule(chore.name, chore.when, accepts_context=False)(do)

    async def _forget(self) -> None:
        await self._driver.execute(f"DELETE FROM {LOG} WHERE created < now() - $1::interval", KEPT)


def _let_go_when_frozen(engine: Engine, dead_after: timedelta) -> None:
    """Have the database end a transaction in whose middle this process stands still: what it locked is others' then."""
    setting = f"SET idle_in_transaction_session_timeout = {int(dead_after.total_seconds() * 1000)}"

    def limit(connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(setting)
        connection.commit()

    event.listen(engine, "connect", limit)
    engine.dispose()  # connections from before do not know it


async def run_under_engine(jobs: Jobs, work: Coroutine[Any, Any, Answer], stop: Callable[[], None]) -> Answer:
    """Run `work` beside `jobs`; SIGTERM and SIGINT make both drain. The first fault of either ends both."""
    loop = asyncio.get_running_loop()

    def stop_all() -> None:
        if not jobs.is_stopped:
            jobs.stop()
            stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop_all)
    working, waking = asyncio.ensure_future(work), asyncio.ensure_future(jobs.run())
    try:
        await asyncio.wait((working, waking), return_when=asyncio.FIRST_COMPLETED)
        stop_all()
        await asyncio.wait((working, waking))
        waking.result()
        return working.result()
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
