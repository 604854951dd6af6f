"""Changes that two members must agree to: the first agreement is written down, another member's makes the change.

Here belongs that rule alone. Which kinds of change it holds for is a setting (`second_approval`). Who agrees is told
by the member's id, which comes with a session that has given a password and a second factor: a name that somebody
gives at the command line, or a token of the API, is nobody's word here. A contact who confirms by signed link is the
issuer's word, and needs no member.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select, update
from sqlmodel import col

from desk.members.audit import Actor
from desk.members.tables import Member
from desk.office import Office
from desk.requests.case import Docket
from desk.requests.proposals import Proposed
from desk.requests.recorded import Planned, write_plan
from desk.requests.records import PARTS, Unfit
from desk.requests.steps import prepare_steps
from desk.requests.tickets import EntryKind
from desk.tables import Proposal


def needs_two(office: Office, plan: Sequence[Planned]) -> bool:
    """Tell whether two members must agree to a plan: what is changed counts, not what the request was called."""
    return any(planned.change.kind in office.second_approval for planned in plan)


def take_word(docket: Docket, proposed: Proposed, plan: Sequence[Planned], actor: Actor) -> str | dict[str, Any] | None:
    """Take a member's agreement to `plan`: None if it is the second, so that the changes are to be made; why it does
    not count; or what the audit trail tells of the first. The caller holds the ticket.

    Whoever agrees to something else than the first did is the first again.
    """
    connection = docket.connection
    if not _may_agree(connection, actor.member_id):
        return "two members have to agree to this, each logged in to the console"
    is_same = tuple(plan) == proposed.plan
    first = proposed.first_agreed_by
    if is_same and first == actor.member_id:
        return "you have agreed to this already; another member has to agree"
    if is_same and first is not None and _may_agree(connection, first):
        return None
    if unfit := _find_fault(connection, proposed, plan):
        return f"it cannot be done: {unfit}"
    agreed = {"changes": write_plan(plan), "first_agreed_by": actor.member_id, "first_agreed_at": docket.now}
    connection.execute(update(Proposal).where(col(Proposal.id) == proposed.proposal_id).values(agreed))
    docket.note("agreed to; another member has to agree as well", EntryKind.PROPOSAL)
    return {"waits": True}


def _may_agree(connection: Connection, member_id: str | None) -> bool:
    """Tell whether this is a member of the staff: the first may have been shut out since."""
    is_staff = col(Member.is_support) | col(Member.is_administrator)
    query = select(col(Member.id)).where(col(Member.id) == member_id, col(Member.disabled_at).is_(None), is_staff)
    return member_id is not None and connection.execute(query).first() is not None


def _find_fault(connection: Connection, proposed: Proposed, plan: Sequence[Planned]) -> str:
    writing = [planned for planned in plan if planned.change.kind in PARTS]
    steps = prepare_steps(connection, writing, proposed.issuer_id)
    return "; ".join(step.reason for step in steps if isinstance(step, Unfit))
