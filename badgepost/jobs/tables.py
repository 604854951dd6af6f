"""The engine's own tables: in a schema of their own, made and brought up to date by the engine itself.

Here belongs making them. Alembic looks at our own schema alone and does not see them.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import psycopg
from pgqueuer.adapters.drivers.psycopg import PsycopgDriver
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QueryQueueBuilder, QuerySchedulerBuilder
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.domain.types import Channel
from pgqueuer.ports.driver import Driver
from psycopg.conninfo import make_conninfo
from sqlalchemy import Engine

from badgepost.jobs.readiness import SCHEMA, name_version
from badgepost.refusal import Refusal

CHANNEL = Channel("badgepost_jobs")
"""Of LISTEN and NOTIFY, in this database."""

# Every name is given: the engine would take what is not from variables as common as CHANNEL or TRIGGER.
SETTINGS = DBSettings(
    prefix="",
    db_schema=SCHEMA,
    channel=CHANNEL,
    function="fn_pgqueuer_changed",
    statistics_table="pgqueuer_statistics",
    queue_status_type="pgqueuer_status",
    queue_table="pgqueuer",
    queue_table_log="pgqueuer_log",
    trigger="tg_pgqueuer_changed",
    schedules_table="pgqueuer_schedules",
    durability=Durability.durable,
    widen_id=True,
)


def make_tables(engine: Engine) -> None:
    """Do what `readiness.make_ready` says, in PostgreSQL."""
    # In a thread: the engine speaks asyncio alone, and whoever migrates may have a loop of its own.
    with ThreadPoolExecutor(1) as thread:
        try:
            thread.submit(asyncio.run, _install(engine)).result()
        except psycopg.errors.InsufficientPrivilege as fault:
            told = fault.diag.message_primary
            raise Refusal(f"the schema {SCHEMA} cannot be made: {told}; let this user create it, or own it") from fault


def tell_conninfo(engine: Engine) -> str:
    """Return how to connect as `engine` does, in libpq's words."""
    _, options = engine.dialect.create_connect_args(engine.url)
    return make_conninfo(**{name: value for name, value in options.items() if name != "context"})


def make_queries(driver: Driver) -> Queries:
    """Return the engine's statements on our names."""
    return Queries(
        driver, QueryBuilderEnvironment(SETTINGS), QueryQueueBuilder(SETTINGS), QuerySchedulerBuilder(SETTINGS)
    )


async def _install(engine: Engine) -> None:
    async with await psycopg.AsyncConnection.connect(tell_conninfo(engine), autocommit=True) as connection:
        queries = make_queries(PsycopgDriver(connection))
        async with queries.schema_lock():
            if not await queries.schema_is_installed():
                await queries.install()
            await queries.apply_upgrade()
            await connection.execute(f"COMMENT ON SCHEMA {SCHEMA} IS '{name_version()}'")
