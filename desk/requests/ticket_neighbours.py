"""Which open tickets stand before and after one in the queue: where `[` and `]` lead.

Here belongs finding them. The queue itself stands in `ticket_queue`.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, select
from sqlmodel import col

from desk.requests.filed import TicketHead
from desk.requests.tickets import TicketState
from desk.tables import Ticket


@dataclass(frozen=True, slots=True)
class Around:
    """The open tickets before and after one in the order of the queue."""

    before: str | None
    after: str | None


def find_around(connection: Connection, head: TicketHead) -> Around:
    """Return the neighbours of a ticket among those that are open, in the order of the queue: the most urgent first,
    then who has waited longest."""
    urgency, began, named = col(Ticket.priority), col(Ticket.created_at), col(Ticket.id)
    is_alike = urgency == head.priority
    is_later = (began > head.created_at) | ((began == head.created_at) & (named > head.id))
    is_earlier = (began < head.created_at) | ((began == head.created_at) & (named < head.id))
    # Each of these finds its row at one place of the index; both in one condition would look at every open ticket.
    before = (
        _OPEN.where(is_alike, began <= head.created_at, is_earlier).order_by(began.desc(), named.desc()),
        _OPEN.where(urgency > head.priority).order_by(urgency, began.desc(), named.desc()),
    )
    after = (
        _OPEN.where(is_alike, began >= head.created_at, is_later).order_by(began, named),
        _OPEN.where(urgency < head.priority).order_by(urgency.desc(), began, named),
    )
    return Around(*(next(filter(None, map(connection.scalar, ways)), None) for ways in (before, after)))


_OPEN = select(col(Ticket.reference)).where(col(Ticket.state) == TicketState.OPEN.value).limit(1)
