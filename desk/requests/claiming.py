"""Taking a ticket on, and acting on several at once: what staff do from the queue.

Here belong these acts. What they do with one ticket in hand stands in `staff`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlmodel import col

from desk.members.audit import Act, Actor
from desk.members.tables import Member
from desk.office import Office
from desk.requests.case import Docket
from desk.requests.staff import By, Detail, TicketDone, TicketRefused, close, on_ticket
from desk.requests.tickets import EntryKind
from desk.tables import Ticket

MOST_AT_ONCE = 100
"""Tickets; a page of the queue has fewer."""


@dataclass(frozen=True, slots=True)
class HeldByOther:
    """Somebody else has taken the ticket on already."""

    reference: str
    holder: str
    """Their name, or their address if they are no member any more."""


@dataclass(frozen=True, slots=True)
class BulkDone:
    """What became of several tickets: how many were done, and why others were not."""

    done: int
    refused: Sequence[tuple[str, str]]
    """(reference, reason in one line)"""


def claim(office: Office, reference: str, actor: Actor, now: datetime) -> TicketDone | HeldByOther | TicketRefused:
    """Take a ticket on, if nobody has it. Of two who claim at once, one gets it and the other is told who has it."""
    held: list[HeldByOther] = []

    def deed(docket: Docket) -> TicketRefused | Detail:
        free = col(Ticket.assigned_to).is_(None)
        mine = update(Ticket).where(col(Ticket.id) == docket.ticket_id, free).values(assigned_to=actor.name)
        if docket.connection.execute(mine).rowcount:
            docket.note(actor.name, EntryKind.ASSIGNMENT)
            return {"to": actor.name}
        query = (
            select(col(Ticket.assigned_to), col(Member.name))
            .outerjoin(Member, col(Member.address) == col(Ticket.assigned_to))
            .where(col(Ticket.id) == docket.ticket_id)
        )
        address, name = docket.connection.execute(query).one()
        held.append(HeldByOther(docket.reference, str(name or address)))
        return TicketRefused(f"{docket.reference} is with {name or address} already")

    done = on_ticket(office, reference, By(actor), Act.TICKET_ASSIGNED, now, deed)
    return held[0] if held else done


def claim_all(office: Office, references: Sequence[str], actor: Actor, now: datetime) -> BulkDone:
    """Take several on, each in a transaction of its own; those that others have stay theirs."""
    done, refused = 0, []
    for reference in list(dict.fromkeys(references))[:MOST_AT_ONCE]:
        match claim(office, reference, actor, now):
            case TicketDone():
                done += 1
            case HeldByOther(_, holder):
                refused.append((reference, holder))
            case TicketRefused(reason):
                refused.append((reference, reason))
    return BulkDone(done, refused)


def close_all(office: Office, references: Sequence[str], actor: Actor, now: datetime) -> BulkDone:
    """Close several, each in a transaction of its own. What is closed already stays so."""
    outcomes = [
        (reference, close(office, reference, actor, now))
        for reference in list(dict.fromkeys(references))[:MOST_AT_ONCE]
    ]
    refused = [(reference, each.reason) for reference, each in outcomes if isinstance(each, TicketRefused)]
    return BulkDone(len(outcomes) - len(refused), refused)
