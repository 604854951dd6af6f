"""Proposals that nobody has answered in time: nothing changes, and their tickets wait no more.

Here belongs noting it. That a link is too old is seen when it is used, whether or not it was noted.
"""

from datetime import datetime

from badges.transactions import reading
from desk.office import Office
from desk.requests.agreeing import close_if_settled
from desk.requests.case import Docket
from desk.requests.proposals import ProposalState, decide, find_overdue, hold_proposal
from desk.requests.tickets import RULES, EntryKind, TicketState, hold_ticket

PAGE = 200
"""Proposals that are looked at in one go."""


def expire_proposals(office: Office, now: datetime) -> int:
    """Note every proposal that has run out, each in a transaction of its own; return how many there were."""
    expired = 0
    while overdue := _find_page(office, now):
        expired += sum(_expire(office, proposal_id, now) for proposal_id in overdue)
    return expired


def _find_page(office: Office, now: datetime) -> list[str]:
    with reading(office.engine).connect() as connection:
        return find_overdue(connection, now, PAGE)


def _expire(office: Office, proposal_id: str, now: datetime) -> bool:
    with office.engine.begin() as connection:
        proposed = hold_proposal(connection, proposal_id, now)
        if proposed is None or not decide(connection, proposal_id, ProposalState.EXPIRED, RULES, now):
            return False
        docket = Docket(connection, office, proposed.ticket_id, proposed.reference, now, RULES)
        docket.note("nobody has answered in time", EntryKind.PROPOSAL)
        if hold_ticket(connection, proposed.ticket_id) is TicketState.WAITING:
            close_if_settled(docket)
        return True
