"""Whether processes on a database are woken by the engine, and whether its tables are there.

Here belong the tables' names, and nothing that imports the engine: SQLite needs none, and each process would spend a
seventh of its start on it. Making the tables stands in `tables`, which is imported when they are to be made.
"""

from importlib import import_module
from importlib.metadata import version

from sqlalchemy import Connection, Engine, text

SCHEMA = "badgepost_jobs"
QUEUE = f"{SCHEMA}.pgqueuer"
LOG = f"{SCHEMA}.pgqueuer_log"

_FIND_VERSION = text("SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = :schema")


def has_jobs(engine: Engine) -> bool:
    """Tell whether processes on this database are woken by the engine."""
    return engine.dialect.name == "postgresql"


def is_ready(connection: Connection) -> bool:
    """Tell whether the tables are there and of the version of the engine that is installed; on SQLite they need not."""
    if not has_jobs(connection.engine):
        return True
    return connection.execute(_FIND_VERSION, {"schema": SCHEMA}).scalar() == name_version()


def make_ready(engine: Engine) -> None:
    """Make the engine's tables, or bring them up to date with its own means. Two may do this at once.

    Raises `Refusal` if the database's user may not.
    """
    if has_jobs(engine):
        import_module("badgepost.jobs.tables").make_tables(engine)


def name_version() -> str:
    """Return what the tables are marked with: the engine that is installed."""
    return f"pgqueuer {version('pgqueuer')}"
