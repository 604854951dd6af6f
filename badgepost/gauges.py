"""The questions whose answers Prometheus gets from the database: what waits and how long, what is down, who lives.

Here belong the questions, each served by an index and counting `COUNTED` rows at most. When they are asked stands in
`standing`; what processes count themselves, in the rooms where it happens (`counting`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, text
from sqlmodel import col

from badges.columns import to_microseconds
from desk.hooks.tables import DUE
from inbound.tables import WAITING
from mailer.instance.pulses import KINDS, list_pulses
from mailer.instance.tables import Instance
from mailer.queue.relays import list_relays
from mailer.queue.states import State
from mailer.queue.tables import BATCH_STOPPED, CLAIMABLE, SET_ASIDE

# ruff: noqa: S608  (the statements are put together from constants alone)

COUNTED = 100_000
"""Of what is more than this, this is said: ages tell the trouble, and a count must not become one."""
STREAMS = ("account", "notices")

Sample = tuple[Sequence[str], float]
Question = Callable[[Connection, datetime], Iterable[Sample]]


@dataclass(frozen=True)
class Gauge:
    """One family: its name without `badgepost_`, what it means, its labels, and how it is asked for."""

    name: str
    words: str
    labels: Sequence[str]
    ask: Question


_BATCHED = f"{CLAIMABLE} AND batch_id IS NOT NULL"
_SINGLE = f"{CLAIMABLE} AND batch_id IS NULL"
_IN_HAND = "worker_id IS NOT NULL"
_QUEUE = text(
    "SELECT CASE WHEN held_at IS NOT NULL AND state IN ('queued', 'deferred') THEN 'held' ELSE state END AS shown, "
    "stream, COUNT(*) AS number FROM ("
    + " UNION ALL ".join(
        f"SELECT * FROM (SELECT state, stream, held_at FROM message WHERE {condition} LIMIT :most) AS part{place}"
        for place, condition in enumerate((_BATCHED, _SINGLE, _IN_HAND, f"{SET_ASIDE} AND worker_id IS NULL"))
    )
    + ") AS everything GROUP BY shown, stream"
)
_RUNNING = f"batch_id NOT IN (SELECT id FROM batch WHERE {BATCH_STOPPED})"
_OLDEST = {
    "single": text(f"SELECT due_at FROM message WHERE {_SINGLE} ORDER BY due_at LIMIT 1"),
    "batch": text(f"SELECT due_at FROM message WHERE {_BATCHED} AND {_RUNNING} ORDER BY due_at LIMIT 1"),
}
_OLDEST_DOUBT = text(
    f"SELECT MIN(state_at) FROM (SELECT state, state_at FROM message WHERE {SET_ASIDE} ORDER BY state_at LIMIT :most) "
    "AS part WHERE state = 'unknown'"
)
_PAUSED = text(
    f"SELECT CASE WHEN stopped_because = '' THEN 'person' ELSE 'service' END AS who, COUNT(*) AS number "
    f"FROM batch WHERE {BATCH_STOPPED} AND state = 'paused' GROUP BY who"
)
_TICKETS = text("""
    SELECT state, COUNT(*) AS number, MIN(created_at) AS oldest FROM (
        SELECT * FROM (SELECT state, created_at FROM ticket WHERE state = 'open' LIMIT :most) AS open_ones
        UNION ALL
        SELECT * FROM (SELECT state, created_at FROM ticket WHERE state = 'waiting' LIMIT :most) AS waiting_ones
    ) AS part GROUP BY state
""")
_DELIVERIES = text(
    f"SELECT COUNT(*) AS number, MIN(received_at) AS oldest "
    f"FROM (SELECT received_at FROM delivery WHERE {WAITING} ORDER BY received_at LIMIT :most) AS part"
)
_HOOKS = text(
    f"SELECT COUNT(*) AS number, MIN(due_at) AS oldest "
    f"FROM (SELECT due_at FROM hook_delivery WHERE {DUE} LIMIT :most) AS part"
)
_ENDPOINTS = text("""
    SELECT CASE WHEN disabled_at IS NOT NULL THEN 'disabled' WHEN failing_since IS NOT NULL THEN 'failing'
        ELSE 'well' END AS state, COUNT(*) AS number FROM hook_endpoint WHERE deleted_at IS NULL GROUP BY 1
""")
_SUPPRESSIONS = text("SELECT COUNT(*) FROM (SELECT 1 AS one FROM suppression LIMIT :most) AS part")
_MOST = {"most": COUNTED}


def _age(since: int | None, now: datetime) -> float:
    """Return for how many seconds something has waited; 0 if nothing does, or its time has not come."""
    return 0.0 if since is None else max(0.0, (to_microseconds(now) - since) / 1e6)


def _ask_queue(connection: Connection, _now: datetime) -> Iterable[Sample]:
    states = (State.QUEUED.value, State.DEFERRED.value, State.SENDING.value, State.UNKNOWN.value, "held")
    found: dict[tuple[str, ...], float] = {(state, stream): 0 for state in states for stream in STREAMS}
    found |= {(row.shown, row.stream): row.number for row in connection.execute(_QUEUE, _MOST)}
    return found.items()


def _ask_oldest(connection: Connection, now: datetime) -> Iterable[Sample]:
    return [((half,), _age(connection.execute(query).scalar(), now)) for half, query in _OLDEST.items()]


def _ask_doubt(connection: Connection, now: datetime) -> Iterable[Sample]:
    return [((), _age(connection.execute(_OLDEST_DOUBT, _MOST).scalar(), now))]


def _ask_relays(connection: Connection, _now: datetime) -> Iterable[Sample]:
    return [((note.relay,), float(note.is_up)) for note in list_relays(connection)]


def _ask_paused(connection: Connection, _now: datetime) -> Iterable[Sample]:
    return _fill(("person", "service"), {row.who: row.number for row in connection.execute(_PAUSED)})


def _ask_tickets(connection: Connection, _now: datetime) -> Iterable[Sample]:
    return _fill(("open", "waiting"), {row.state: row.number for row in connection.execute(_TICKETS, _MOST)})


def _ask_ticket_age(connection: Connection, now: datetime) -> Iterable[Sample]:
    return _fill(("open", "waiting"), {row.state: _age(row.oldest, now) for row in connection.execute(_TICKETS, _MOST)})


def _ask_deliveries(connection: Connection, _now: datetime) -> Iterable[Sample]:
    return [((), connection.execute(_DELIVERIES, _MOST).one().number)]


def _ask_delivery_age(connection: Connection, now: datetime) -> Iterable[Sample]:
    return [((), _age(connection.execute(_DELIVERIES, {"most": 1}).one().oldest, now))]


def _ask_hooks(connection: Connection, _now: datetime) -> Iterable[Sample]:
    return [((), connection.execute(_HOOKS, _MOST).one().number)]


def _ask_hook_age(connection: Connection, now: datetime) -> Iterable[Sample]:
    return [((), _age(connection.execute(_HOOKS, _MOST).one().oldest, now))]


def _ask_endpoints(connection: Connection, _now: datetime) -> Iterable[Sample]:
    return _fill(("well", "failing", "disabled"), {row.state: row.number for row in connection.execute(_ENDPOINTS)})


def _ask_suppressions(connection: Connection, _now: datetime) -> Iterable[Sample]:
    return [((), connection.execute(_SUPPRESSIONS, _MOST).scalar_one())]


def _ask_processes(connection: Connection, now: datetime) -> Iterable[Sample]:
    found: dict[tuple[str, ...], float] = {(kind, state): 0 for kind in KINDS for state in ("alive", "silent")}
    for line in list_pulses(connection):
        place = (line.kind, "silent" if line.is_silent(now) else "alive")
        found[place] = found.get(place, 0) + 1
    return found.items()


def _ask_fence(connection: Connection, _now: datetime) -> Iterable[Sample]:
    fenced_at = connection.execute(select(col(Instance.fenced_at))).scalar()
    return [((), float(fenced_at is not None))]


def _fill(labels: Iterable[str], found: Mapping[str, float]) -> Iterable[Sample]:
    return [((label,), found.get(label, 0)) for label in labels]


GAUGES: Sequence[Gauge] = (
    Gauge(
        "queue_messages",
        "Mails that are not done, by state (queued, deferred, sending, unknown, held) and stream.",
        ("state", "stream"),
        _ask_queue,
    ),
    Gauge(
        "queue_oldest_due_seconds",
        "For how long the mail has been due that waits longest: of a batch that is not paused, or single ones.",
        ("of",),
        _ask_oldest,
    ),
    Gauge("unknown_oldest_seconds", "For how long the oldest mail in doubt has been so.", (), _ask_doubt),
    Gauge("relay_up", "1 if the workers last saw the relay up.", ("relay",), _ask_relays),
    Gauge(
        "batches_paused", "Batches that are paused, by who paused them: a person, or the service.", ("by",), _ask_paused
    ),
    Gauge("tickets", "Requests: open (a person must act) or waiting (for somebody else).", ("state",), _ask_tickets),
    Gauge("tickets_oldest_seconds", "The age of the oldest such request.", ("state",), _ask_ticket_age),
    Gauge("deliveries_waiting", "Mails that came in and were not dealt with.", (), _ask_deliveries),
    Gauge("deliveries_oldest_seconds", "For how long the oldest of them has waited.", (), _ask_delivery_age),
    Gauge("hooks_waiting", "Webhook events that are to be posted.", (), _ask_hooks),
    Gauge("hooks_oldest_due_seconds", "For how long the oldest of them has been due.", (), _ask_hook_age),
    Gauge("hook_endpoints", "Webhook endpoints by state: well, failing, disabled.", ("state",), _ask_endpoints),
    Gauge("suppressions", "Addresses that are not sent to.", (), _ask_suppressions),
    Gauge(
        "processes",
        "Processes by kind that live, or are silent without having ended.",
        ("kind", "state"),
        _ask_processes,
    ),
    Gauge(
        "instance_fenced",
        "1 if nothing may be sent from this database until an operator says what it is.",
        (),
        _ask_fence,
    ),
)
