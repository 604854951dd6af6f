"""Incarnations of workers: who lives, and what becomes of the messages of those who do not.

Here belong leases and recovery, each function in its caller's transaction. That a process is dead is known by its
lock file (`badgepost.worker_lock`, same machine), by the job engine (`badgepost.jobs`), or by its heartbeat.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from badges.columns import to_microseconds
from badges.ids import make_id
from mailer.queue.claimed import Claimed
from mailer.queue.claiming import CLAIMED_COLUMNS, read_claimed
from mailer.queue.settling import Policy, next_attempt_of, settle_unknown
from mailer.queue.tables import SETTLED_REASON, SETTLED_STATE
from mailer.queue.waking import Turn, ask_for_turn

HEARTBEAT_EVERY = timedelta(seconds=10)
DEAD_AFTER = timedelta(seconds=45)
"""Without a heartbeat. Longer than a pause of a healthy process; what it holds waits that long after a power cut."""
AHEAD = timedelta(hours=1)
"""No clock that anybody looks after is as much ahead: such a heartbeat is from before the clock was set back, and
whoever lives has beaten since."""

_REGISTER = text("""
    INSERT INTO worker_lease (id, name, place, started_at, heartbeat_at) VALUES (:id, :name, :place, :now, :now)
    ON CONFLICT (id) DO NOTHING
""")
_HEARTBEAT = text("UPDATE worker_lease SET heartbeat_at = :now WHERE id = :id")
_FORMER = text("SELECT id FROM worker_lease WHERE place = :place AND id <> :id")
_DEAD = text("""
    SELECT id FROM worker_lease WHERE heartbeat_at < :before OR heartbeat_at > :after
    UNION SELECT worker_id FROM message WHERE worker_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM worker_lease WHERE worker_lease.id = message.worker_id)
""")
_LEAVE = text("DELETE FROM worker_lease WHERE id = :id")

_SENDING = text(f"SELECT {CLAIMED_COLUMNS} FROM message WHERE worker_id = :id AND state = 'sending'")  # noqa: S608
_DOUBT = text("""
    UPDATE attempt SET finished_at = :now, outcome = 'unknown', phase = 'body', reply = :doubt
    WHERE message_id = :id AND number = :fence AND outcome IS NULL
""")
_SETTLE = text(f"""
    UPDATE message SET state = {SETTLED_STATE}, state_at = :now, due_at = COALESCE(:due_at, due_at),
        attempts = attempts + 1, doubts = doubts + 1, worker_id = NULL, reason = {SETTLED_REASON}
    WHERE id = :id AND fence = :fence AND state = 'sending'
""")  # noqa: S608  (put together from constants)
_FREE = text("UPDATE message SET worker_id = NULL WHERE worker_id = :id AND state IN ('queued', 'deferred')")

_DOUBTS = "the worker ended before the reply was recorded"


@dataclass(frozen=True)
class Recovered:
    """What a dead incarnation left behind."""

    freed: int
    """Merely claimed: back in the queue."""
    unknown: int
    """The body may have been written: treated by policy."""


def register(connection: Connection, lease_id: str, name: str, place: str, now: datetime) -> str:
    """Write the lease of a new incarnation. `place` shows whether it lives: machine and lock file, or job."""
    values = {"id": lease_id, "name": name, "place": place, "now": to_microseconds(now)}
    connection.execute(_REGISTER, values)
    return lease_id


def new_lease_id() -> str:
    """Return an id for an incarnation that never was before."""
    return make_id()


def keep_alive(connection: Connection, lease_id: str, now: datetime) -> bool:
    """Write a heartbeat; False: others took this incarnation for dead and have its messages.

    `now` must be read after the transaction has begun: a wait for the write lock must not age the heartbeat.
    """
    return connection.execute(_HEARTBEAT, {"id": lease_id, "now": to_microseconds(now)}).rowcount > 0


def find_former(connection: Connection, lease_id: str, place: str) -> list[str]:
    """Return earlier incarnations at `place`. Whoever has its lock file, or its job, knows that they are dead."""
    rows = connection.execute(_FORMER, {"id": lease_id, "place": place})
    return [row.id for row in rows]


def find_dead(connection: Connection, now: datetime, patience: timedelta = DEAD_AFTER) -> list[str]:
    """Return incarnations whose heartbeat is older than `patience`, and those that hold messages without a lease.

    So are those that beat in a future that was called off: see `AHEAD`.

    In PostgreSQL a claim and the end of its lease may pass each other unseen. `now` must be read before the
    transaction begins: whoever waited for the write lock as long as the owner of a lease did must not hold that
    wait against it.
    """
    values = {"before": to_microseconds(now - patience), "after": to_microseconds(now + AHEAD)}
    return [row.id for row in connection.execute(_DEAD, values)]


def recover(connection: Connection, lease_ids: Sequence[str], now: datetime, policy: Policy) -> Recovered:
    """End `lease_ids`: what they merely claimed goes back, what they may have sent is `unknown` or goes out again."""
    freed = unknown = 0
    for lease_id in lease_ids:
        doubtful = [read_claimed(row) for row in connection.execute(_SENDING, {"id": lease_id})]
        if rows := [_settled_row(message, now, policy) for message in doubtful]:
            connection.execute(_DOUBT, rows)
            connection.execute(_SETTLE, rows)
        unknown += len(rows)
        freed += connection.execute(_FREE, {"id": lease_id}).rowcount
        connection.execute(_LEAVE, {"id": lease_id})
    ask_for_turn(connection, Turn.DELIVER, freed + unknown)
    return Recovered(freed, unknown)


def _settled_row(message: Claimed, now: datetime, policy: Policy) -> dict[str, Any]:
    due_at = next_attempt_of(message, now, policy) if message.doubts else now
    settlement = settle_unknown(message, _DOUBTS, due_at, policy)
    return {
        "id": message.id,
        "fence": message.fence,
        "now": to_microseconds(now),
        "doubt": _DOUBTS,
        "state": settlement.state.value,
        "reason": settlement.reason,
        "due_at": None if settlement.due_at is None else to_microseconds(settlement.due_at),
    }
