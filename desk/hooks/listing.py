"""What there is to see of webhooks: an issuer's endpoints, what is delivered to each and how that went.

Here belongs reading. Everything is looked up by its issuer, so that another's is as unknown as one that there is not.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, literal_column, or_, select, text
from sqlmodel import col

from desk.hooks.endpoints import mark_key
from desk.hooks.events import EventKind, read_events
from desk.hooks.tables import DUE, FAILED, HookDelivery, HookEndpoint, HookEvent
from desk.hooks.targets import host_of

PAGE = 50
MOST_COUNTED = 1000
"""Beyond it a count is `MOST_COUNTED + 1`: nobody waits for a number."""


class Show(StrEnum):
    """Which deliveries are listed."""

    ALL = "all"
    WAITING = "waiting"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class EndpointShown:
    """An endpoint, without its key."""

    endpoint_id: str
    url: str
    events: tuple[EventKind, ...]
    """None: all, also those to come."""
    note: str
    created_at: datetime
    created_by: str
    disabled_at: datetime | None
    disabled_because: str
    """by_hand, gone (it answered 410), failing (for days)."""
    failing_since: datetime | None
    former_until: datetime | None
    """Until when the former key signs, too."""
    key_mark: str
    """For the form that changes the key (`endpoints.mark_key`)."""
    waiting: int
    failed: int

    @property
    def host(self) -> str:
        """Where it leads, short: what people call it who have not named it."""
        return host_of(self.url)


@dataclass(frozen=True, slots=True)
class DeliveryShown:
    """One event on its way to one endpoint."""

    delivery_id: str
    endpoint_id: str
    event_id: str
    kind: str
    state: str
    made_at: datetime
    due_at: datetime
    attempts: int
    status: int | None
    reason: str
    state_at: datetime
    payload: str

    @property
    def is_waiting(self) -> bool:
        """It will be tried, or is being tried."""
        return self.state in {"queued", "deferred"}

    @property
    def next_try(self) -> datetime | None:
        """When it is tried, if it waits. A test is due long before it was made, to go before all others."""
        return max(self.due_at, self.made_at) if self.is_waiting else None


@dataclass(frozen=True, slots=True)
class After:
    """Where a page of deliveries goes on: behind this one."""

    made_at: datetime
    delivery_id: str


def list_endpoints(connection: Connection, issuer_id: str) -> list[EndpointShown]:
    """Return the endpoints of an issuer, the oldest first."""
    rows = connection.execute(_ENDPOINTS.where(col(HookEndpoint.issuer_id) == issuer_id))
    return [_show_endpoint(row) for row in rows]


def find_endpoint(connection: Connection, issuer_id: str, endpoint_id: str) -> EndpointShown | None:
    """Return one of an issuer's endpoints."""
    named = (col(HookEndpoint.issuer_id) == issuer_id, col(HookEndpoint.id) == endpoint_id)
    row = connection.execute(_ENDPOINTS.where(*named)).first()
    return None if row is None else _show_endpoint(row)


def list_deliveries(  # noqa: PLR0913 - whose, which, from where
    connection: Connection,
    issuer_id: str,
    endpoint_id: str,
    *,
    show: Show = Show.ALL,
    after: After | None = None,
    limit: int = PAGE,
) -> list[DeliveryShown]:
    """Return what is or was delivered to one endpoint, the newest first."""
    query = _deliveries(issuer_id).where(col(HookDelivery.endpoint_id) == endpoint_id)
    if show is not Show.ALL:
        query = query.where(text(FAILED if show is Show.FAILED else DUE))
    if after is not None:
        query = query.where(_is_behind(after))
    newest = (col(HookDelivery.made_at).desc(), col(HookDelivery.id).desc())
    return [DeliveryShown(*row) for row in connection.execute(query.order_by(*newest).limit(limit))]


def find_delivery(connection: Connection, issuer_id: str, delivery_id: str) -> DeliveryShown | None:
    """Return one delivery to an endpoint of an issuer."""
    row = connection.execute(_deliveries(issuer_id).where(col(HookDelivery.id) == delivery_id)).first()
    return None if row is None else DeliveryShown(*row)


def _is_behind(after: After) -> ColumnElement[bool]:
    made_at, delivery_id = col(HookDelivery.made_at), col(HookDelivery.id)
    return or_(made_at < after.made_at, and_(made_at == after.made_at, delivery_id < after.delivery_id))


def _deliveries(issuer_id: str) -> Select[*tuple[Any, ...]]:
    return (
        select(
            col(HookDelivery.id),
            col(HookDelivery.endpoint_id),
            col(HookDelivery.event_id),
            col(HookEvent.kind),
            col(HookDelivery.state),
            col(HookDelivery.made_at),
            col(HookDelivery.due_at),
            col(HookDelivery.attempts),
            col(HookDelivery.status),
            col(HookDelivery.reason),
            col(HookDelivery.state_at),
            col(HookEvent.payload),
        )
        .join(HookEvent, col(HookEvent.id) == col(HookDelivery.event_id))
        .join(HookEndpoint, col(HookEndpoint.id) == col(HookDelivery.endpoint_id))
        .where(
            col(HookEndpoint.issuer_id) == issuer_id,
            col(HookEvent.issuer_id) == issuer_id,
            col(HookEndpoint.deleted_at).is_(None),
        )
    )


def _count_up(condition: str) -> Any:
    some = (
        select(literal_column("1"))
        .select_from(HookDelivery)
        .where(col(HookDelivery.endpoint_id) == col(HookEndpoint.id), text(condition))
        .correlate(HookEndpoint)
        .limit(MOST_COUNTED + 1)
        .subquery()
    )
    return select(func.count()).select_from(some).scalar_subquery()


_ENDPOINTS: Select[*tuple[Any, ...]] = (
    select(
        col(HookEndpoint.id),
        col(HookEndpoint.url),
        col(HookEndpoint.events),
        col(HookEndpoint.note),
        col(HookEndpoint.created_at),
        col(HookEndpoint.created_by),
        col(HookEndpoint.disabled_at),
        col(HookEndpoint.disabled_because),
        col(HookEndpoint.failing_since),
        col(HookEndpoint.former_until),
        col(HookEndpoint.secret),
        _count_up(DUE).label("waiting"),
        _count_up(FAILED).label("failed"),
    )
    .where(col(HookEndpoint.deleted_at).is_(None))
    .order_by(col(HookEndpoint.created_at), col(HookEndpoint.id))
)


def _show_endpoint(row: Row[Any]) -> EndpointShown:
    return EndpointShown(
        endpoint_id=row.id,
        url=row.url,
        events=read_events(row.events),
        note=row.note,
        created_at=row.created_at,
        created_by=row.created_by,
        disabled_at=row.disabled_at,
        disabled_because=row.disabled_because,
        failing_since=row.failing_since,
        former_until=row.former_until,
        key_mark=mark_key(row.secret),
        waiting=row.waiting,
        failed=row.failed,
    )
