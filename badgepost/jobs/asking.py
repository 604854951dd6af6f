"""From what a transaction asked for (`mailer.queue.waking`) to jobs of the engine, in that very transaction.

Here belongs that a million messages, or many single ones, do not make as many jobs, and that none goes unheard: a job
that waits already is held back until the asker has committed, so that whoever takes it finds what was asked for.
"""

# ruff: noqa: S608  (the statements are put together from constants alone)

from math import ceil

from sqlalchemy import Connection, Engine, event, text

from badgepost.jobs.readiness import QUEUE, has_jobs
from badges.columns import to_microseconds
from badges.transactions import READ_ONLY
from mailer.queue.waking import ASKED, Asked

THINGS_A_TURN = 200
"""What one process claims at once: for more, more are woken."""
MOST_TURNS = 16
"""The most processes that one transaction wakes for one kind of work."""

# A job that waits and that nobody has in hand is touched: it wakes again, and is this transaction's until it commits.
# The engine passes over it until then (SKIP LOCKED). Where there is none, or somebody else holds it, a new one is made;
# a unique key instead would make everybody wait for the longest import.
_NOW = text(f"""
    WITH touched AS (
        UPDATE {QUEUE} SET updated = clock_timestamp() WHERE id IN (
            SELECT id FROM {QUEUE} WHERE entrypoint = :turn AND status = 'queued' AND execute_after <= clock_timestamp()
            ORDER BY id LIMIT :number FOR UPDATE SKIP LOCKED
        ) RETURNING id
    )
    INSERT INTO {QUEUE} (priority, status, entrypoint)
    SELECT 0, 'queued', :turn FROM generate_series(1, CAST(:number AS int) - (SELECT count(*)::int FROM touched))
""")
_LATER = text(f"""
    INSERT INTO {QUEUE} (priority, status, entrypoint, execute_after)
    SELECT 0, 'queued', :turn, to_timestamp(CAST(:at AS bigint) / 1000000.0) WHERE NOT EXISTS (
        SELECT 1 FROM {QUEUE} WHERE entrypoint = :turn AND status = 'queued'
        AND execute_after > clock_timestamp() AND execute_after <= to_timestamp(CAST(:at AS bigint) / 1000000.0)
    )
""")


def let_transactions_ask(engine: Engine) -> None:
    """From now on what transactions of `engine` ask for is given to the job engine. SQLite: nothing is needed."""
    if has_jobs(engine):
        event.listen(engine, "begin", _listen_to)
        event.listen(engine, "commit", _pass_on)


def _listen_to(connection: Connection) -> None:
    connection.info.pop(ASKED, None)  # of a transaction that was rolled back
    if not connection.get_execution_options().get(READ_ONLY, False):
        connection.info[ASKED] = Asked()


def _pass_on(connection: Connection) -> None:
    """As the last thing before the commit: a job that is touched here is held for no longer than that takes."""
    asked: Asked | None = connection.info.pop(ASKED, None)
    if asked is None:
        return
    for turn, things in asked.now.items():
        number = min(ceil(things / THINGS_A_TURN), MOST_TURNS)
        connection.execute(_NOW, {"turn": turn.value, "number": number})
    for turn, at in asked.later.items():
        connection.execute(_LATER, {"turn": turn.value, "at": to_microseconds(at)})
