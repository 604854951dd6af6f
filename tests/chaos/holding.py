"""Whether somebody is in a transaction that may hold locks: who is frozen in one stops everybody else.

On SQLite it is the one write lock; on PostgreSQL those of the rows that were touched, until the server ends it.
"""

import sqlite3
from contextlib import closing

from sqlalchemy import Engine, text

_BUSY = text("""
    SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'
    AND state <> 'idle' AND pid <> pg_backend_pid()
""")


def is_transaction_open(engine: Engine) -> bool:
    """Tell whether a process on this database has a transaction open: one that writes on SQLite, any on PostgreSQL."""
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            return connection.execute(_BUSY).first() is not None
    with closing(sqlite3.connect(str(engine.url.database), timeout=0.05, isolation_level=None)) as probe:
        try:
            probe.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        probe.execute("ROLLBACK")
        return False
