"""Claiming events that are to be posted, giving them back, and writing what came of them.

Here belongs who may post which, in the caller's transaction. Every write proves its claim by the fence: a sender that
was frozen, and whose claims others took over, changes nothing when it wakes. What is done on failure stands in
`settling`.
"""

# ruff: noqa: S608  (the statements are put together from constants alone)

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, text

from badges.columns import from_microseconds, to_microseconds
from desk.hooks.tables import DUE
from mailer.queue.leases import AHEAD
from mailer.queue.waking import Turn, ask_for_turn

CLAIM = 20
"""The most events of one claim: an endpoint gets them one after the other."""
CLAIM_LASTS = timedelta(seconds=50)
"""After that others may take what a sender that was killed had claimed. A request is begun only with enough of it left
to end within."""

_FREE = "(claimed_until IS NULL OR claimed_until <= :now OR claimed_until > :called_off)"
"""A claim of a future that was called off, the clock being set back, would last until the clock has caught up."""
_OPEN = """hook_endpoint.disabled_at IS NULL AND hook_endpoint.deleted_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM instance WHERE fenced_at IS NOT NULL)"""
_WAITING = text(f"""
    SELECT hook_endpoint.id, (
        SELECT due_at FROM hook_delivery
        WHERE endpoint_id = hook_endpoint.id AND {DUE} AND due_at <= :now AND {_FREE} ORDER BY due_at LIMIT 1
    ) AS due_at
    FROM hook_endpoint WHERE {_OPEN}
""")
_NEXT_DUE = text(f"""
    SELECT (
        SELECT due_at FROM hook_delivery WHERE endpoint_id = hook_endpoint.id AND {DUE} ORDER BY due_at LIMIT 1
    ) AS due_at
    FROM hook_endpoint WHERE {_OPEN}
""")
_CLAIM_WORDS = f"""
    UPDATE hook_delivery SET fence = fence + 1, claimed_until = :until
    WHERE id IN (
        SELECT id FROM hook_delivery
        WHERE endpoint_id = :endpoint_id AND {DUE} AND due_at <= :now AND {_FREE} ORDER BY due_at LIMIT :limit {{lock}}
    ) AND EXISTS (SELECT 1 FROM hook_endpoint WHERE hook_endpoint.id = :endpoint_id AND {_OPEN})
    RETURNING id, fence
"""
_CLAIM = {
    "sqlite": text(_CLAIM_WORDS.format(lock="")),
    "postgresql": text(_CLAIM_WORDS.format(lock="FOR UPDATE SKIP LOCKED")),
}
_READ = text("""
    SELECT hook_delivery.id, hook_delivery.endpoint_id, hook_delivery.attempts, hook_event.id AS event_id,
        hook_event.kind, hook_event.payload
    FROM hook_delivery JOIN hook_event ON hook_event.id = hook_delivery.event_id
    WHERE hook_delivery.endpoint_id = :endpoint_id AND hook_delivery.claimed_until = :until
    ORDER BY hook_delivery.due_at, hook_delivery.made_at
""")
_HOLD = text("SELECT id FROM hook_endpoint WHERE id IN :endpoint_ids ORDER BY id FOR NO KEY UPDATE").bindparams(
    bindparam("endpoint_ids", expanding=True)
)
_GIVE_BACK = text("UPDATE hook_delivery SET claimed_until = NULL WHERE id = :id AND fence = :fence")


@dataclass(frozen=True, slots=True)
class Waiting:
    """An endpoint that something is due for."""

    endpoint_id: str
    due_at: datetime
    """Of what is due first."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """One event to be posted to one endpoint."""

    delivery_id: str
    endpoint_id: str
    attempts: int
    """How many there were before this claim."""
    event_id: str
    kind: str
    payload: str
    fence: int
    until: datetime


def list_waiting(connection: Connection, now: datetime) -> list[Waiting]:
    """Return the endpoints that something is due for, the one that waits longest first. One probe of an index each."""
    rows = connection.execute(_WAITING, _moments(now))
    found = [Waiting(row.id, from_microseconds(row.due_at)) for row in rows if row.due_at is not None]
    return sorted(found, key=lambda waiting: waiting.due_at)


def next_due(connection: Connection) -> datetime | None:
    """Return when the first event is due at any endpoint that is open; None: none waits. It may be due already."""
    moments = [row.due_at for row in connection.execute(_NEXT_DUE) if row.due_at is not None]
    return from_microseconds(min(moments)) if moments else None


def claim(connection: Connection, endpoint_id: str, now: datetime, limit: int = CLAIM) -> list[Claimed]:
    """Claim what is due for one endpoint, the oldest first. Nothing, if somebody has disabled it."""
    until = to_microseconds(now + CLAIM_LASTS)
    values = {"endpoint_id": endpoint_id, **_moments(now), "until": until, "limit": limit}
    fences = {row.id: row.fence for row in connection.execute(_CLAIM[connection.dialect.name], values)}
    if not fences:
        return []
    rows = connection.execute(_READ, {"endpoint_id": endpoint_id, "until": until})
    lasts = from_microseconds(until)
    return [
        Claimed(row.id, row.endpoint_id, row.attempts, row.event_id, row.kind, row.payload, fences[row.id], lasts)
        for row in rows
        if row.id in fences
    ]


def _moments(now: datetime) -> dict[str, int]:
    return {"now": to_microseconds(now), "called_off": to_microseconds(now + CLAIM_LASTS + AHEAD)}


def give_back(connection: Connection, claimed: Sequence[Claimed]) -> None:
    """Let anybody claim these again."""
    if claimed:
        hold_endpoints(connection, {each.endpoint_id for each in claimed})
        connection.execute(_GIVE_BACK, [{"id": each.delivery_id, "fence": each.fence} for each in claimed])
        ask_for_turn(connection, Turn.HOOKS, len(claimed))


def hold_endpoints(connection: Connection, endpoint_ids: Collection[str]) -> None:
    """Keep whoever else would change these endpoints or their deliveries waiting until this transaction ends.

    An endpoint is held before its deliveries, and several in one order: a manager who disables one while its results
    are written would wait in a circle otherwise. SQLite has one writer anyway.
    """
    if connection.dialect.name == "postgresql" and endpoint_ids:
        connection.execute(_HOLD, {"endpoint_ids": list(endpoint_ids)})
