"""Tickets and what is written on them, in the caller's transaction.

Here belong opening one, adding to one, its states. What staff do with tickets stands in `staff`, looking at them in
`ticket_list`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, insert, select, text, update
from sqlmodel import col

from badges.columns import from_microseconds, to_microseconds
from badges.ids import make_id
from desk.hooks.events import EventKind
from desk.hooks.requests import tell_of_ticket
from desk.requests.orders import Change, Order
from desk.requests.plain import clean_line, clean_message_ids
from desk.requests.references import make_reference
from desk.search.index import KINDS, Findable, index_entry
from desk.tables import Ticket, TicketEntry
from mailer.quoting import tidy_lines


class TicketState(StrEnum):
    """Whose turn it is."""

    OPEN = "open"
    """A person of ours must act."""
    WAITING = "waiting"
    """For the requester, a contact or the issuer."""
    CLOSED = "closed"


class EntryKind(StrEnum):
    """What an entry tells of."""

    MAIL_IN = "mail_in"
    MAIL_OUT = "mail_out"
    NOTE = "note"
    DECISION = "decision"
    QUESTION = "question"
    """JSON: what was asked for and what is understood so far (`asking`)."""
    PROPOSAL = "proposal"
    CHANGE = "change"
    ASSIGNMENT = "assignment"
    STATE = "state"
    HANDLING = "handling"
    """What staff did with the ticket as a whole: urgency, merging, splitting, linking."""


RULES = "rules"
"""The author of what no person did."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something to be written on a ticket."""

    kind: EntryKind
    author: str
    text: str = ""
    raw_mail_id: str | None = None
    message_id: str | None = None
    internet_message_id: str | None = None


def open_ticket(connection: Connection, order: Order, now: datetime) -> tuple[str, str]:
    """Open a ticket for a request; return its id and reference."""
    ticket_id, reference = make_id(), find_free_reference(connection)
    values = {
        "id": ticket_id,
        "reference": reference,
        "state": TicketState.OPEN.value,
        "role": order.asker.role.value,
        "requester_address": order.asker.address,
        "requester_name": clean_line(order.asker.name),
        "subject": clean_line(order.thread.subject),
        "issuer_id": order.asker.issuer_id,
        "language": order.asker.language,
        "queue": clean_line(order.queue),
        "assigned_to": None,
        "priority": order.priority,
        "created_at": now,
        "earner_id": None,
        "updated_at": now,
        **_describe_order(order),
    }
    connection.execute(_OPEN, values)
    tell_of_ticket(connection, ticket_id, EventKind.REQUEST_OPENED, now)
    return ticket_id, reference


_OPEN = insert(Ticket)


def go_on_with(connection: Connection, ticket_id: str, order: Order) -> str | None:
    """Note on a ticket what its newest mail came to; return its reference, None if there is no such ticket."""
    values = _describe_order(order)
    connection.execute(update(Ticket).where(col(Ticket.id) == ticket_id).values(values))
    query = select(col(Ticket.reference)).where(col(Ticket.id) == ticket_id)
    return connection.execute(query).scalar_one_or_none()


def hold_ticket(connection: Connection, ticket_id: str) -> TicketState | None:
    """Keep others from a ticket until the transaction ends; return its state, None if there is none.

    Who holds more than this holds the ticket first, so that nobody waits in a circle.
    """
    query = select(col(Ticket.state)).where(col(Ticket.id) == ticket_id).with_for_update(key_share=True)
    state = connection.execute(query).scalar_one_or_none()
    return None if state is None else TicketState(state)


def add_entry(connection: Connection, ticket_id: str, entry: Entry, now: datetime) -> str:
    """Write `entry` on a ticket, behind all others; return its id."""
    # The ticket's clock never stands still, whatever ours does: two that write at once come one after the other.
    ticket = connection.execute(_TICK, {"ticket_id": ticket_id, "now": to_microseconds(now)}).one()
    entry_id = make_id()
    values = {
        "id": entry_id,
        "ticket_id": ticket_id,
        "kind": entry.kind.value,
        "raw_mail_id": entry.raw_mail_id,
        "message_id": entry.message_id,
        "internet_message_id": next(iter(clean_message_ids([entry.internet_message_id or ""])), None),
        "author": clean_line(entry.author),
        "text": entry.text if entry.kind is EntryKind.QUESTION else tidy_lines(entry.text),
        "created_at": from_microseconds(ticket.updated_at),
    }
    connection.execute(_ADD_ENTRY, values)
    if entry.kind in KINDS:
        sender = f"{ticket.requester_name} {ticket.requester_address}" if entry.kind == "mail_in" else entry.author
        findable = Findable(sender, (ticket.subject, ticket.reference, entry.text))
        index_entry(connection, ticket_id, entry_id, findable)
    return entry_id


_TICK = text("""
    UPDATE ticket SET updated_at = CASE WHEN updated_at >= :now THEN updated_at + 1 ELSE :now END
    WHERE id = :ticket_id RETURNING updated_at, reference, subject, requester_name, requester_address
""")
_ADD_ENTRY = insert(TicketEntry)


def set_state(connection: Connection, ticket_id: str, state: TicketState, author: str, now: datetime) -> bool:
    """Put a ticket into `state` and note it; False if it is in it already. One that was merged and is opened again, or
    waits again, stands on its own."""
    values = {"state": state.value} | ({} if state is TicketState.CLOSED else {"merged_into": None})
    changed = connection.execute(
        update(Ticket).where(col(Ticket.id) == ticket_id, col(Ticket.state) != state.value).values(values)
    )
    if changed.rowcount:
        add_entry(connection, ticket_id, Entry(EntryKind.STATE, author, state.value), now)
        if state is TicketState.CLOSED:
            tell_of_ticket(connection, ticket_id, EventKind.REQUEST_CLOSED, now)
    return bool(changed.rowcount)


def _describe_order(order: Order) -> dict[str, object]:
    earner_id = _find_earner(order.changes) or order.asker.earner_id
    return {
        "intent": order.intent.value,
        "outcome": order.outcome.value,
        "reason": tidy_lines(order.reason),
        **({"earner_id": earner_id} if earner_id else {}),
    }


def _find_earner(changes: Iterable[Change]) -> str | None:
    """Return whom a request is about, where that is one person."""
    earners = {change.earner_id for change in changes if change.earner_id}
    return earners.pop() if len(earners) == 1 else None


def find_free_reference(connection: Connection) -> str:
    """Return a reference that no ticket bears."""
    while True:
        reference = make_reference()
        if connection.execute(select(col(Ticket.id)).where(col(Ticket.reference) == reference)).first() is None:
            return reference
