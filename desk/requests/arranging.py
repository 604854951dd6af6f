"""What is done with a ticket as a whole: how urgent it is, merging it, splitting one off, whom it is about.

Here belong these acts. None of them changes a record or tells the requester anything. Words of one requester are never
put where another's answers go: only tickets of the same writer, or of contacts of one issuer, can be merged.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, update
from sqlmodel import col

from badges.ids import make_id
from badges.tables import Issuer, IssuerContact
from desk.members.audit import Act, Actor
from desk.office import Office
from desk.people import find_by_address
from desk.requests.case import Docket
from desk.requests.foreseeing import foresee
from desk.requests.orders import Change
from desk.requests.plain import clean_line
from desk.requests.proposals import Needs, find_pending, propose_on, repropose
from desk.requests.recorded import Planned
from desk.requests.records import PARTS
from desk.requests.references import read_reference
from desk.requests.sending import SENDS
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
from desk.words import Intent, Outcome, Role
from mailer.quoting import tidy_lines
from wire.address import AddressFault, fold_address, parse_address

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


def link(  # noqa: PLR0913, PLR0917 - to whom, who and when
    office: Office,
    reference: str,
    earner_address: str,
    issuer_slug: str,
    actor: Actor,
    now: datetime,
    *,
    seen: datetime | None = None,
) -> TicketDone | TicketRefused:
    """Say which earner and which issuer a ticket is about. What waits for staff is judged anew on that issuer's word.

    A request of a contact can only be linked to an issuer that the same address is a contact of.
    """

    def deed(docket: Docket) -> TicketRefused | Detail:
        connection = docket.connection
        earner_id = _find_earner(connection, earner_address)
        issuer_id = _find_issuer(connection, issuer_slug)
        ticket = connection.execute(_TICKETS.where(col(Ticket.id) == docket.ticket_id)).one()
        if earner_address and earner_id is None:
            return TicketRefused(f"no earner has the address {clean_line(earner_address)}")
        if issuer_slug and issuer_id is None:
            return TicketRefused(f"there is no issuer {clean_line(issuer_slug)}")
        if ticket.role in _ISSUER_ROLES and not _is_contact(connection, ticket.requester_address, issuer_id):
            return TicketRefused("whoever wrote is no contact of that issuer")
        before = {"earner": ticket.earner_id, "issuer": ticket.issuer_id}
        _update(connection, docket.ticket_id, {"earner_id": earner_id, "issuer_id": issuer_id})
        docket.note(f"about {earner_address or 'nobody'}, of {issuer_slug or 'no issuer'}", EntryKind.HANDLING)
        _judge_anew(docket, ticket, earner_id, issuer_id)
        return {"before": before, "after": {"earner": earner_id, "issuer": issuer_id}}

    return on_ticket(office, reference, By(actor, seen), Act.TICKET_LINKED, now, deed)


def propose_change(  # noqa: PLR0913 - what, who and when
    office: Office, reference: str, change: Change, actor: Actor, now: datetime, *, seen: datetime | None = None
) -> TicketDone | TicketRefused:
    """Propose what a mail asks for and the rules have not understood; it is approved like any other."""

    def deed(docket: Docket) -> TicketRefused | Detail:
        ticket = docket.connection.execute(_TICKETS.where(col(Ticket.id) == docket.ticket_id)).one()
        if ticket.issuer_id is None:
            return TicketRefused("link the ticket to an issuer first: a change is made on an issuer's word")
        if change.kind not in PARTS and change.kind not in SENDS:
            return TicketRefused(f"{change.kind} changes no record")
        [foreseen] = foresee(docket.connection, [Planned(change, None)], ticket.issuer_id)
        if foreseen.fault:
            return TicketRefused(f"it cannot be done: {foreseen.fault}")
        evidence = {"proposed_by": actor.name}
        propose_on(docket, ticket.issuer_id, Needs.STAFF, change.kind, [foreseen.planned], evidence, "put by staff")
        return {"issuer_id": ticket.issuer_id, "kind": change.kind.value, "earner": change.earner_id}

    return on_ticket(office, reference, By(actor, seen), Act.CHANGE_PROPOSED, now, deed)


_ISSUER_ROLES = frozenset({Role.ISSUER.value, Role.CLAIMED_ISSUER.value})
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


def _judge_anew(docket: Docket, ticket: Row[Any], earner_id: str | None, issuer_id: str | None) -> None:
    """Have what waits for staff be about the earner and on the word of the issuer that the ticket is linked to."""
    for proposed in find_pending(docket.connection, docket.ticket_id, docket.now):
        if proposed.needs is not Needs.STAFF or issuer_id is None:
            continue
        changes: Sequence[Planned] = proposed.plan
        is_of_one = len(changes) == 1 and earner_id is not None
        if is_of_one and earner_id != ticket.earner_id:
            kind, only = changes[0].change.kind, changes[0].change
            moved = Change(kind, earner_id or "", only.new_name, only.new_address, only.is_alternate)
            changes = [Planned(moved, None)]
        foreseen = foresee(docket.connection, changes, issuer_id)
        repropose(docket.connection, proposed.proposal_id, issuer_id, [each.planned for each in foreseen])


def _find_earner(connection: Connection, address: str) -> str | None:
    parsed = parse_address(address.strip())
    person = None if isinstance(parsed, AddressFault) else find_by_address(connection, fold_address(parsed))
    return person.earner_id if person else None


def _find_issuer(connection: Connection, slug: str) -> str | None:
    return connection.execute(select(col(Issuer.id)).where(col(Issuer.slug) == slug)).scalar_one_or_none()


def _is_contact(connection: Connection, address: str, issuer_id: str | None) -> bool:
    query = select(col(IssuerContact.id)).where(
        col(IssuerContact.address) == address, col(IssuerContact.issuer_id) == issuer_id
    )
    return issuer_id is not None and connection.execute(query.limit(1)).first() is not None


def _update(connection: Connection, ticket_id: str, values: dict[str, Any]) -> None:
    connection.execute(update(Ticket).where(col(Ticket.id) == ticket_id).values(values))
