"""What must happen although no worker claims it: time runs out, a batch was cancelled, a worker died.

Each function runs in its caller's transaction and may be run by any worker at any time.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from badges.columns import to_microseconds
from mailer.instance.fence import look
from mailer.queue.leases import DEAD_AFTER, Recovered, find_dead, recover
from mailer.queue.settling import Policy
from mailer.queue.tables import CLAIMABLE

TURN = 1000
"""The most messages that one sweep expires, and cancels: others want to write too."""

_EXPIRE = text(f"""
    UPDATE message SET state = 'expired', state_at = :now, reason = 'its "not later than" passed before it went out'
    WHERE {CLAIMABLE} AND id IN (
        SELECT id FROM message WHERE {CLAIMABLE} AND not_later_than IS NOT NULL AND not_later_than < :now LIMIT :turn
    )
""")  # noqa: S608  (put together from constants)

_CANCEL = text(f"""
    UPDATE message SET state = 'cancelled', state_at = :now, reason = 'its batch was cancelled'
    WHERE {CLAIMABLE} AND id IN (
        SELECT id FROM message
        WHERE {CLAIMABLE} AND batch_id IN (SELECT id FROM batch WHERE state = 'cancelled') LIMIT :turn
    )
""")  # noqa: S608  (put together from constants)


@dataclass(frozen=True)
class Swept:
    """What a sweep found."""

    expired: int
    cancelled: int
    recovered: Recovered
    has_more: bool
    """There may be more to expire or cancel: another sweep should follow soon."""


def sweep(
    connection: Connection, now: datetime, policy: Policy, patience: timedelta | None = DEAD_AFTER, turn: int = TURN
) -> Swept:
    """Expire, cancel and recover what is to be. `now` must be read before the transaction begins (see `find_dead`).

    `patience` None: whoever has not been heard of is not taken for dead this time. A fenced database is left as it is.
    """
    standing = look(connection)
    if standing is not None and standing.is_fenced:
        return Swept(0, 0, Recovered(0, 0), has_more=False)
    values = {"now": to_microseconds(now), "turn": turn}
    dead = [] if patience is None else find_dead(connection, now, patience)
    recovered = recover(connection, dead, now, policy)
    expired = connection.execute(_EXPIRE, values).rowcount
    cancelled = connection.execute(_CANCEL, values).rowcount
    return Swept(expired, cancelled, recovered, has_more=turn in (expired, cancelled))
