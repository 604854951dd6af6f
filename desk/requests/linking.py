"""Whom a ticket is about, as staff say it; and proposing by hand what the rules have not understood.

Here belong these two acts. Neither changes a record, and neither gives anybody a say: `authority` is asked when a
change is foreseen, and again when it is made.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select, update
from sqlmodel import col

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
from desk.requests.sending import SENDS
from desk.requests.staff import By, Detail, TicketDone, TicketRefused, on_ticket
from desk.requests.tickets import EntryKind
from desk.tables import Ticket
from desk.words import Role
from wire.address import AddressFault, fold_address, parse_address


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
        about = {"earner_id": earner_id, "issuer_id": issuer_id}
        connection.execute(update(Ticket).where(col(Ticket.id) == docket.ticket_id).values(about))
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
_TICKETS: Select[*tuple[Any, ...]] = select(
    col(Ticket.id), col(Ticket.role), col(Ticket.requester_address), col(Ticket.earner_id), col(Ticket.issuer_id)
)


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
