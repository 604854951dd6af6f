"""The database: engines for SQLite and PostgreSQL, and bringing an empty or old one up to date.

Here belongs how to connect. Tables stand in `badges.tables` and `mailer.queue.tables`, their history in
`badgepost/migrations`.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from badgepost.fault_counts import count_faults
from badgepost.jobs.readiness import make_ready
from badgepost.storable import keep_text_storable
from badges.transactions import READ_ONLY, reading

MIGRATIONS = Path(__file__).parent / "migrations"
PAGE_BYTES = 16_384
"""Of a new SQLite file; one that is there keeps its own. Mails are long: with SQLite's own 4,096, taking in such of
100 KB costs a tenth more CPU, and a fifth of their rate (docs/performance.md)."""
LOG_BYTES = 32 << 20
"""SQLite's log before it is copied into the file: fewer syncs while much comes in at once (docs/performance.md)."""
BUSY_SECONDS = 60.0
"""How long SQLite waits for another writer: an import of a very long roster holds the one write lock that long."""

_FILE = "file"
"""What a connection to SQLite notes: the path, and which file stood there when it was opened."""
_MIGRATING = 0x6D696772
"""The number of the advisory lock in PostgreSQL that whoever migrates holds."""


def open_engine(url: str) -> Engine:
    """Return an engine for `url`. Writing transactions of SQLite take the lock at once: see `badges.transactions`.

    Its faults do not tell the values of a statement: they end up in logs, and passwords' hashes are among them.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        engine = create_engine(parsed, pool_pre_ping=True, hide_parameters=True)
        event.listen(engine, "handle_error", _hide_values)
        count_faults(engine)
        keep_text_storable(engine)
        return engine
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    options = {"timeout": BUSY_SECONDS, "check_same_thread": False}
    engine = create_engine(parsed, connect_args=options, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    count_faults(engine)
    keep_text_storable(engine)
    return engine


def _prepare_sqlite(connection: Any, record: Any) -> None:
    # The driver must not open transactions of its own: _begin_sqlite says when and how.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA page_size = {PAGE_BYTES}")
    cursor.execute("PRAGMA journal_mode = WAL")
    # FULL: what was committed survives a power cut. Grouped commits make it cheap (docs/performance.md).
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    # 8 MiB: a process fills its cache however much it holds, and more made nothing faster (docs/performance.md).
    cursor.execute("PRAGMA cache_size = -8192")
    (page_bytes,) = cursor.execute("PRAGMA page_size").fetchone()
    cursor.execute(f"PRAGMA wal_autocheckpoint = {LOG_BYTES // page_bytes}")
    _, _, path = cursor.execute("PRAGMA database_list").fetchone()
    cursor.close()
    if path:
        record.info[_FILE] = path, _identify(path)


def _identify(path: str) -> tuple[int, int] | None:
    """Return what tells a file from others; None: there is none."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _hide_values(context: ExceptionContext) -> None:
    # PostgreSQL tells the row that broke a constraint, in what follows the first line of its fault.
    fault: Any = context.original_exception
    told = getattr(getattr(fault, "diag", None), "message_primary", None)
    if told is not None:
        fault.args = (told,)
        if context.sqlalchemy_exception is not None:
            context.sqlalchemy_exception.args = (f"({type(fault).__module__}.{type(fault).__name__}) {told}",)


def _begin_sqlite(connection: Connection) -> None:
    # A deferred transaction that reads first and writes later fails at once when another has written in between;
    # taking the lock at the start waits for it instead.
    read_only = connection.get_execution_options().get(READ_ONLY, False)
    _refuse_moved(connection)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def _refuse_moved(connection: Connection) -> None:
    """Begin nothing in a file that was moved away or replaced: what is acknowledged there is in nobody's database."""
    path, known = connection.info.get(_FILE, ("", None))
    found = _identify(path) if path else None
    if found == known:
        return
    why = "was replaced: it is opened anew" if found else "is gone: bring it back, or end the processes"
    if found:
        connection.invalidate()
    fault = sqlite3.OperationalError(f"the database's file {path} {why}")
    raise OperationalError("BEGIN", None, fault, connection_invalidated=bool(found))


def migrate(engine: Engine) -> tuple[str | None, str | None]:
    """Bring the database up to date, and the job engine's tables; return the revision before and after."""
    with engine.connect() as connection, _tables_replaceable(connection), connection.begin():
        before, after = migrate_on(connection)
    make_ready(engine)
    return before, after


@contextmanager
def _tables_replaceable(connection: Connection) -> Iterator[None]:
    """Let SQLite drop a table that others refer to, which is how it changes a column: a new table takes its place.

    To be said outside of the transaction (sqlite.org/lang_altertable.html, section 7).
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys = ON")


def migrate_on(connection: Connection) -> tuple[str | None, str | None]:
    """The same in the caller's transaction. Who comes second waits, and finds it done: SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_MIGRATING)))
    config = alembic_config()
    before = MigrationContext.configure(connection).get_current_revision()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    if connection.dialect.name == "sqlite" and (
        broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    ):
        raise RuntimeError(f"the migration would leave a row of {broken[0]} that refers to nothing in {broken[2]}")
    return before, MigrationContext.configure(connection).get_current_revision()


def pending_revision(engine: Engine) -> tuple[str | None, str | None]:
    """Return the revision of the database (None: empty) and the one that this program needs."""
    with reading(engine).connect() as connection:
        return MigrationContext.configure(connection).get_current_revision(), _find_head(MIGRATIONS)


@cache
def _find_head(migrations: Path) -> str | None:
    return ScriptDirectory(str(migrations)).get_current_head()


def is_known_revision(revision: str) -> bool:
    """Tell whether this program has the migration `revision`; one that it lacks is of a newer program."""
    return any(script.revision == revision for script in ScriptDirectory.from_config(alembic_config()).walk_revisions())


def alembic_config() -> Config:
    """Return what Alembic needs to find the migrations; the caller adds the connection to run them on."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
