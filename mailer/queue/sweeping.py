"""What must happen although no worker claims it: time runs out, a batch was cancelled, a worker died.

Each function runs in its caller's transaction and may be run by any worker at any time.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from badges.columns import to_microseconds
from mailer.queue.leases import DEAD_AFTER, Recovered, find_dead, recover
from mailer.queue.settling import Policy
from mailer.queue.tables import CLAIMABLE

_EXPIRE = text(f"""
    UPDATE message SET state = 'expired', state_at = :now, reason = 'its "not later than" passed before it went out'
    WHERE {CLAIMABLE} AND not_later_than IS NOT NULL AND not_later_than < :now
""")  # noqa: S608  (put together from constants)

_CANCEL = text(f"""
    UPDATE message SET state = 'cancelled', state_at = :now, reason = 'its batch was cancelled'
    WHERE {CLAIMABLE} AND batch_id IN (SELECT id FROM batch WHERE state = 'cancelled')
""")  # noqa: S608  (put together from constants)


@dataclass(frozen=True)
class Swept:
    """What a sweep found."""

    expired: int
    cancelled: int
    recovered: Recovered


def sweep(connection: Connection, now: datetime, policy: Policy, patience: timedelta = DEAD_AFTER) -> Swept:
    """Expire, cancel and recover what is to be. `now` must be read before the transaction begins (see `find_dead`)."""
    values = {"now": to_microseconds(now)}
    recovered = recover(connection, find_dead(connection, now, patience), now, policy)
    expired = connection.execute(_EXPIRE, values).rowcount
    cancelled = connection.execute(_CANCEL, values).rowcount
    return Swept(expired, cancelled, recovered)
