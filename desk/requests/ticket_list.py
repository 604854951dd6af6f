"""Finding tickets: a list by filters, one by its reference. Nothing here changes anything.

Here belongs what the command line asks for; the queue of the console, which must stay quick with very many, stands in
`ticket_queue`, everything on one ticket in `ticket_file`.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, Engine, or_, select
from sqlmodel import col

from badges.transactions import reading
from desk.requests.filed import TicketHead
from desk.requests.references import read_reference
from desk.requests.ticket_file import HEADS, read_head
from desk.requests.tickets import TicketState
from desk.tables import Ticket


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """Which tickets to list; None: all."""

    state: TicketState | None = None
    assigned_to: str | None = None
    intent: str | None = None
    queue: str | None = None
    search: str | None = None
    """A part of the subject, the requester's address, or a reference."""


def list_tickets(engine: Engine, wanted: TicketFilter, limit: int = 50) -> list[TicketHead]:
    """Return tickets, the most urgent first, then those that have waited longest."""
    query = HEADS
    exact = {
        col(Ticket.state): wanted.state.value if wanted.state else None,
        col(Ticket.assigned_to): wanted.assigned_to,
        col(Ticket.intent): wanted.intent,
        col(Ticket.queue): wanted.queue,
    }
    for column, value in exact.items():
        query = query if value is None else query.where(column == value)
    if wanted.search:
        text = wanted.search.strip()
        query = query.where(
            or_(
                col(Ticket.reference) == read_reference(text),
                col(Ticket.requester_address).contains(text.lower(), autoescape=True),
                col(Ticket.subject).icontains(text, autoescape=True),
            )
        )
    query = query.order_by(col(Ticket.priority).desc(), col(Ticket.updated_at), col(Ticket.id)).limit(limit)
    with reading(engine).connect() as connection:
        return [read_head(row) for row in connection.execute(query)]


def find_ticket_id(connection: Connection, reference: str) -> tuple[str, str] | None:
    """Return id and reference of the ticket that a person calls so; case and the "BP-" do not matter."""
    query = select(col(Ticket.id), col(Ticket.reference)).where(col(Ticket.reference) == read_reference(reference))
    row = connection.execute(query).first()
    return (row[0], row[1]) if row else None
