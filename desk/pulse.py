"""What has changed lately, asked of the database by the second: a mark for each topic that somebody watches.

Here belong the topics and the few cheap queries behind their marks. Two marks of a topic are equal as long as nothing
that its pages show has changed. Who may watch what, and telling them, stands in `web.console`.
"""

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, union_all
from sqlmodel import col

from desk.requests.ticket_views import PRESENT
from desk.tables import Ticket, TicketView
from mailer.queue.glance import mark_queue
from mailer.queue.tables import Attempt, Batch, Message, RelayState, WorkerLease

TICKETS = "tickets"
MAIL = "mail"
TICKET = "ticket:"
"""And its reference."""
BATCH = "batch:"
"""And its id."""

_NEWEST = 100
"""Tickets of each state in a mark. Several who write commit in another order than their clocks say: a single highest
number would miss who was late."""


@dataclass(frozen=True, slots=True)
class Gaze:
    """A member who has a ticket open."""

    ticket_id: str
    member_id: str


def take_pulse(connection: Connection, topics: Collection[str], now: datetime) -> Mapping[str, Hashable]:
    """Return a mark for each topic. A topic that is unknown, or of nothing, has a mark that never changes."""
    marks: dict[str, Hashable] = dict.fromkeys(topics)
    if TICKETS in marks:
        marks[TICKETS] = (_mark_tickets(connection), list_gazes(connection, now))
    references = {topic: topic.removeprefix(TICKET) for topic in topics if topic.startswith(TICKET)}
    if references:
        found = _mark_some_tickets(connection, references.values(), now)
        marks.update({topic: found.get(reference) for topic, reference in references.items()})
    for topic in topics:
        if topic.startswith(BATCH):
            marks[topic] = _mark_batch(connection, topic.removeprefix(BATCH))
    if MAIL in marks:
        marks[MAIL] = _mark_mail(connection)
    return marks


def list_gazes(connection: Connection, now: datetime) -> frozenset[Gaze]:
    """Return who has which ticket open now."""
    query = select(col(TicketView.ticket_id), col(TicketView.member_id)).where(col(TicketView.seen_at) > now - PRESENT)
    return frozenset(Gaze(*row) for row in connection.execute(query))


def _mark_tickets(connection: Connection) -> Hashable:
    newest = [
        select(col(Ticket.id), col(Ticket.updated_at))
        .where(col(Ticket.state) == state)
        .order_by(col(Ticket.updated_at).desc())
        .limit(_NEWEST)
        .subquery()
        for state in ("open", "waiting", "closed")
    ]
    rows = connection.execute(union_all(*(select(each.c.id, each.c.updated_at) for each in newest)))
    return frozenset((row.id, row.updated_at) for row in rows)


def _mark_some_tickets(connection: Connection, references: Collection[str], now: datetime) -> Mapping[str, Hashable]:
    query = (
        select(col(Ticket.reference), col(Ticket.updated_at), col(TicketView.member_id))
        .outerjoin(
            TicketView,
            (col(TicketView.ticket_id) == col(Ticket.id)) & (col(TicketView.seen_at) > now - PRESENT),
        )
        .where(col(Ticket.reference).in_(references))
    )
    found: dict[str, frozenset[Hashable]] = {}
    for reference, updated_at, member_id in connection.execute(query):
        found[reference] = found.get(reference, frozenset()) | {updated_at, member_id}
    return found


def _mark_batch(connection: Connection, batch_id: str) -> Hashable:
    counts = select(col(Message.state), func.count()).where(col(Message.batch_id) == batch_id)
    state = select(col(Batch.state)).where(col(Batch.id) == batch_id)
    rows = connection.execute(counts.group_by(col(Message.state)))
    return connection.execute(state).scalar_one_or_none(), frozenset(map(tuple, rows))


def _mark_mail(connection: Connection) -> Hashable:
    attempts = connection.execute(select(func.max(col(Attempt.id)))).scalar_one()
    relays = connection.execute(select(col(RelayState.relay), col(RelayState.state), col(RelayState.since)))
    workers = connection.execute(select(col(WorkerLease.id)))
    return attempts, frozenset(map(tuple, relays)), frozenset(workers.scalars()), mark_queue(connection)
