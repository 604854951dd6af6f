"""The signed links that proposals are decided by: `/confirm` for a registered contact, `/grant` for the issuer.

Here belong the acts behind the two pages. Looking changes nothing, agreeing and declining work once; whoever comes
later is told what became of it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select
from sqlmodel import col

from badges.links import Expired, Forged, Genuine, Payload, Purpose
from badges.tables import Issuer, IssuerContact
from badges.transactions import reading
from desk.mailing import Letter
from desk.office import Office
from desk.requests.agreeing import agree, close_if_settled, decline, fail
from desk.requests.applying import NotApplied
from desk.requests.case import Answer, Docket
from desk.requests.proposals import Needs, ProposalState, Proposed, find_proposal, hold_proposal
from desk.requests.requester import first_facts, write_to_requester
from desk.requests.tickets import TicketState, hold_ticket
from desk.requests.told import Told, tell_plan


@dataclass(frozen=True, slots=True)
class Decider:
    """Whose word the link brings: a registered contact's, or that of the issuer's support address."""

    address: str
    name: str


@dataclass(frozen=True, slots=True)
class OpenProposal:
    """What the link shows: the exact changes, who wrote, and what has become of them."""

    proposed: Proposed
    decider: Decider
    issuer_name: str
    language: str
    """The issuer's."""
    changes: Sequence[Told]

    @property
    def state(self) -> ProposalState:
        """Pending: the buttons are there."""
        return self.proposed.state


@dataclass(frozen=True, slots=True)
class LinkRefused:
    """No link of ours, or too old, or its bearer speaks for the issuer no more."""

    expired: bool


Act = Callable[[Docket, OpenProposal], bool]
"""Returns whether the proposal is settled; else staff have to look at it."""
_NEEDS = {Purpose.CONFIRM: Needs.CONTACT, Purpose.GRANT: Needs.ISSUER}


def read_proposal_link(office: Office, purpose: Purpose, token: str, now: datetime) -> OpenProposal | LinkRefused:
    """Tell what the link shows. Changes nothing."""
    payload = _unsign(office, purpose, token, now)
    if isinstance(payload, LinkRefused):
        return payload
    with reading(office.engine).connect() as connection:
        return _find(connection, purpose, payload, find_proposal(connection, str(payload[0]), now))


def agree_by_link(office: Office, purpose: Purpose, token: str, now: datetime) -> OpenProposal | LinkRefused:
    """Make the changes, unless they are decided already; return how it stands."""
    return _decide(office, purpose, token, now, _agree)


def decline_by_link(office: Office, purpose: Purpose, token: str, now: datetime) -> OpenProposal | LinkRefused:
    """Decline the changes, unless they are decided already; return how it stands."""
    return _decide(office, purpose, token, now, _decline)


def _decide(office: Office, purpose: Purpose, token: str, now: datetime, act: Act) -> OpenProposal | LinkRefused:
    payload = _unsign(office, purpose, token, now)
    if isinstance(payload, LinkRefused):
        return payload
    with office.engine.begin() as connection:
        found = _find(connection, purpose, payload, hold_proposal(connection, str(payload[0]), now))
        if isinstance(found, LinkRefused) or found.state is not ProposalState.PENDING:
            return found
        proposed = found.proposed
        docket = Docket(connection, office, proposed.ticket_id, proposed.reference, now, found.decider.address)
        is_waiting = hold_ticket(connection, proposed.ticket_id) is TicketState.WAITING
        is_settled = act(docket, found)
        if is_settled and is_waiting:  # an open one has something on it that staff have yet to read
            close_if_settled(docket)
        return replace(found, proposed=find_proposal(connection, proposed.proposal_id, now) or proposed)


def _agree(docket: Docket, found: OpenProposal) -> bool:
    done = agree(docket, found.proposed)
    if isinstance(done, NotApplied):
        fail(docket, found.proposed, done)
        return False
    docket.send(_write_receipt(found, done.receipt))
    return True


def _decline(docket: Docket, found: OpenProposal) -> bool:
    decline(docket, found.proposed)
    if found.proposed.needs is Needs.ISSUER:
        # The earner asked; whoever claimed to be a contact is told nothing.
        write_to_requester(docket, Answer("request_declined", {"changes": found.changes, "reason": None}))
    return True


def _write_receipt(found: OpenProposal, receipt: Answer) -> Letter:
    proposed, decider = found.proposed, found.decider
    return Letter(
        kind=receipt.kind,
        key=f"agreed/{proposed.proposal_id}",
        issuer_id=proposed.issuer_id,
        earner_id=None,
        rcpt_to=decider.address,
        facts={**first_facts(decider.name, proposed.reference), **receipt.facts},
    )


def _unsign(office: Office, purpose: Purpose, token: str, now: datetime) -> Payload | LinkRefused:
    match office.links.unsign(purpose, token, now):
        case Genuine(payload) if payload and all(isinstance(part, str) for part in payload):
            return payload
        case Expired():
            return LinkRefused(expired=True)
        case Genuine() | Forged():
            return LinkRefused(expired=False)


def _find(
    connection: Connection, purpose: Purpose, payload: Payload, proposed: Proposed | None
) -> OpenProposal | LinkRefused:
    if proposed is None or proposed.needs is not _NEEDS[purpose]:
        return LinkRefused(expired=False)
    issuer = connection.execute(_ISSUERS.where(col(Issuer.id) == proposed.issuer_id)).one()
    decider: Decider | None = Decider(issuer.support_email, issuer.name)
    if purpose is Purpose.CONFIRM:
        decider = _find_contact(connection, payload, proposed.issuer_id)
    if decider is None:
        return LinkRefused(expired=True)
    changes = tell_plan(connection, proposed.plan)
    return OpenProposal(proposed, decider, issuer.name, issuer.language, changes)


def _find_contact(connection: Connection, payload: Payload, issuer_id: str) -> Decider | None:
    """Return the contact that the link was minted for, if they are still one."""
    if len(payload) != 2:
        return None
    query = select(col(IssuerContact.address), col(IssuerContact.name)).where(
        col(IssuerContact.id) == payload[1], col(IssuerContact.issuer_id) == issuer_id
    )
    row = connection.execute(query).first()
    return Decider(row[0], row[1] or "") if row else None


_ISSUERS: Select[*tuple[Any, ...]] = select(
    col(Issuer.id), col(Issuer.name), col(Issuer.support_email), col(Issuer.language)
)
