"""What is in the ledger and why, for people. Reads only, in its caller's transaction."""

# ruff: noqa: S608  (the statements are put together from constants alone)

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, text

from badges.columns import from_microseconds
from mailer.queue.relays import RelayNote, list_relays
from mailer.queue.states import WAITING

DONE = "state IN ('sent', 'cancelled', 'expired', 'suppressed', 'bounced')"
"""SQL: nothing is to be waited for. (`unknown` waits for a person.)"""

_WHOSE = "(CAST(:batch_id AS VARCHAR) IS NULL OR batch_id = :batch_id)"
_COUNTS = text(f"""
    SELECT CASE WHEN held_at IS NOT NULL AND state IN ('queued', 'deferred') THEN 'held' ELSE state END AS shown,
        COUNT(*) AS number FROM message WHERE {_WHOSE} GROUP BY shown ORDER BY shown
""")
_DOMAINS = text(f"""
    SELECT domain, COUNT(*) AS number, SUM(CASE WHEN state = 'deferred' THEN 1 ELSE 0 END) AS deferred,
        MIN(written_at) AS oldest,
        MIN(CASE WHEN state IN ('queued', 'deferred') AND held_at IS NULL THEN due_at END) AS next_due
    FROM message WHERE NOT {DONE} AND {_WHOSE} GROUP BY domain ORDER BY number DESC, domain LIMIT :limit
""")
_MESSAGES = text(f"""
    SELECT id, rcpt_to, kind, state, attempts, written_at, due_at, reason, held_at, batch_id
    FROM message WHERE NOT {DONE} AND {_WHOSE} ORDER BY due_at, id LIMIT :limit
""")
_OLDEST = text(f"SELECT MIN(written_at) FROM message WHERE NOT {DONE} AND {_WHOSE}")
_STOPPED = text("""
    SELECT id, label, state FROM batch WHERE state = 'paused'
    AND (CAST(:batch_id AS VARCHAR) IS NULL OR id = :batch_id) ORDER BY id
""")
_WORKERS = text("SELECT name, place, started_at, heartbeat_at FROM worker_lease ORDER BY name, started_at")


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
    oldest: datetime | None
    """When the oldest message that is not done was written."""


def look_over(connection: Connection, batch_id: str | None = None, limit: int = 20) -> Overview:
    """Return what is where, of one batch or of all; at most `limit` domains and messages."""
    values = {"batch_id": batch_id, "limit": limit}
    oldest = connection.execute(_OLDEST, values).scalar_one()
    return Overview(
        counts={row.shown: row.number for row in connection.execute(_COUNTS, values)},
        domains=[_domain_line(row) for row in connection.execute(_DOMAINS, values)],
        messages=[_message_line(row) for row in connection.execute(_MESSAGES, values)],
        paused=[(row.id, row.label) for row in connection.execute(_STOPPED, values)],
        relays=list_relays(connection),
        workers=[_worker_line(row) for row in connection.execute(_WORKERS)],
        oldest=None if oldest is None else from_microseconds(oldest),
    )


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
