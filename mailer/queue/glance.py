"""What waits and why, for a page that is looked at all day: as quick with a million messages as with ten.

Here belong bounded reads, each served by one of the partial indexes; numbers are counted up to a limit. The whole
count, for the command line, stands in `overview`.
"""

# ruff: noqa: S608  (the statements are put together from constants alone)

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, text

from badges.columns import from_microseconds, to_microseconds
from mailer.queue.overview import WorkerLine, list_workers
from mailer.queue.relays import RelayNote, list_relays
from mailer.queue.states import WAITING
from mailer.queue.tables import BATCH_STOPPED, CLAIMABLE, SET_ASIDE

MOST_COUNTED = 10_000
"""Messages of each kind: beyond, a page says "more than"."""
MOST_SHOWN = 100

_SINGLE, _BATCHED = f"{CLAIMABLE} AND batch_id IS NULL", f"{CLAIMABLE} AND batch_id IS NOT NULL"
_ASIDE = f"{SET_ASIDE} AND state IN ('queued', 'deferred', 'unknown')"
_LINE = """id, rcpt_to, domain, kind, state, attempts, written_at, due_at, reason, held_at, batch_id,
    (SELECT state FROM batch WHERE batch.id = message.batch_id) AS batch_state"""
_SOME = f"""
    SELECT due_at, domain FROM (SELECT due_at, domain FROM message WHERE {_SINGLE} ORDER BY due_at LIMIT :most) AS one
    UNION ALL
    SELECT due_at, domain FROM (SELECT due_at, domain FROM message WHERE {_BATCHED} ORDER BY due_at LIMIT :most) AS many
"""
_WAITING = text(f"""
    SELECT COUNT(*) AS number, COALESCE(SUM(CASE WHEN due_at <= :now THEN 1 ELSE 0 END), 0) AS due,
        MIN(due_at) AS first_due
    FROM ({_SOME}) AS part
""")
_DOMAINS = text(f"""
    SELECT domain, COUNT(*) AS number, SUM(CASE WHEN due_at <= :now THEN 1 ELSE 0 END) AS due, MIN(due_at) AS first_due
    FROM ({_SOME}) AS part GROUP BY domain ORDER BY number DESC, domain LIMIT 15
""")
_UNDER_WAY = text("SELECT COUNT(*) FROM (SELECT 1 AS one FROM message WHERE worker_id IS NOT NULL LIMIT :most) AS part")
_COUNT_ASIDE = text(f"""
    SELECT COUNT(*) AS number, COALESCE(SUM(CASE WHEN state = 'unknown' THEN 1 ELSE 0 END), 0) AS doubtful
    FROM (SELECT state FROM message WHERE {_ASIDE} LIMIT :most) AS part
""")
_PAUSED = text(
    f"SELECT id, label, issuer_id FROM batch WHERE {BATCH_STOPPED} AND state = 'paused' ORDER BY id LIMIT 20"
)


def _list_claimable(condition: str) -> str:
    return f"""
        SELECT * FROM (SELECT {_LINE} FROM message WHERE {_SINGLE} AND {condition} ORDER BY due_at LIMIT :most) AS one
        UNION ALL
        SELECT * FROM (SELECT {_LINE} FROM message WHERE {_BATCHED} AND {condition} ORDER BY due_at LIMIT :most) AS many
        ORDER BY due_at, id LIMIT :most
    """


_LIST_WAITING = text(_list_claimable("1 = 1"))
_LIST_OF_DOMAIN = text(_list_claimable("domain = :domain"))
_MARK_WAITING = text(f"SELECT COUNT(*) AS number, MIN(due_at) AS first_due FROM ({_SOME}) AS part")
_MARK_ASIDE = text(f"SELECT id, state FROM message WHERE {_ASIDE} ORDER BY state_at DESC LIMIT :most")
_LIST_ASIDE = text(f"SELECT {_LINE} FROM message WHERE {_ASIDE} ORDER BY state_at DESC LIMIT :most")


@dataclass(frozen=True, slots=True)
class QueuedLine:
    """A message that is not done."""

    id: str
    rcpt_to: str
    domain: str
    kind: str
    state: str
    """A state of `states`, or `held`."""
    attempts: int
    written_at: datetime
    due_at: datetime
    reason: str | None
    batch_id: str | None
    batch_state: str | None


@dataclass(frozen=True, slots=True)
class DomainGlance:
    """What waits for a recipient domain, among those that are due next."""

    domain: str
    number: int
    due: int
    first_due: datetime


@dataclass(frozen=True, slots=True)
class Glance:
    """The queue at one moment. Each number is at most `MOST_COUNTED` + 1, or twice that."""

    waiting: int
    due: int
    """Of those that wait: their time has come."""
    first_due: datetime | None
    under_way: int
    """A worker has them in hand."""
    held: int
    doubtful: int
    """State `unknown`: the next hop may have the mail or not."""
    domains: Sequence[DomainGlance]
    paused: Sequence[tuple[str, str, str]]
    """(id, label, issuer's id) of batches."""
    relays: Sequence[RelayNote]
    workers: Sequence[WorkerLine]


def glance_at_queue(connection: Connection, now: datetime) -> Glance:
    """Return what waits and why."""
    most, moment = {"most": MOST_COUNTED + 1}, {"now": to_microseconds(now)}
    waiting = connection.execute(_WAITING, most | moment).one()
    aside = connection.execute(_COUNT_ASIDE, most).one()
    return Glance(
        waiting=waiting.number,
        due=waiting.due,
        first_due=None if waiting.first_due is None else from_microseconds(waiting.first_due),
        under_way=connection.execute(_UNDER_WAY, most).scalar_one(),
        held=aside.number - aside.doubtful,
        doubtful=aside.doubtful,
        domains=[
            DomainGlance(row.domain, row.number, row.due, from_microseconds(row.first_due))
            for row in connection.execute(_DOMAINS, most | moment)
        ],
        paused=[(row.id, row.label, row.issuer_id) for row in connection.execute(_PAUSED)],
        relays=list_relays(connection),
        workers=list_workers(connection),
    )


def mark_queue(connection: Connection) -> Hashable:
    """Return a value that differs when something was queued, went, or was set aside: of the first hundred of each."""
    most = {"most": MOST_SHOWN}
    waiting = connection.execute(_MARK_WAITING, most).one()
    aside = connection.execute(_MARK_ASIDE, most).all()
    return tuple(waiting), frozenset(map(tuple, aside))


def list_waiting(connection: Connection, domain: str = "") -> list[QueuedLine]:
    """Return what is due next, of one recipient domain or of all."""
    query = _LIST_OF_DOMAIN if domain else _LIST_WAITING
    values = {"most": MOST_SHOWN} | ({"domain": domain} if domain else {})
    return [_read(row) for row in connection.execute(query, values)]


def list_set_aside(connection: Connection) -> list[QueuedLine]:
    """Return what waits for a person: held, or in doubt; the newest first."""
    return [_read(row) for row in connection.execute(_LIST_ASIDE, {"most": MOST_SHOWN})]


def _read(row: Row[Any]) -> QueuedLine:
    return QueuedLine(
        id=row.id,
        rcpt_to=row.rcpt_to,
        domain=row.domain,
        kind=row.kind,
        state="held" if row.held_at is not None and row.state in WAITING else row.state,
        attempts=row.attempts,
        written_at=from_microseconds(row.written_at),
        due_at=from_microseconds(row.due_at),
        reason=row.reason,
        batch_id=row.batch_id,
        batch_state=row.batch_state,
    )
