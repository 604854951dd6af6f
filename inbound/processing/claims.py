"""Which process has which delivery. Each function runs in its caller's transaction.

Here belongs who may take what. A claim is a name and a time: the last write of a delivery (`finish`) proves the claim,
so that a process that was taken for dead changes nothing when it wakes. A claim lasts longer than a process is given
for one mail (`badgepost.processor` ends itself before), so that nobody has to ask whether its holder lives.
"""

# ruff: noqa: S608  (the statements are put together from constants alone)

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from badges.columns import from_microseconds, to_microseconds
from inbound.tables import WAITING
from mailer.queue.leases import AHEAD
from mailer.queue.waking import Turn, ask_for_later, ask_for_turn

CLAIM_LASTS = timedelta(minutes=4)

_COLUMNS = "id, raw_mail_id, mail_from, rcpt_to, helo_name, peer_address, received_at, tries"
_FREE = f"""{WAITING} AND (claimed_by IS NULL OR claimed_at < :expired OR claimed_at > :called_off)
    AND (due_at IS NULL OR due_at <= :now)"""
_CLAIM = """
    UPDATE delivery SET claimed_by = :who, claimed_at = :now, tries = tries + 1
    WHERE id = (SELECT id FROM delivery WHERE {free} ORDER BY received_at LIMIT 1 {lock})
    RETURNING {columns}
"""
_WAITS = text(f"SELECT 1 FROM delivery WHERE {_FREE} LIMIT 1")
_MINE = f"id = :id AND claimed_by = :who AND {WAITING}"
_FINISH = text(f"UPDATE delivery SET state = :state, claimed_by = NULL, claimed_at = NULL WHERE {_MINE}")
_GIVE_BACK = text(f"""
    UPDATE delivery SET claimed_by = NULL, claimed_at = NULL, due_at = :due_at, tries = tries - :uncounted WHERE {_MINE}
""")
_FREE_FORMER = text(f"UPDATE delivery SET claimed_by = NULL, claimed_at = NULL WHERE claimed_by = :who AND {WAITING}")
_FREE_JOB = text(f"""
    UPDATE delivery SET claimed_by = NULL, claimed_at = NULL WHERE substr(claimed_by, 1, length(:job) + 1) = :job || ' '
    AND {WAITING}
""")
_NEXT_DUE = text(f"SELECT MIN(due_at) FROM delivery WHERE {WAITING} AND due_at > :now")
_RETRY = text("""
    UPDATE delivery SET state = 'received', tries = 0, due_at = NULL, claimed_by = NULL, claimed_at = NULL
    WHERE id = :id AND state = 'shelved'
""")


class ClaimLostError(Exception):
    """The delivery is another process's by now, or done: whatever was begun for it must be rolled back."""


@dataclass(frozen=True, slots=True)
class ClaimedDelivery:
    """One delivery that a process holds."""

    id: str
    raw_mail_id: str
    mail_from: str
    rcpt_to: str
    """JSON list."""
    helo_name: str
    peer_address: str
    received_at: datetime
    tries: int
    """How often somebody began with it and did not come to an end, this time included."""


def has_waiting(connection: Connection, now: datetime) -> bool:
    """Tell whether there is something to claim."""
    return connection.execute(_WAITS, _moments(now)).first() is not None


def claim(connection: Connection, who: str, now: datetime) -> ClaimedDelivery | None:
    """Claim the oldest delivery that waits and is due; None: there is none."""
    lock = "FOR UPDATE SKIP LOCKED" if connection.dialect.name == "postgresql" else ""
    statement = text(_CLAIM.format(free=_FREE, lock=lock, columns=_COLUMNS))
    row = connection.execute(statement, {"who": who, **_moments(now)}).one_or_none()
    if row is None:
        return None
    found = dict(row._mapping)
    return ClaimedDelivery(**found | {"received_at": from_microseconds(found["received_at"])})


def _moments(now: datetime) -> dict[str, int]:
    """Return what a claim is compared with. One of a future that was called off, the clock being set back, is nobody's:
    it would last until the clock has caught up. Whoever still works under it finds that its claim is lost."""
    moments = {"now": now, "expired": now - CLAIM_LASTS, "called_off": now + AHEAD}
    return {name: to_microseconds(moment) for name, moment in moments.items()}


def finish(connection: Connection, delivery_id: str, who: str, *, shelved: bool = False) -> None:
    """Put a claimed delivery into its last state. Raises `ClaimLostError`."""
    values = {"id": delivery_id, "who": who, "state": "shelved" if shelved else "done"}
    if connection.execute(_FINISH, values).rowcount != 1:
        raise ClaimLostError(delivery_id)


def give_back(connection: Connection, delivery_id: str, who: str, due_at: datetime, *, counts: bool) -> None:
    """Let anybody claim a delivery again from `due_at` on; with `counts`, this was one of its tries."""
    values = {"id": delivery_id, "who": who, "due_at": to_microseconds(due_at), "uncounted": 0 if counts else 1}
    connection.execute(_GIVE_BACK, values)
    ask_for_later(connection, Turn.PROCESS, due_at)


def free_former(connection: Connection, who: str) -> int:
    """Free what an earlier incarnation of `who` held. Only for whoever knows that it is dead (`worker_lock`)."""
    return connection.execute(_FREE_FORMER, {"who": who}).rowcount


def free_job(connection: Connection, job: str) -> int:
    """Free what a process held that had the job `job` before, and is dead: its names are the job's and a word more."""
    return connection.execute(_FREE_JOB, {"job": job}).rowcount


def next_due(connection: Connection, now: datetime) -> datetime | None:
    """Return when the first of those is due that are not due yet; None: there is none."""
    due_at = connection.execute(_NEXT_DUE, {"now": to_microseconds(now)}).scalar()
    return None if due_at is None else from_microseconds(due_at)


def retry(connection: Connection, delivery_id: str) -> bool:
    """Let a shelved delivery be read again; False if there is no such one."""
    is_there = connection.execute(_RETRY, {"id": delivery_id}).rowcount > 0
    ask_for_turn(connection, Turn.PROCESS, int(is_there))
    return is_there
