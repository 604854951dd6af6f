"""Telling earners that the issuer decides, and passing their request on to the issuer's support address.

Here belongs the outcome `redirect`. Where the change is known and concerns this issuer alone, the mail brings a link
that grants it; what a click on it does stands in `agreeing`.
"""

from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlmodel import col

from badges.names import shares_part
from badges.tables import Issuer
from desk.hooks.events import EventKind
from desk.hooks.requests import tell_of_ticket
from desk.mailing import Fact, Letter
from desk.people import Person, find_by_id
from desk.requests.answering import WINDOW, is_ours
from desk.requests.authority import is_shared, list_awards, select_held
from desk.requests.case import Answer, Case, Done
from desk.requests.orders import Change
from desk.requests.plain import clean_line
from desk.requests.proposals import VALID_FOR, Needs, propose
from desk.requests.replies import hand_over
from desk.requests.steps import plan_changes
from desk.requests.tickets import EntryKind, TicketState
from desk.requests.told import tell_asker
from desk.tables import Ticket, TicketEntry
from desk.words import Intent
from mailer.queue.tables import Message
from mailer.quoting import tidy_lines

MOST_RELAYS = 5
"""Requests a day that are passed on in one earner's name: whoever forges it must not flood the issuer."""

_RELAYED = "relayed_request"
_ISSUERS: Select[*tuple[Any, ...]] = select(col(Issuer.id), col(Issuer.name), col(Issuer.support_email))
_NOT_SAID = "…"


def relay_request(case: Case) -> Done:
    """Pass the request on and tell the earner whom it went to."""
    asker = case.order.asker
    person = find_by_id(case.connection, asker.earner_id) if asker.earner_id else None
    issuer = _find_issuer(case, person) if person else None
    if person is None or issuer is None:
        return hand_over(case, "there is no issuer to pass this on to")
    if is_ours(case.office, issuer.support_email):
        return hand_over(case, f"{issuer.name} is written to at an address of ours")
    if _count_relays(case) >= MOST_RELAYS:
        return hand_over(case, f"{MOST_RELAYS} requests were passed on for this address today")
    change = _find_change(case, person, issuer.id)
    proposal_id = _propose(case, issuer.id, change) if change else None
    case.send(_write_to_issuer(case, person, issuer, change, proposal_id))
    tell_of_ticket(case.connection, case.ticket_id, EventKind.REQUEST_OPENED, case.now, relayed_to=issuer.id)
    told = Answer("request_relayed", {"issuer_name": issuer.name, "issuer_support": issuer.support_email})
    return Done(TicketState.WAITING if proposal_id else TicketState.CLOSED, told, proposal_id=proposal_id)


def _find_issuer(case: Case, person: Person) -> Row[Any] | None:
    """Return the issuer of the badge that is named, else of the newest one."""
    held = case.connection.execute(select_held(person.earner_id)).all()
    named = {change.assertion_id for change in case.order.changes}
    chosen = next((award for award in held if award.id in named), held[0] if held else None)
    if chosen is None:
        return None
    return case.connection.execute(_ISSUERS.where(col(Issuer.id) == chosen.issuer_id)).one()


def _find_change(case: Case, person: Person, issuer_id: str) -> Change | None:
    """Return what the issuer could grant with one click; None: it has to write to us itself.

    A name that another issuer's badge bears too, or that looks like another person's, is not granted so.
    """
    if case.order.intent is Intent.UNLOCK:
        return Change(Intent.UNLOCK, person.earner_id)
    if case.order.intent is not Intent.NAME_CHANGE:
        return None
    own = [change for change in case.order.changes if change.earner_id == person.earner_id and change.new_name]
    if (
        len(own) != 1
        or own[0].kind is not Intent.NAME_CHANGE
        or is_shared(case.connection, person.earner_id, issuer_id)
    ):
        return None
    return own[0] if shares_part(person.name, own[0].new_name or "") else None


def _propose(case: Case, issuer_id: str, change: Change) -> str | None:
    plan = plan_changes(case.connection, [change], issuer_id)
    if any(planned.change.fault for planned in plan) or not list_awards(case.connection, change.earner_id, issuer_id):
        return None
    return propose(case, issuer_id, Needs.ISSUER, plan)


def _write_to_issuer(
    case: Case, person: Person, issuer: Row[Any], change: Change | None, proposal_id: str | None
) -> Letter:
    grant: dict[str, Fact] = {"changes": None, "proposal": None, "expires": None}
    if change is not None and proposal_id is not None:
        grant = {
            "changes": tell_asker(case.connection, [change], issuer.id),
            "proposal": proposal_id,
            "expires": (case.now + VALID_FOR).date().isoformat(),
        }
    return Letter(
        kind=_RELAYED,
        key=f"{_RELAYED}/{case.ticket_id}/{case.order.thread.raw_mail_id}",
        issuer_id=issuer.id,
        earner_id=person.earner_id,
        rcpt_to=issuer.support_email,
        facts={
            "name": person.name,
            "address": case.order.asker.address,
            "intent": case.order.intent.value,
            "text": tidy_lines(case.order.text) or clean_line(case.order.thread.subject) or _NOT_SAID,
            "reference": case.reference,
            **grant,
        },
    )


def _count_relays(case: Case) -> int:
    query = (
        select(func.count())
        .select_from(TicketEntry)
        .join(Ticket, col(Ticket.id) == col(TicketEntry.ticket_id))
        .join(Message, col(Message.id) == col(TicketEntry.message_id))
        .where(
            col(Ticket.requester_address) == case.order.asker.address,
            col(TicketEntry.kind) == EntryKind.MAIL_OUT.value,
            col(Message.kind) == _RELAYED,
            col(TicketEntry.created_at) > case.now - WINDOW,
        )
    )
    return case.connection.execute(query).scalar_one()
