"""What a timeline tells of requests: the tickets of somebody, and every change of their record.

Here belongs reading them. Nothing here changes anything.
"""

from collections.abc import Collection, Iterator

from sqlalchemy import ColumnElement, Connection, or_, select
from sqlmodel import col

from desk.events import Event
from desk.tables import RecordChange, Ticket


def tell_requests(connection: Connection, earner_id: str | None, addresses: Collection[str]) -> Iterator[Event]:
    """Yield what was asked from these addresses, and what was asked and changed about this earner."""
    theirs: ColumnElement[bool] = col(Ticket.requester_address).in_(addresses)
    if earner_id is not None:
        changed = select(col(RecordChange.ticket_id)).where(col(RecordChange.earner_id) == earner_id)
        theirs = or_(theirs, col(Ticket.earner_id) == earner_id, col(Ticket.id).in_(changed))
    query = select(
        col(Ticket.created_at),
        col(Ticket.reference),
        col(Ticket.requester_address),
        col(Ticket.role),
        col(Ticket.intent),
        col(Ticket.outcome),
        col(Ticket.state),
    ).where(theirs)
    for created_at, reference, asker, role, intent, outcome, state in connection.execute(query):
        yield Event(created_at, "request", f"{reference} of {asker or 'nobody'} ({role}): {intent}, {outcome}, {state}")
    if earner_id is not None:
        yield from _tell_changes(connection, earner_id)


def _tell_changes(connection: Connection, earner_id: str) -> Iterator[Event]:
    query = select(
        col(RecordChange.made_at),
        col(RecordChange.kind),
        col(RecordChange.before),
        col(RecordChange.after),
        col(RecordChange.asked_by),
        col(RecordChange.undone_at),
        col(RecordChange.undone_by),
    ).where(col(RecordChange.earner_id) == earner_id)
    for made_at, kind, before, after, asked_by, undone_at, undone_by in connection.execute(query):
        yield Event(made_at, "change", f"{kind}: {before} -> {after}, asked by {asked_by}")
        if undone_at is not None:
            yield Event(undone_at, "undone", f"{kind}: {after} -> {before}, by {undone_by}")
