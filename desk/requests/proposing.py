"""Asking others for their word: the issuer's registered contacts, or support staff.

Here belong the outcomes `confirm` and `approve`. What happens when the word is given stands in `agreeing`.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, select
from sqlmodel import col

from badges.tables import IssuerContact
from desk.mailing import Letter
from desk.people import find_issuer
from desk.requests.answering import WINDOW, is_ours
from desk.requests.case import Case, Done
from desk.requests.orders import Change
from desk.requests.proposals import VALID_FOR, Needs, count_proposals, propose
from desk.requests.recorded import Planned
from desk.requests.replies import hand_over, put_on_desk
from desk.requests.steps import plan_changes
from desk.requests.tickets import TicketState
from desk.requests.told import tell_plan
from desk.words import Role

MOST_CONFIRMATIONS = 5
"""Requests a day that go to an issuer's contacts in one writer's name: whoever forges it must not flood them."""


def ask_contacts(case: Case) -> Done:
    """Mail each registered contact of the issuer a link of their own that shows the changes. Nobody else is answered:
    the address that wrote is told what all contacts are told, or nothing."""
    order, issuer_id = case.order, case.order.asker.issuer_id
    if issuer_id is None or not order.changes:
        return hand_over(case, "there is nothing that a contact could confirm")
    plan = plan_changes(case.connection, order.changes, issuer_id)
    contacts = [row for row in _list_contacts(case, issuer_id) if not is_ours(case.office, row.address)]
    since = case.now - WINDOW
    asked = count_proposals(case.connection, Needs.CONTACT, issuer_id, order.asker.address, since)
    if not contacts or asked >= MOST_CONFIRMATIONS or any(planned.change.fault for planned in plan):
        return _put_plan_before_staff(case, issuer_id, plan)
    proposal_id = propose(case, issuer_id, Needs.CONTACT, plan)
    for contact in contacts:
        case.send(_write_to_contact(case, issuer_id, proposal_id, plan, contact))
    return Done(TicketState.WAITING, proposal_id=proposal_id)


def ask_staff(case: Case) -> Done:
    """Put the changes before staff as they are ordered."""
    return put_before_staff(case, case.order.changes)


def put_before_staff(case: Case, changes: Sequence[Change]) -> Done:
    """Put `changes`, with the fault of each that has one, before staff, and say to the asker that a person looks."""
    asker = case.order.asker
    issuer_id = asker.issuer_id
    if issuer_id is None and asker.role is Role.EARNER and asker.earner_id is not None:
        issuer_id = find_issuer(case.connection, asker.earner_id)
    if issuer_id is None or not changes:
        return hand_over(case, "there is no change that could be approved as it stands")
    return _put_plan_before_staff(case, issuer_id, plan_changes(case.connection, changes, issuer_id))


def _put_plan_before_staff(case: Case, issuer_id: str, plan: Sequence[Planned]) -> Done:
    proposal_id = propose(case, issuer_id, Needs.STAFF, plan)
    received = put_on_desk(case)
    return Done(received.state, received.answer, proposal_id=proposal_id)


def _list_contacts(case: Case, issuer_id: str) -> Sequence[Row[Any]]:
    query = _CONTACTS.where(col(IssuerContact.issuer_id) == issuer_id).order_by(col(IssuerContact.address))
    return case.connection.execute(query).all()


_CONTACTS: Select[*tuple[Any, ...]] = select(col(IssuerContact.id), col(IssuerContact.address))


def _write_to_contact(
    case: Case, issuer_id: str, proposal_id: str, plan: Sequence[Planned], contact: Row[Any]
) -> Letter:
    return Letter(
        kind="confirm_request",
        key=f"confirm/{proposal_id}/{contact.id}",
        issuer_id=issuer_id,
        earner_id=None,
        rcpt_to=contact.address,
        facts={
            "writer": case.order.asker.address,
            "changes": tell_plan(case.connection, plan),
            "proposal": proposal_id,
            "contact": contact.id,
            "expires": (case.now + VALID_FOR).date().isoformat(),
            "reference": case.reference,
        },
    )
