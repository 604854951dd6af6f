"""The batches of an issuer: a page of them, one of them, how far it is. Reads only.

A batch of another issuer is none. Counts come from one index, so that they cost the same while workers send.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select
from sqlmodel import col

from desk.members.audit import Act
from desk.members.tables import AuditEvent
from mailer.queue.overview import count_states
from mailer.queue.states import WAITING, State
from mailer.queue.tables import Batch, Message

PAGE = 25
COUNTABLE = 100_000
"""Messages that wait: of more it is not looked up which are held."""


@dataclass(frozen=True)
class Sending:
    """One batch, and how its mails stand."""

    id: str
    kind: str
    label: str
    state: str
    """running, paused or cancelled."""
    stopped_because: str
    """Why the service itself paused it."""
    rows_in: int
    mails: int
    made_by: str
    created_at: datetime
    due_at: datetime | None
    not_later_than: datetime | None
    by_state: Mapping[str, int] = field(default_factory=dict)

    @property
    def waiting(self) -> int:
        """Mails that are still to be tried."""
        return sum(self.by_state.get(state, 0) for state in (*WAITING, State.SENDING))

    @property
    def done(self) -> int:
        """Mails of which nothing more is to come."""
        return sum(self.by_state.values()) - self.waiting

    @property
    def failed(self) -> int:
        """Mails that reached nobody, so far as is known."""
        return sum(self.by_state.get(s, 0) for s in (State.BOUNCED, State.SUPPRESSED, State.EXPIRED, State.UNKNOWN))

    def starts_later(self, now: datetime) -> bool:
        """Tell whether its time has not come yet."""
        return self.due_at is not None and self.due_at > now and self.state != "cancelled"


@dataclass(frozen=True)
class BatchEvent:
    """What somebody did about a batch."""

    made_at: datetime
    act: str
    made_by: str
    detail: Mapping[str, Any]


def list_sendings(
    connection: Connection, issuer_id: str, *, before: tuple[datetime, str] | None = None, limit: int = PAGE
) -> Sequence[Sending]:
    """Return batches of the issuer, the newest first. `before` goes on from the last one (`created_at`, `id`)."""
    query = _BATCHES.where(col(Batch.issuer_id) == issuer_id)
    if before is not None:
        moment, batch_id = before
        older = col(Batch.created_at) < moment
        query = query.where(older | ((col(Batch.created_at) == moment) & (col(Batch.id) < batch_id)))
    rows = connection.execute(query.order_by(col(Batch.created_at).desc(), col(Batch.id).desc()).limit(limit)).all()
    counts = count_states(connection, [row.id for row in rows])
    return [_read(row, counts) for row in rows]


def find_sending(connection: Connection, issuer_id: str, batch_id: str) -> Sending | None:
    """Return a batch of the issuer; None if there is none of that id."""
    row = connection.execute(_BATCHES.where(col(Batch.issuer_id) == issuer_id, col(Batch.id) == batch_id)).first()
    return None if row is None else _read(row, count_states(connection, [batch_id]))


def count_held(connection: Connection, sending: Sending) -> int | None:
    """Return how many of its mails are set aside until somebody puts them back; None where too many wait to ask."""
    if sending.waiting > COUNTABLE:
        return None
    held = col(Message.held_at).is_not(None), col(Message.state).in_([*WAITING])
    query = select(func.count()).where(col(Message.batch_id) == sending.id, *held)
    return connection.execute(query).scalar_one()


def list_batch_events(connection: Connection, batch_id: str, limit: int = 20) -> Sequence[BatchEvent]:
    """Return what was done about a batch that was found, the newest first; how it came to be is among it."""
    query = (
        select(col(AuditEvent.made_at), col(AuditEvent.act), col(AuditEvent.made_by), col(AuditEvent.detail))
        .where(col(AuditEvent.subject_kind) == "batch", col(AuditEvent.subject_id) == batch_id)
        .order_by(col(AuditEvent.made_at).desc())
        .limit(limit)
    )
    return [BatchEvent(row.made_at, row.act, row.made_by, json.loads(row.detail)) for row in connection.execute(query)]


def find_issue_event(events: Sequence[BatchEvent]) -> BatchEvent | None:
    """Return the one that tells how the batch came to be."""
    return next((event for event in events if event.act == Act.BADGES_ISSUED), None)


_BATCHES: Select[*tuple[Any, ...]] = select(
    col(Batch.id),
    col(Batch.kind),
    col(Batch.label),
    col(Batch.state),
    col(Batch.stopped_because),
    col(Batch.rows_in),
    col(Batch.mails),
    col(Batch.made_by),
    col(Batch.created_at),
    col(Batch.due_at),
    col(Batch.not_later_than),
)


def _read(row: Row[Any], counts: Mapping[str, Mapping[str, int]]) -> Sending:
    return Sending(**row._mapping, by_state=counts.get(row.id, {}))
