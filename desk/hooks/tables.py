"""Webhooks: where other systems want to be told, what there is to tell, and each attempt to do so.

Here belong rows and their constraints only. What may happen to them stands in `desk.hooks`.
"""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from badges.columns import Instant
from badges.ids import make_id

DUE = "state IN ('queued', 'deferred')"
"""SQL: this delivery is to be tried. Queries must say it in these words to use the index."""

FAILED = "state = 'failed'"
"""SQL: given up, and may be replayed. Queries must say it in these words to use the index."""


class HookEndpoint(SQLModel, table=True):
    """One URL that an issuer wants its events posted to."""

    __tablename__ = "hook_endpoint"

    id: str = Field(default_factory=make_id, primary_key=True)
    issuer_id: str = Field(foreign_key="issuer.id", index=True)
    url: str
    events: str
    """Words of `desk.hooks.events.EventKind`, with spaces between; empty: all."""
    secret: str
    """Sealed (`badges.vault`): the key of the signatures (Standard Webhooks)."""
    former_secret: str | None = None
    """Sealed: the key before this one, with which every event is signed as well until `former_until`."""
    former_until: datetime | None = Field(default=None, sa_type=Instant)
    note: str = ""
    created_at: datetime = Field(sa_type=Instant)
    created_by: str
    disabled_at: datetime | None = Field(default=None, sa_type=Instant)
    disabled_because: str = ""
    failing_since: datetime | None = Field(default=None, sa_type=Instant)
    """When the first of an unbroken row of failures happened."""
    deleted_at: datetime | None = Field(default=None, sa_type=Instant)
    """Taken away by its managers. The row goes with its last delivery: whoever writes an event meanwhile finds it."""


class HookEvent(SQLModel, table=True):
    """Something that happened, as it is told. Written in the transaction in which it happened."""

    __tablename__ = "hook_event"
    __table_args__ = (UniqueConstraint("key"), Index("ix_hook_event_made", "made_at"))

    id: str = Field(default_factory=make_id, primary_key=True)
    """Also the `webhook-id`: receivers know by it what they have had."""
    issuer_id: str = Field(foreign_key="issuer.id")
    key: str
    """What happened, once: the same event written again changes nothing."""
    kind: str
    payload: str
    """JSON: exactly the bytes that are posted and signed."""
    made_at: datetime = Field(sa_type=Instant)


class HookDelivery(SQLModel, table=True):
    """One event on its way to one endpoint."""

    __tablename__ = "hook_delivery"
    __table_args__ = (
        Index("ix_hook_delivery_due", "endpoint_id", "due_at", sqlite_where=text(DUE), postgresql_where=text(DUE)),
        Index(
            "ix_hook_delivery_failed",
            "endpoint_id",
            "made_at",
            sqlite_where=text(FAILED),
            postgresql_where=text(FAILED),
        ),
        Index("ix_hook_delivery_endpoint", "endpoint_id", "made_at"),
    )

    id: str = Field(default_factory=make_id, primary_key=True)
    event_id: str = Field(foreign_key="hook_event.id", index=True)
    endpoint_id: str = Field(foreign_key="hook_endpoint.id")
    state: str = "queued"
    """queued, deferred, delivered, failed (given up), cancelled (the endpoint is gone)."""
    made_at: datetime = Field(sa_type=Instant)
    due_at: datetime = Field(sa_type=Instant)
    attempts: int = 0
    fence: int = 0
    """Grows with every claim: a sender that woke up late finds a higher number and cannot write."""
    claimed_until: datetime | None = Field(default=None, sa_type=Instant)
    status: int | None = None
    """The last HTTP status."""
    reason: str = ""
    """The beginning of the last answer, or what went wrong."""
    state_at: datetime = Field(sa_type=Instant)
