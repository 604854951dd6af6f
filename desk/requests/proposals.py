"""Proposals: changes that wait for the word of a registered contact, of staff, or of the issuer.

Here belong their rows: writing one, reading it, deciding it once. Who decides comes by `links` or as `staff`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, text, update
from sqlmodel import col

from badges.ids import make_id
from badges.links import LIFETIMES, Purpose
from desk.hooks.requests import tell_of_proposal
from desk.requests.case import Case, Docket
from desk.requests.recorded import Planned, read_plan, write_plan, write_value
from desk.requests.tickets import EntryKind, hold_ticket
from desk.tables import PENDING, Proposal, Ticket
from desk.words import Intent

VALID_FOR: timedelta = LIFETIMES[Purpose.CONFIRM]


class Needs(StrEnum):
    """Whose word a proposal waits for."""

    CONTACT = "contact"
    STAFF = "staff"
    ISSUER = "issuer"


class ProposalState(StrEnum):
    """What became of a proposal."""

    PENDING = "pending"
    APPLIED = "applied"
    DECLINED = "declined"
    EXPIRED = "expired"
    UNDONE = "undone"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal with its ticket."""

    proposal_id: str
    ticket_id: str
    reference: str
    issuer_id: str
    needs: Needs
    intent: Intent
    plan: tuple[Planned, ...]
    evidence: str
    state: ProposalState
    """Expired once its days are over, whether or not anybody has noted it. One that needs staff waits on."""
    asked_by: str
    """The address that asked, folded; empty where From was not plain."""
    language: str
    expires_at: datetime
    first_agreed_by: str | None = None
    """The id of the member who agreed first, where two have to (`two_members`)."""
    first_agreed_at: datetime | None = None
    decided_at: datetime | None = None
    decided_by: str | None = None
    reason: str | None = None
    """Why it was declined or failed, in one line."""


def propose(case: Case, issuer_id: str, needs: Needs, plan: Sequence[Planned]) -> str:
    """Write a proposal on the ticket of `case`; return its id."""
    order = case.order
    return propose_on(case, issuer_id, needs, order.intent, plan, order.evidence, order.reason)


def propose_on(  # noqa: PLR0913, PLR0917 - on whose word, what and why
    docket: Docket,
    issuer_id: str,
    needs: Needs,
    intent: Intent,
    plan: Sequence[Planned],
    evidence: Mapping[str, Any],
    reason: str,
) -> str:
    """Write a proposal on a ticket; return its id."""
    proposal_id = make_id()
    values = {
        "id": proposal_id,
        "ticket_id": docket.ticket_id,
        "issuer_id": issuer_id,
        "needs": needs.value,
        "intent": intent.value,
        "changes": write_plan(plan),
        "evidence": write_value(evidence),
        "state": ProposalState.PENDING.value,
        "created_at": docket.now,
        "expires_at": docket.now + VALID_FOR,
    }
    docket.connection.execute(insert(Proposal).values(values))
    docket.note(f"needs {needs.value}: {reason}", EntryKind.PROPOSAL)
    return proposal_id


def repropose(connection: Connection, proposal_id: str, issuer_id: str, plan: Sequence[Planned]) -> None:
    """Put `plan` in the place of what is proposed, on the word of `issuer_id`. Nobody has agreed to that yet."""
    values = {"issuer_id": issuer_id, "changes": write_plan(plan), "first_agreed_by": None, "first_agreed_at": None}
    is_pending = col(Proposal.state) == ProposalState.PENDING.value
    connection.execute(update(Proposal).where(col(Proposal.id) == proposal_id, is_pending).values(values))


def find_proposal(connection: Connection, proposal_id: str, now: datetime) -> Proposed | None:
    """Return a proposal."""
    row = connection.execute(_PROPOSALS.where(col(Proposal.id) == proposal_id)).first()
    return None if row is None else _read(row, now)


def hold_proposal(connection: Connection, proposal_id: str, now: datetime) -> Proposed | None:
    """The same, and keep others from its ticket until the transaction ends."""
    ticket = select(col(Proposal.ticket_id)).where(col(Proposal.id) == proposal_id)
    ticket_id = connection.execute(ticket).scalar_one_or_none()
    if ticket_id is None:
        return None
    hold_ticket(connection, ticket_id)
    return find_proposal(connection, proposal_id, now)


def find_pending(connection: Connection, ticket_id: str, now: datetime) -> tuple[Proposed, ...]:
    """Return what is still to be decided on a ticket, the oldest first."""
    found = list_proposals(connection, [ticket_id], now)
    return tuple(proposed for proposed in found if proposed.state is ProposalState.PENDING)


def list_proposals(connection: Connection, ticket_ids: Collection[str], now: datetime) -> list[Proposed]:
    """Return all that was ever proposed on some tickets, the oldest first."""
    query = _PROPOSALS.where(col(Proposal.ticket_id).in_(ticket_ids))
    rows = connection.execute(query.order_by(col(Proposal.created_at), col(Proposal.id)))
    return [_read(row, now) for row in rows]


def find_overdue(connection: Connection, now: datetime, limit: int) -> list[str]:
    """Return the ids of proposals that nobody has answered in time, the oldest first."""
    query = select(col(Proposal.id)).where(
        text(PENDING), col(Proposal.expires_at) <= now, col(Proposal.needs) != Needs.STAFF.value
    )
    return list(connection.execute(query.order_by(col(Proposal.expires_at)).limit(limit)).scalars())


def decide(  # noqa: PLR0913, PLR0917 - who, what, when and why
    connection: Connection,
    proposal_id: str,
    state: ProposalState,
    decided_by: str,
    now: datetime,
    reason: str | None = None,
) -> bool:
    """Put a pending proposal into `state`; False if somebody was faster: each is decided once."""
    decided = connection.execute(
        update(Proposal)
        .where(col(Proposal.id) == proposal_id, col(Proposal.state) == ProposalState.PENDING.value)
        .values(state=state.value, decided_at=now, decided_by=decided_by, reason=reason)
    )
    if decided.rowcount == 1:
        tell_of_proposal(connection, proposal_id, now)
    return decided.rowcount == 1


def note_undone(connection: Connection, proposal_id: str) -> None:
    """Note that what a proposal had changed was taken back."""
    connection.execute(
        update(Proposal)
        .where(col(Proposal.id) == proposal_id, col(Proposal.state) == ProposalState.APPLIED.value)
        .values(state=ProposalState.UNDONE.value)
    )


def count_proposals(connection: Connection, needs: Needs, issuer_id: str, asked_by: str, since: datetime) -> int:
    """Count what one address has had proposed to one issuer since a moment, decided or not."""
    query = (
        select(col(Proposal.id))
        .join(Ticket, col(Ticket.id) == col(Proposal.ticket_id))
        .where(
            col(Proposal.needs) == needs.value,
            col(Proposal.issuer_id) == issuer_id,
            col(Ticket.requester_address) == asked_by,
            col(Proposal.created_at) > since,
        )
    )
    return len(connection.execute(query.limit(100)).all())


_PROPOSALS: Select[*tuple[Any, ...]] = select(
    col(Proposal.id),
    col(Proposal.ticket_id),
    col(Ticket.reference),
    col(Proposal.issuer_id),
    col(Proposal.needs),
    col(Proposal.intent),
    col(Proposal.changes),
    col(Proposal.evidence),
    col(Proposal.state),
    col(Ticket.requester_address),
    col(Ticket.language),
    col(Proposal.expires_at),
    col(Proposal.first_agreed_by),
    col(Proposal.first_agreed_at),
    col(Proposal.decided_at),
    col(Proposal.decided_by),
    col(Proposal.reason),
).join(Ticket, col(Ticket.id) == col(Proposal.ticket_id))


def _read(row: Row[Any], now: datetime) -> Proposed:
    state = ProposalState(row.state)
    if state is ProposalState.PENDING and row.needs != Needs.STAFF and row.expires_at <= now:
        state = ProposalState.EXPIRED
    return Proposed(
        row.id,
        row.ticket_id,
        row.reference,
        row.issuer_id,
        Needs(row.needs),
        Intent(row.intent),
        read_plan(row.changes),
        row.evidence,
        state,
        row.requester_address,
        row.language,
        row.expires_at,
        row.first_agreed_by,
        row.first_agreed_at,
        row.decided_at,
        row.decided_by,
        row.reason,
    )
