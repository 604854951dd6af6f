"""Writing down what other systems are to be told, in the transaction in which it happened.

Here belongs that only: an event is as sure as the act itself, and costs one look-up where nobody wants to know. It is
posted later, by `badgepost hooks`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, text

from badges.columns import to_microseconds
from badges.ids import make_id
from desk.hooks.events import EventKind, Happened, Value, wants, write_payload
from mailer.queue.many import ForMany
from mailer.queue.waking import Turn, ask_for_turn

BEFORE_ALL = timedelta(days=3650)
"""A test is due so long ago: somebody sits before the page, so it goes before what waits."""

_LISTENING = "hook_endpoint.disabled_at IS NULL AND hook_endpoint.deleted_at IS NULL"
_ENDPOINTS = text(f"""
    SELECT hook_endpoint.id, hook_endpoint.issuer_id, hook_endpoint.events, issuer.slug
    FROM hook_endpoint JOIN issuer ON issuer.id = hook_endpoint.issuer_id
    WHERE hook_endpoint.issuer_id IN :issuer_ids AND {_LISTENING}
""").bindparams(bindparam("issuer_ids", expanding=True))  # noqa: S608  (put together from constants)
_THEIRS = text("""
    SELECT DISTINCT badge_class.issuer_id, assertion.id
    FROM hook_endpoint JOIN badge_class ON badge_class.issuer_id = hook_endpoint.issuer_id
    JOIN assertion ON assertion.badge_class_id = badge_class.id
    WHERE assertion.earner_id = :earner_id AND hook_endpoint.disabled_at IS NULL AND hook_endpoint.deleted_at IS NULL
    ORDER BY assertion.id
""")
_ISSUER_OF_AWARD = text("""
    SELECT badge_class.issuer_id FROM assertion JOIN badge_class ON badge_class.id = assertion.badge_class_id
    WHERE assertion.id = :assertion_id
""")
_EVENT = ForMany("""
    INSERT INTO hook_event (id, issuer_id, key, kind, payload, made_at)
    VALUES (:id, :issuer_id, :key, :kind, :payload, :now) ON CONFLICT (key) DO NOTHING
""")
# Of an event that was there already nothing more is delivered: its id is the other one's.
_DELIVERY = ForMany("""
    INSERT INTO hook_delivery (id, event_id, endpoint_id, state, made_at, due_at, attempts, fence, reason, state_at)
    SELECT :id, hook_event.id, :endpoint_id, 'queued', :now, :due_at, 0, 0, '', :now
    FROM hook_event WHERE hook_event.id = :event_id
""")


@dataclass(frozen=True, slots=True)
class _Listener:
    endpoint_id: str
    issuer: str
    """The slug."""
    events: str


def tell_hooks(connection: Connection, happened: Sequence[Happened], now: datetime) -> None:
    """Queue `happened` for every endpoint of the issuer concerned that wants to know. Nobody does: one look-up."""
    if not happened:
        return
    listeners: dict[str, list[_Listener]] = {}
    for row in connection.execute(_ENDPOINTS, {"issuer_ids": list({each.issuer_id for each in happened})}):
        listeners.setdefault(row.issuer_id, []).append(_Listener(row.id, row.slug, row.events))
    wanted = [
        (each, listener)
        for each in happened
        for listener in listeners.get(each.issuer_id, ())
        if wants(listener.events, each.kind)
    ]
    if wanted:
        _write(connection, wanted, now)


def tell_of_earner(  # noqa: PLR0913, PLR0917 - who, what, and once
    connection: Connection, earner_id: str, kind: EventKind, key: str, data: Mapping[str, Value], now: datetime
) -> None:
    """Tell every issuer of whom the earner holds awards, each with its own awards only."""
    awards: dict[str, list[str]] = {}
    for issuer_id, assertion_id in connection.execute(_THEIRS, {"earner_id": earner_id}):
        awards.setdefault(issuer_id, []).append(assertion_id)
    tell_hooks(
        connection,
        [
            Happened(issuer_id, kind, f"{earner_id}/{key}", {"earner": earner_id, "awards": ids, **data})
            for issuer_id, ids in awards.items()
        ],
        now,
    )


def tell_of_award(connection: Connection, assertion_id: str, kind: EventKind, earner_id: str, now: datetime) -> None:
    """Tell the issuer of an award what became of it."""
    issuer_id = connection.execute(_ISSUER_OF_AWARD, {"assertion_id": assertion_id}).scalar_one()
    data = {"award": assertion_id, "earner": earner_id}
    tell_hooks(connection, [Happened(issuer_id, kind, make_id(), data)], now)


def tell_one(connection: Connection, endpoint: Row[Any], happened: Happened, now: datetime) -> str:
    """Queue an event for one endpoint (`id`, `slug`, `events`), before all that waits; return the delivery's id."""
    listener = _Listener(endpoint.id, endpoint.slug, endpoint.events)
    return _write(connection, [(happened, listener)], now, due_at=now - BEFORE_ALL)[0]


def _write(
    connection: Connection,
    wanted: Iterable[tuple[Happened, _Listener]],
    now: datetime,
    due_at: datetime | None = None,
) -> list[str]:
    moment, events = to_microseconds(now), dict[tuple[str, str, str], dict[str, Any]]()
    deliveries: list[dict[str, Any]] = []
    for happened, listener in wanted:
        key = (happened.kind.value, happened.key, happened.issuer_id)
        if key not in events:
            payload = write_payload(happened, listener.issuer, now)
            values = {"id": make_id(), "issuer_id": happened.issuer_id, "key": "/".join(key)}
            events[key] = values | {"kind": happened.kind.value, "payload": payload, "now": moment}
        own = {"id": make_id(), "event_id": events[key]["id"], "endpoint_id": listener.endpoint_id, "now": moment}
        deliveries.append(own | {"due_at": moment if due_at is None else to_microseconds(due_at)})
    _EVENT.run(connection, list(events.values()))
    _DELIVERY.run(connection, deliveries)
    ask_for_turn(connection, Turn.HOOKS, len(deliveries))
    return [delivery["id"] for delivery in deliveries]
