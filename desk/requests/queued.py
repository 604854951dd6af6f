"""What the queue of tickets is asked for, and what it gives.

Here belong these values only; the look-up stands in `ticket_queue`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from badges.columns import from_microseconds, to_microseconds
from desk.requests.tickets import TicketState

PRIORITIES = (2, 1, 0, -1)


class View(StrEnum):
    """What is looked at: tickets by whose turn it is."""

    OPEN = "open"
    MINE = "mine"
    UNASSIGNED = "unassigned"
    APPROVAL = "approval"
    WAITING = "waiting"
    CLOSED = "closed"
    ALL = "all"

    @property
    def states(self) -> tuple[TicketState, ...]:
        """The states of its tickets."""
        one = {View.WAITING: TicketState.WAITING, View.CLOSED: TicketState.CLOSED}
        return tuple(TicketState) if self is View.ALL else (one.get(self, TicketState.OPEN),)


class Sort(StrEnum):
    """What stands first. By when a ticket was opened: one that is acted on keeps its place."""

    URGENT = "urgent"
    OLDEST = "oldest"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which tickets to list; empty or None: all of the view."""

    intent: str = ""
    role: str = ""
    queue: str = ""
    issuer: str = ""
    """A slug."""
    language: str = ""
    assigned_to: str = ""
    since: datetime | None = None
    """Opened then or later."""
    until: datetime | None = None
    """Opened before."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the queue: behind (or before) one ticket."""

    priority: int
    opened_at: datetime
    ticket_id: str

    def write(self) -> str:
        """Return it as it stands in an address."""
        return f"{self.priority}.{to_microseconds(self.opened_at)}.{self.ticket_id}"


def read_cursor(typed: str) -> Cursor | None:
    """Return what `Cursor.write` wrote; None for anything else."""
    parts = typed.split(".")
    if len(parts) != 3 or len(typed) > 60 or parts[0] not in {str(priority) for priority in PRIORITIES}:
        return None
    if not (parts[1].isascii() and parts[1].isdigit() and len(parts[1]) <= 17):
        return None
    return Cursor(int(parts[0]), from_microseconds(int(parts[1])), parts[2])


@dataclass(frozen=True, slots=True)
class QueuedTicket:
    """A ticket in the queue."""

    ticket_id: str
    reference: str
    state: str
    subject: str
    role: str
    intent: str
    outcome: str
    requester_address: str
    requester_name: str
    queue: str
    language: str
    priority: int
    reason: str
    created_at: datetime
    updated_at: datetime
    assigned_to: str | None
    assignee_name: str | None
    issuer_name: str | None
    issuer_slug: str | None

    @property
    def cursor(self) -> Cursor:
        """Its place."""
        return Cursor(self.priority, self.created_at, self.ticket_id)


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of the queue; each cursor is None where nothing follows."""

    tickets: Sequence[QueuedTicket]
    before: Cursor | None
    after: Cursor | None
