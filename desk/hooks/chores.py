"""What must happen to events although nobody asks for it: old ones are forgotten, batches that are through are told of.

Here belong these, in the caller's transaction, a limited number at a time. `badgepost hooks` runs them once a minute.
"""

# ruff: noqa: S608  (the statements are put together from constants alone)

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from badges.columns import to_microseconds
from desk.hooks.events import EventKind, Happened
from desk.hooks.telling import tell_hooks
from mailer.queue.states import FINAL, State

KEPT = timedelta(days=30)
"""Events, with their payloads, and what became of them."""
TURN = 2000
"""The most rows that one run forgets, and batches that it looks at: others want to write too."""
_TOLD_WITHIN = KEPT - timedelta(days=1)
"""A batch that was made longer ago is not told of: that it was told already would be forgotten."""

_OLD = f"SELECT id FROM hook_event WHERE made_at < :before ORDER BY made_at LIMIT {TURN}"
_FORGET_DELIVERIES = text(f"DELETE FROM hook_delivery WHERE event_id IN ({_OLD})")
_FORGET_EVENTS = text(f"DELETE FROM hook_event WHERE id IN ({_OLD})")
_FORGET_ENDPOINTS = text("""
    DELETE FROM hook_endpoint WHERE deleted_at < :before
    AND NOT EXISTS (SELECT 1 FROM hook_delivery WHERE endpoint_id = hook_endpoint.id)
""")
_UNDER_WAY = ", ".join(f"'{state.value}'" for state in State if state not in FINAL)
_FINISHED = text(f"""
    SELECT DISTINCT batch.id, batch.issuer_id, batch.label, batch.kind, batch.state
    FROM hook_endpoint JOIN batch ON batch.issuer_id = hook_endpoint.issuer_id
    WHERE hook_endpoint.disabled_at IS NULL AND hook_endpoint.deleted_at IS NULL
    AND (hook_endpoint.events = '' OR hook_endpoint.events LIKE '%{EventKind.BATCH_FINISHED.value}%')
    AND batch.created_at >= hook_endpoint.created_at AND batch.created_at >= :since
    AND NOT EXISTS (SELECT 1 FROM message WHERE batch_id = batch.id AND state IN ({_UNDER_WAY}))
    AND NOT EXISTS (
        SELECT 1 FROM hook_event
        WHERE key = '{EventKind.BATCH_FINISHED.value}/' || batch.id || '/' || batch.issuer_id
    )
    LIMIT {TURN}
""")
_COUNT = text("SELECT state, count(*) AS messages FROM message WHERE batch_id = :batch_id GROUP BY state")


@dataclass(frozen=True, slots=True)
class ChoresDone:
    """How many events were forgotten, and how many batches told of."""

    forgotten: int
    batches: int


def do_chores(connection: Connection, now: datetime) -> ChoresDone:
    """Forget what is old, tell of what is finished."""
    return ChoresDone(forget_events(connection, now), tell_of_batches(connection, now))


def forget_events(connection: Connection, now: datetime) -> int:
    """Forget events older than `KEPT` with their deliveries, and endpoints that were taken away before; return how
    many events."""
    old = {"before": to_microseconds(now - KEPT)}
    connection.execute(_FORGET_DELIVERIES, old)
    forgotten = connection.execute(_FORGET_EVENTS, old).rowcount
    connection.execute(_FORGET_ENDPOINTS, old)
    return forgotten


def tell_of_batches(connection: Connection, now: datetime) -> int:
    """Tell of each batch none of whose mails waits any more or is under way; return how many. Once of each."""
    finished = connection.execute(_FINISHED, {"since": to_microseconds(now - _TOLD_WITHIN)}).all()
    happened = []
    for batch in finished:
        counts = {state: messages for state, messages in connection.execute(_COUNT, {"batch_id": batch.id})}
        data = {
            "batch": batch.id,
            "label": batch.label,
            "kind": batch.kind,
            "state": batch.state,
            "messages": dict(sorted(counts.items())),
        }
        happened.append(Happened(batch.issuer_id, EventKind.BATCH_FINISHED, batch.id, data))
    tell_hooks(connection, happened, now)
    return len(happened)
