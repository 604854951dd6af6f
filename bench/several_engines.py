"""What a message costs when a job engine says who takes it, for `bench.several`: so many messages a job.

Each job claims its rows as the ledger does. One engine is the product's, the other one was the alternative; it is no
dependency, and measured where it is installed.
"""

import importlib
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg
from pgqueuer.core.applications import PgQueuer
from pgqueuer.domain.models import Job
from pgqueuer.domain.types import QueueExecutionMode

from badgepost.database import open_engine
from badgepost.jobs.driver import LastingDriver
from badgepost.jobs.readiness import make_ready
from badgepost.jobs.tables import CHANNEL, make_queries, tell_conninfo
from tests.mailer.postgresql import PostgresServer

_ROWS = """
    CREATE TABLE row (id int PRIMARY KEY, worker text, fence int DEFAULT 0);
    INSERT INTO row SELECT g FROM generate_series(1, 40000) g;
    CREATE INDEX ON row (id) WHERE worker IS NULL;
    ANALYZE row;
"""
_CLAIM = """
    UPDATE row SET worker = 'w', fence = fence + 1
    WHERE id IN (SELECT id FROM row WHERE worker IS NULL ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING id
"""


@dataclass(frozen=True)
class Cost:
    """Of one message, in microseconds."""

    wall: float
    cpu: float


@dataclass
class _Rows:
    connection: psycopg.AsyncConnection[Any]
    conninfo: str
    url: str
    claimed: int = 0

    async def claim(self, size: int) -> None:
        cursor = await self.connection.execute(_CLAIM, (size,))
        self.claimed += len(await cursor.fetchall())


async def measure_plain(server: PostgresServer, size: int) -> Cost:
    """Return what it costs without an engine."""

    async def work(rows: _Rows, jobs: int) -> None:
        for _ in range(jobs):
            await rows.claim(size)

    return await _measure(server, size, _nothing, work)


async def _measure_pgqueuer(server: PostgresServer, size: int) -> Cost:
    async def prepare(rows: _Rows, jobs: int) -> None:
        engine = open_engine(rows.url)
        make_ready(engine)
        engine.dispose()
        driver = LastingDriver(rows.conninfo)
        await make_queries(driver).enqueue(["take"] * jobs, [None] * jobs, [0] * jobs)
        await driver.close()

    async def work(rows: _Rows, _jobs: int) -> None:
        driver = LastingDriver(rows.conninfo)
        app = PgQueuer(driver, CHANNEL, queries=make_queries(driver))

        async def take(_job: Job) -> None:
            await rows.claim(size)

        app.entrypoint("take", accepts_context=False)(take)
        # Two at once are the fewest that it takes with a bound.
        await app.qm.run(
            mode=QueueExecutionMode.drain,
            batch_size=1,
            max_concurrent_tasks=2,
            log_aggregation_interval=timedelta(0),
        )
        await driver.close()

    return await _measure(server, size, prepare, work)


async def _measure_procrastinate(server: PostgresServer, size: int) -> Cost:
    procrastinate = importlib.import_module("procrastinate")

    def make_app(rows: _Rows) -> tuple[Any, Any]:
        app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=rows.conninfo))

        async def take() -> None:
            await rows.claim(size)

        return app, app.task(name="take")(take)

    async def prepare(rows: _Rows, jobs: int) -> None:
        app, take = make_app(rows)
        async with app.open_async():
            await app.schema_manager.apply_schema_async()
            await take.batch_defer_async(*[{} for _ in range(jobs)])

    async def work(rows: _Rows, _jobs: int) -> None:
        app, _ = make_app(rows)
        async with app.open_async():
            await app.run_worker_async(wait=False, concurrency=1, delete_jobs="always", install_signal_handlers=False)

    return await _measure(server, size, prepare, work)


ENGINES: Mapping[str, Callable[[PostgresServer, int], Awaitable[Cost]]] = {
    "pgqueuer": _measure_pgqueuer,
    "procrastinate": _measure_procrastinate,
}

_Act = Callable[[_Rows, int], Awaitable[None]]


async def _nothing(_rows: _Rows, _jobs: int) -> None:
    """Nothing is to be prepared."""


async def _measure(server: PostgresServer, size: int, prepare: _Act, work: _Act) -> Cost:
    url = server.url_of(server.create("template0"))
    engine = open_engine(url)
    conninfo = tell_conninfo(engine)
    engine.dispose()
    jobs = 400 if size == 1 else 20_000 // size
    async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as connection:
        await connection.execute(_ROWS)
        rows = _Rows(connection, conninfo, url)
        await prepare(rows, jobs)
        began, cpu = time.perf_counter(), time.process_time()
        await work(rows, jobs)
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    assert rows.claimed == jobs * size
    return Cost(wall / rows.claimed * 1e6, cpu / rows.claimed * 1e6)
