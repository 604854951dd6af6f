"""What is done with a ticket as a whole: how urgent it is, merging it, splitting one off.

Here belong these acts. None of them changes a record or tells the requester anything. Words of one requester are never
put where another's answers go: only tickets of the same writer, or of contacts of one issuer, can be merged.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, update
from sqlmodel import col

from badges.ids import make_id
from desk.members.audit import Act, Actor
from desk.office import Office
from desk.requests.case import Docket
from desk.requests.plain import clean_line
from desk.requests.references import read_reference
from desk.requests.staff import By, Detail, TicketDone, TicketRefused, on_ticket
from desk.requests.threads import is_same_side
from desk.requests.ticket_list import find_ticket_id
from desk.requests.tickets import (
    Entry,
    EntryKind,
    TicketState,
    add_entry,
    find_free_reference,
    hold_ticket,
    set_state,
)
from desk.tables import Ticket, TicketEntry
from desk.words import Intent, Outcome
from mailer.quoting import tidy_lines

PRIORITIES = range(-1, 3)
"""Low to urgent."""


def prioritise(  # noqa: PLR0913 - which, how urgent, who, when
    office: Office, reference: str, priority: int, actor: Actor, now: datetime, *, seen: datetime | None = None
) -> TicketDone | TicketRefused:
    """Say how urgent a ticket is."""

    def deed(docket: Docket) -> TicketRefused | Detail:
        if priority not in PRIORITIES:
            return TicketRefused("there is no such priority")
        _update(docket.connection, docket.ticket_id, {"priority": priority})
        docket.note(f"priority {priority}", EntryKind.HANDLING)
        return {"priority": priority}

    return on_ticket(office, reference, By(actor, seen), Act.TICKET_PRIORITY_SET, now, deed)


def merge(  # noqa: PLR0913 - which, into which, who, when
    office: Office, reference: str, into: str, actor: Actor, now: datetime, *, seen: datetime | None = None
) -> TicketDone | TicketRefused:
    """Have a request go on with the ticket `into`: this one is closed, shows where it went, and its mails go there."""

    def deed(docket: Docket) -> TicketRefused | Detail:
        return _merge(docket, read_reference(into))

    with office.engine.begin() as connection:
        # Both are held, in an order that all share: two who merge crosswise must not wait in a circle.
        found = [find_ticket_id(connection, each) for each in (reference, into)]
        for ticket_id in sorted(each[0] for each in found if each):
            hold_ticket(connection, ticket_id)
        return on_ticket(office, reference, By(actor, seen), Act.TICKET_MERGED, now, deed, connection)


def split(  # noqa: PLR0913, PLR0917 - what of it, who and when
    office: Office,
    reference: str,
    entry_id: str,
    subject: str,
    text: str,
    actor: Actor,
    now: datetime,
    *,
    seen: datetime | None = None,
) -> TicketDone | TicketRefused:
    """Open a second ticket for what else a mail asks for; `text` is the part of it. Return the new reference."""
    made: list[str] = []

    def deed(docket: Docket) -> TicketRefused | Detail:
        mail = _find_mail(docket, entry_id)
        words = tidy_lines(text)
        if mail is None:
            return TicketRefused("there is no such mail on this ticket")
        if not words or not clean_line(subject):
            return TicketRefused("the new ticket needs a subject and the words that it is about")
        made.append(_split(docket, mail, clean_line(subject), words))
        return {"new": made[0]}

    done = on_ticket(office, reference, By(actor, seen), Act.TICKET_SPLIT, now, deed)
    return TicketDone(made[0]) if isinstance(done, TicketDone) else done


_TICKETS: Select[*tuple[Any, ...]] = select(*Ticket.__table__.c)  # type: ignore[attr-defined]


def _merge(docket: Docket, into: str) -> TicketRefused | Detail:
    connection = docket.connection
    own = connection.execute(_TICKETS.where(col(Ticket.id) == docket.ticket_id)).one()
    target = connection.execute(_TICKETS.where(col(Ticket.reference) == into)).first()
    if target is None:
        return TicketRefused(f"there is no ticket {clean_line(into)}")
    if target.id == own.id:
        return TicketRefused("a ticket cannot be merged into itself")
    if own.merged_into is not None or target.merged_into is not None:
        return TicketRefused("one of the two was merged already")
    if not is_same_side(own, target):
        return TicketRefused(f"{into} is another writer's: answers would go to somebody who has not asked")
    moved = update(Ticket).where(col(Ticket.merged_into) == own.id).values(merged_into=target.id)
    connection.execute(moved)
    set_state(connection, own.id, TicketState.CLOSED, docket.author, docket.now)
    _update(connection, own.id, {"merged_into": target.id})
    docket.note(f"merged into {target.reference}", EntryKind.HANDLING)
    entry = Entry(EntryKind.HANDLING, docket.author, f"{own.reference} was merged into this")
    add_entry(connection, target.id, entry, docket.now)
    if own.state == TicketState.OPEN:  # what waited for a person there waits here
        set_state(connection, target.id, TicketState.OPEN, docket.author, docket.now)
    return {"into": target.reference}


def _split(docket: Docket, mail: Row[Any], subject: str, text: str) -> str:
    connection = docket.connection
    own = connection.execute(_TICKETS.where(col(Ticket.id) == docket.ticket_id)).one()
    reference = find_free_reference(connection)
    values = own._asdict() | {
        "id": make_id(),
        "reference": reference,
        "state": TicketState.OPEN.value,
        "subject": subject,
        "intent": Intent.OTHER.value,
        "outcome": Outcome.TICKET.value,
        "reason": f"Split off {own.reference}.",
        "merged_into": None,
        "created_at": docket.now,
        "updated_at": docket.now,
    }
    connection.execute(insert(Ticket).values(values))
    entry = Entry(
        EntryKind.MAIL_IN,
        mail.author,
        text,
        raw_mail_id=mail.raw_mail_id,
        internet_message_id=mail.internet_message_id,
    )
    add_entry(connection, values["id"], entry, docket.now)
    told = Entry(EntryKind.HANDLING, docket.author, f"split off {own.reference}")
    add_entry(connection, values["id"], told, docket.now)
    docket.note(f"split: {reference} is about the rest", EntryKind.HANDLING)
    return reference


def _find_mail(docket: Docket, entry_id: str) -> Row[Any] | None:
    query: Select[*tuple[Any, ...]] = select(
        col(TicketEntry.author), col(TicketEntry.raw_mail_id), col(TicketEntry.internet_message_id)
    ).where(
        col(TicketEntry.id) == entry_id,
        col(TicketEntry.ticket_id) == docket.ticket_id,
        col(TicketEntry.kind) == EntryKind.MAIL_IN.value,
    )
    return docket.connection.execute(query).first()


def _update(connection: Connection, ticket_id: str, values: dict[str, Any]) -> None:
    connection.execute(update(Ticket).where(col(Ticket.id) == ticket_id).values(values))
