"""What is in the ledger and why, for people. Reads only, in its caller's transaction."""

# ruff: noqa: S608  (the statements are put together from constants alone)

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, text
from sqlmodel import col

from badges.columns import from_microseconds
from mailer.instance.fence import look
from mailer.instance.pulses import PulseLine, list_pulses
from mailer.queue.relays import RelayNote, list_relays
from mailer.queue.states import WAITING
from mailer.queue.tables import Message

_OPEN = "state IN ('queued', 'deferred', 'sending', 'unknown')"
"""SQL: something is to be waited for. (`unknown` waits for a person.)"""


class _Questions:
    """What is asked about the messages that are `whose`: of one batch by its index, or of all in three passes."""

    def __init__(self, whose: str) -> None:
        self.counts = text(f"""
            SELECT
                CASE WHEN held_at IS NOT NULL AND state IN ('queued', 'deferred') THEN 'held' ELSE state END AS shown,
                COUNT(*) AS number, MIN(CASE WHEN {_OPEN} THEN written_at END) AS oldest
            FROM message WHERE {whose} GROUP BY shown ORDER BY shown
        """)
        self.domains = text(f"""
            SELECT domain, COUNT(*) AS number, SUM(CASE WHEN state = 'deferred' THEN 1 ELSE 0 END) AS deferred,
                MIN(written_at) AS oldest,
                MIN(CASE WHEN state IN ('queued', 'deferred') AND held_at IS NULL THEN due_at END) AS next_due
            FROM message WHERE {_OPEN} AND {whose} GROUP BY domain ORDER BY number DESC, domain LIMIT :limit
        """)
        self.messages = text(f"""
            SELECT id, rcpt_to, kind, state, attempts, written_at, due_at, reason, held_at, batch_id
            FROM message WHERE {_OPEN} AND {whose} ORDER BY due_at, id LIMIT :limit
        """)


_OF_ALL = _Questions("1 = 1")
_OF_BATCH = _Questions("batch_id = :batch_id")
_STOPPED = text("""
    SELECT id, label, state FROM batch WHERE state = 'paused'
    AND (CAST(:batch_id AS VARCHAR) IS NULL OR id = :batch_id) ORDER BY id
""")
_WORKERS = text("SELECT name, place, started_at, heartbeat_at FROM worker_lease ORDER BY name, started_at")
# On PostgreSQL a worker has a lease in its turns only: between them its pulse says that it lives.
_WORKERS_BY_TURNS = text("""
    SELECT name, place, started_at, heartbeat_at FROM worker_lease
    UNION ALL SELECT name, place, started_at, beat_at FROM process_pulse WHERE kind = 'worker'
        AND NOT EXISTS (SELECT 1 FROM worker_lease WHERE worker_lease.name = process_pulse.name)
    ORDER BY name, started_at
""")


@dataclass(frozen=True)
class DomainLine:
    """What waits for one recipient domain."""

    domain: str
    waiting: int
    deferred: int
    oldest: datetime
    next_due: datetime | None
    """None: all of it is held, in doubt, or under way."""


@dataclass(frozen=True)
class MessageLine:
    """One message that is not done."""

    id: str
    rcpt_to: str
    kind: str
    state: str
    """A state of `states`, or `held`."""
    attempts: int
    written_at: datetime
    due_at: datetime
    reason: str | None
    batch_id: str | None


@dataclass(frozen=True)
class WorkerLine:
    """A worker that has not ended, or that died and has not been missed yet."""

    name: str
    place: str
    started_at: datetime
    heartbeat_at: datetime


@dataclass(frozen=True)
class Overview:
    """The ledger at one moment."""

    counts: dict[str, int]
    """By state; what is set aside counts as `held`."""
    domains: Sequence[DomainLine]
    messages: Sequence[MessageLine]
    paused: Sequence[tuple[str, str]]
    """(id, label) of batches."""
    relays: Sequence[RelayNote]
    workers: Sequence[WorkerLine]
    processes: Sequence[PulseLine]
    """All processes of the service, the workers too."""
    oldest: datetime | None
    """When the oldest message that is not done was written."""
    fenced_because: str = ""
    """Why nothing may be sent from this database; empty: it may."""


def look_over(connection: Connection, batch_id: str | None = None, limit: int = 20) -> Overview:
    """Return what is where, of one batch or of all; at most `limit` domains and messages."""
    whole = {"batch_id": batch_id}
    values = {"limit": limit} if batch_id is None else {"limit": limit, **whole}
    asked = _OF_ALL if batch_id is None else _OF_BATCH
    counts = connection.execute(asked.counts, {} if batch_id is None else whole).all()
    oldest = min((row.oldest for row in counts if row.oldest is not None), default=None)
    standing = look(connection)
    return Overview(
        counts={row.shown: row.number for row in counts},
        domains=[_domain_line(row) for row in connection.execute(asked.domains, values)],
        messages=[_message_line(row) for row in connection.execute(asked.messages, values)],
        paused=[(row.id, row.label) for row in connection.execute(_STOPPED, whole)],
        relays=list_relays(connection),
        workers=list_workers(connection),
        processes=list_pulses(connection),
        oldest=None if oldest is None else from_microseconds(oldest),
        fenced_because=standing.because if standing is not None and standing.is_fenced else "",
    )


def count_states(connection: Connection, batch_ids: Collection[str]) -> dict[str, Counter[str]]:
    """Return how many messages of each batch are in which state, from one index; a batch without any is not in it."""
    query = (
        select(col(Message.batch_id), col(Message.state), func.count())
        .where(col(Message.batch_id).in_(batch_ids))
        .group_by(col(Message.batch_id), col(Message.state))
    )
    counts: dict[str, Counter[str]] = {}
    for batch_id, state, number in connection.execute(query):
        counts.setdefault(str(batch_id), Counter())[state] = number
    return counts


def list_workers(connection: Connection) -> list[WorkerLine]:
    """Return the workers that have not ended, by name."""
    query = _WORKERS_BY_TURNS if connection.dialect.name == "postgresql" else _WORKERS
    return [_worker_line(row) for row in connection.execute(query)]


def _domain_line(row: Row[Any]) -> DomainLine:
    next_due = None if row.next_due is None else from_microseconds(row.next_due)
    return DomainLine(row.domain, row.number, row.deferred, from_microseconds(row.oldest), next_due)


def _message_line(row: Row[Any]) -> MessageLine:
    return MessageLine(
        id=row.id,
        rcpt_to=row.rcpt_to,
        kind=row.kind,
        state="held" if row.held_at is not None and row.state in WAITING else row.state,
        attempts=row.attempts,
        written_at=from_microseconds(row.written_at),
        due_at=from_microseconds(row.due_at),
        reason=row.reason,
        batch_id=row.batch_id,
    )


def _worker_line(row: Row[Any]) -> WorkerLine:
    return WorkerLine(row.name, row.place, from_microseconds(row.started_at), from_microseconds(row.heartbeat_at))
