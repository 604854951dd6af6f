"""How an act opens its transaction: to write, or only to read.

Here belong the one option that tells them apart, taking turns, and what a transaction that failed says of the
database. What the option means to a database is decided where engines are made (`badgepost.database`): a writing
transaction of SQLite takes the one write lock at its start, a reading one takes none.
"""

import sqlite3
from zlib import crc32

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

READ_ONLY = "badgepost_read_only"
"""The execution option that marks a connection's transactions as reading only."""


def reading(engine: Engine) -> Engine:
    """Return an engine on the same pool for transactions that only read: in SQLite they wait for no writer."""
    return engine.execution_options(**{READ_ONLY: True})


_TURN = 0x62616467
"""The number of our advisory lock in PostgreSQL; any would do that nothing else in the database uses."""


def take_turn(connection: Connection) -> None:
    """Wait until no other act that makes earners is under way, and keep others waiting until this transaction ends.

    Such an act looks who is there and then writes who is not. PostgreSQL lets two do that at once: they would meet at
    a unique key, or deadlock. SQLite has one writer anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_TURN)))


def take_turn_for(connection: Connection, subject: str) -> None:
    """The same for one `subject`, such as an address: count what it has had, then write one more.

    Subjects are told apart by 32 bits; two that fall together wait for each other, no more. So that nobody waits in a
    circle, an asker's turn is taken first, then everybody's, then those of the addresses that are mailed to.
    """
    if connection.dialect.name == "postgresql":
        number = crc32(subject.encode("utf-8", "backslashreplace"))
        connection.execute(select(func.pg_advisory_xact_lock(_TURN, number - (1 << 31))))


_TOO_LONG = "54"
"""PostgreSQL's class of faults for what is longer than it takes, such as a text of 3 KB in an index; its driver counts
them among those that may pass."""


def may_pass(fault: DBAPIError) -> bool:
    """Tell whether the database may take the same act later: locked, full, restarting, gone."""
    if getattr(fault.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:
        return False  # the statement itself is at fault, such as one about a table that is not there
    if str(getattr(fault.orig, "sqlstate", None)).startswith(_TOO_LONG):
        return False
    return fault.connection_invalidated or isinstance(fault, OperationalError | InterfaceError)
