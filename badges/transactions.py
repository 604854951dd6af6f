"""How an act opens its transaction: to write, or only to read.

Here belongs the one option that tells them apart. What it means to a database is decided where engines are made
(`badgepost.database`): a writing transaction of SQLite takes the one write lock at its start, a reading one takes none.
"""

from sqlalchemy import Engine

READ_ONLY = "badgepost_read_only"
"""The execution option that marks a connection's transactions as reading only."""


def reading(engine: Engine) -> Engine:
    """Return an engine on the same pool for transactions that only read: in SQLite they wait for no writer."""
    return engine.execution_options(**{READ_ONLY: True})
