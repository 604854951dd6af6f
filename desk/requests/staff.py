"""What support staff do with tickets. Each act is one transaction and says who did it.

Here belong the acts that console, API and command line share. Deciding proposals stands in `staff_decisions`, looking
at tickets in `ticket_list`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlmodel import col

from desk.office import Office
from desk.requests.case import Answer, Docket
from desk.requests.requester import NotWritten, write_to_requester
from desk.requests.ticket_list import find_ticket_id
from desk.requests.tickets import EntryKind, TicketState, hold_ticket, set_state
from desk.tables import Ticket
from mailer.quoting import tidy_lines


@dataclass(frozen=True, slots=True)
class TicketDone:
    """Done."""

    reference: str


@dataclass(frozen=True, slots=True)
class TicketRefused:
    """Nothing was done; `reason` is one line."""

    reason: str


Act = Callable[[Docket], TicketRefused | None]


def assign(
    office: Office, reference: str, member: str | None, author: str, now: datetime
) -> TicketDone | TicketRefused:
    """Give a ticket to a member of staff; None: to nobody."""

    def act(docket: Docket) -> None:
        given = update(Ticket).where(col(Ticket.id) == docket.ticket_id).values(assigned_to=member)
        docket.connection.execute(given)
        docket.note(member or "nobody", EntryKind.ASSIGNMENT)

    return on_ticket(office, reference, author, now, act)


def add_note(office: Office, reference: str, text: str, author: str, now: datetime) -> TicketDone | TicketRefused:
    """Write a note that only staff see."""

    def act(docket: Docket) -> TicketRefused | None:
        if not tidy_lines(text):
            return TicketRefused("a note needs words")
        docket.note(text)
        return None

    return on_ticket(office, reference, author, now, act)


def reply(office: Office, reference: str, text: str, author: str, now: datetime) -> TicketDone | TicketRefused:
    """Write to the requester, and wait for the answer. An answer comes back onto the ticket."""

    def act(docket: Docket) -> TicketRefused | None:
        if not tidy_lines(text):
            return TicketRefused("a reply needs words")
        refused = write_to_requester(docket, Answer("staff_reply", {"text": tidy_lines(text)}), text)
        if isinstance(refused, NotWritten):
            return TicketRefused(f"nobody can be written to: {refused.reason}")
        set_state(docket.connection, docket.ticket_id, TicketState.WAITING, author, now)
        return None

    return on_ticket(office, reference, author, now, act)


def close(office: Office, reference: str, author: str, now: datetime) -> TicketDone | TicketRefused:
    """Close a ticket. What is proposed on it stays as it is."""
    return _put(office, reference, TicketState.CLOSED, author, now)


def reopen(office: Office, reference: str, author: str, now: datetime) -> TicketDone | TicketRefused:
    """Open a ticket again."""
    return _put(office, reference, TicketState.OPEN, author, now)


def on_ticket(office: Office, reference: str, author: str, now: datetime, act: Act) -> TicketDone | TicketRefused:
    """Do `act` on the ticket, which nobody else changes meanwhile."""
    with office.engine.begin() as connection:
        found = find_ticket_id(connection, reference)
        if found is None:
            return TicketRefused(f"there is no ticket {reference}")
        ticket_id, known_as = found
        hold_ticket(connection, ticket_id)
        refused = act(Docket(connection, office, ticket_id, known_as, now, author))
    return refused or TicketDone(known_as)


def _put(office: Office, reference: str, state: TicketState, author: str, now: datetime) -> TicketDone | TicketRefused:
    def act(docket: Docket) -> TicketRefused | None:
        changed = set_state(docket.connection, docket.ticket_id, state, author, now)
        return None if changed else TicketRefused(f"{docket.reference} is {state} already")

    return on_ticket(office, reference, author, now, act)
