"""Sending to an endpoint because a person asked for it: a test, one event once more, everything that failed.

Here belong these acts. They only queue; `badgepost hooks` sends, so that nothing but it ever connects to where others
say. A replay bears the id that it had: a receiver that has the event already can tell.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select, text, update
from sqlmodel import col

from badges.ids import make_id
from badges.tables import Issuer
from desk.hooks.endpoints import NoSuchEndpoint
from desk.hooks.events import EventKind, Happened
from desk.hooks.tables import DUE, FAILED, HookDelivery, HookEndpoint
from desk.hooks.telling import BEFORE_ALL, tell_one
from desk.members.audit import Act, Actor, Subject, note_act
from desk.office import Office
from mailer.queue.waking import Turn, ask_for_turn


@dataclass(frozen=True, slots=True)
class TestQueued:
    """It is sent before all that waits. Pressing again while it waits changes nothing."""

    __test__ = False  # for pytest: no class of tests

    delivery_id: str


@dataclass(frozen=True, slots=True)
class Replayed:
    """So many are sent once more."""

    deliveries: int


@dataclass(frozen=True, slots=True)
class EndpointDisabled:
    """Nothing is sent to it until it is enabled."""


@dataclass(frozen=True, slots=True)
class NoSuchDelivery:
    """None of this issuer's is called that; it may have been forgotten, with its event."""


def send_test(
    office: Office, issuer_id: str, endpoint_id: str, actor: Actor, now: datetime
) -> TestQueued | NoSuchEndpoint | EndpointDisabled:
    """Send an event that says nothing."""
    with office.engine.begin() as connection:
        endpoint = _find(connection, issuer_id, endpoint_id)
        if endpoint is None:
            return NoSuchEndpoint()
        if endpoint.disabled_at is not None:
            return EndpointDisabled()
        urgent = (
            col(HookDelivery.endpoint_id) == endpoint_id,
            text(DUE),
            col(HookDelivery.due_at) < now - BEFORE_ALL / 2,
        )
        waiting = connection.execute(select(col(HookDelivery.id)).where(*urgent).limit(1)).scalar_one_or_none()
        if waiting is not None:
            return TestQueued(waiting)
        happened = Happened(issuer_id, EventKind.TEST, make_id(), {"endpoint": endpoint_id})
        _note(connection, actor, Act.HOOK_TESTED, issuer_id, endpoint_id, now, {})
        return TestQueued(tell_one(connection, endpoint, happened, now))


def replay_delivery(
    office: Office, issuer_id: str, delivery_id: str, actor: Actor, now: datetime
) -> Replayed | NoSuchDelivery | EndpointDisabled:
    """Send one event once more, whatever became of it; one that waits is tried at once."""
    with office.engine.begin() as connection:
        query = select(col(HookDelivery.endpoint_id)).where(col(HookDelivery.id) == delivery_id)
        endpoint = _find(connection, issuer_id, connection.execute(query).scalar_one_or_none() or "")
        if endpoint is None:
            return NoSuchDelivery()
        if endpoint.disabled_at is not None:
            return EndpointDisabled()
        queued = _queue(connection, now, col(HookDelivery.id) == delivery_id)
        _note(connection, actor, Act.HOOK_REPLAYED, issuer_id, endpoint.id, now, {"delivery": delivery_id})
        return Replayed(queued)


def replay_failed(  # noqa: PLR0913, PLR0917 - whose, which, who and when
    office: Office, issuer_id: str, endpoint_id: str, since: datetime | None, actor: Actor, now: datetime
) -> Replayed | NoSuchEndpoint | EndpointDisabled:
    """Send everything once more that was given up, or only what happened `since` then."""
    with office.engine.begin() as connection:
        endpoint = _find(connection, issuer_id, endpoint_id)
        if endpoint is None:
            return NoSuchEndpoint()
        if endpoint.disabled_at is not None:
            return EndpointDisabled()
        newer = [] if since is None else [col(HookDelivery.made_at) >= since]
        queued = _queue(connection, now, col(HookDelivery.endpoint_id) == endpoint_id, text(FAILED), *newer)
        detail = {"deliveries": queued, "since": since}
        _note(connection, actor, Act.HOOK_REPLAYED, issuer_id, endpoint_id, now, detail)
        return Replayed(queued)


def _find(connection: Connection, issuer_id: str, endpoint_id: str) -> Row[Any] | None:
    query: Select[*tuple[Any, ...]] = (
        select(col(HookEndpoint.id), col(HookEndpoint.events), col(HookEndpoint.disabled_at), col(Issuer.slug))
        .join(Issuer, col(Issuer.id) == col(HookEndpoint.issuer_id))
        .where(
            col(HookEndpoint.id) == endpoint_id,
            col(HookEndpoint.issuer_id) == issuer_id,
            col(HookEndpoint.deleted_at).is_(None),
        )
    )
    # Held, as whoever disables it holds it: nothing is queued for an endpoint that is disabled in this moment.
    return connection.execute(query.with_for_update(of=HookEndpoint, key_share=True)).first()


def _queue(connection: Connection, now: datetime, *where: Any) -> int:
    values = {"state": "queued", "due_at": now, "attempts": 0, "state_at": now}
    queued = connection.execute(update(HookDelivery).where(*where).values(values)).rowcount
    ask_for_turn(connection, Turn.HOOKS, queued)
    return queued


def _note(  # noqa: PLR0913, PLR0917 - who, what, when, whose, on what
    connection: Connection,
    actor: Actor,
    act: Act,
    issuer_id: str,
    endpoint_id: str,
    now: datetime,
    detail: dict[str, Any],
) -> None:
    subject = Subject("hook_endpoint", endpoint_id)
    note_act(connection, actor, act, now, issuer_id=issuer_id, subject=subject, detail=detail)
