"""What support staff decide: proposals, whoever's word they wait for, and taking changes back.

Here belong these three acts. A proposal that cannot be made as it stands stays pending, so that it can be corrected.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from desk.mailing import Fact
from desk.office import Office
from desk.requests import agreeing
from desk.requests.applying import NotApplied
from desk.requests.case import Answer, Docket
from desk.requests.orders import Change
from desk.requests.plain import clean_line
from desk.requests.proposals import Proposed, find_pending
from desk.requests.requester import NotWritten, write_to_requester
from desk.requests.staff import TicketDone, TicketRefused, on_ticket
from desk.requests.steps import plan_changes
from desk.requests.told import tell_asker
from desk.requests.undoing import UndoState, undo_group
from desk.tables import RecordChange


def approve(  # noqa: PLR0913, PLR0917 - what, who and when
    office: Office,
    reference: str,
    author: str,
    now: datetime,
    changes: Sequence[Change] | None = None,
    proposal_id: str | None = None,
) -> TicketDone | TicketRefused:
    """Make what is proposed on a ticket, or `changes` in its place, and send the asker the receipt."""

    def act(docket: Docket) -> TicketRefused | None:
        proposed = _choose(docket, proposal_id)
        if isinstance(proposed, TicketRefused):
            return proposed
        plan = None if changes is None else plan_changes(docket.connection, changes, proposed.issuer_id)
        done = agreeing.agree(docket, proposed, plan)
        if isinstance(done, NotApplied):
            return TicketRefused(f"it cannot be done: {_number(done.faults)}")
        agreeing.close_if_settled(docket)
        _tell(docket, done.receipt)
        return None

    return on_ticket(office, reference, author, now, act)


def decline(  # noqa: PLR0913, PLR0917 - what, who, when and why
    office: Office, reference: str, author: str, now: datetime, reason: str = "", proposal_id: str | None = None
) -> TicketDone | TicketRefused:
    """Decline what is proposed on a ticket and tell the asker, with the reason if there is one."""

    def act(docket: Docket) -> TicketRefused | None:
        proposed = _choose(docket, proposal_id)
        if isinstance(proposed, TicketRefused):
            return proposed
        why = clean_line(reason) or None
        agreeing.decline(docket, proposed, why)
        agreeing.close_if_settled(docket)
        facts: dict[str, Fact] = {
            "changes": tell_asker(docket.connection, [planned.change for planned in proposed.plan], proposed.issuer_id),
            "reason": why,
        }
        _tell(docket, Answer("request_declined", facts))
        return None

    return on_ticket(office, reference, author, now, act)


def undo(office: Office, reference: str, author: str, now: datetime) -> TicketDone | TicketRefused:
    """Take back what was changed last on a ticket, also after the link in the receipt has run out."""

    def act(docket: Docket) -> TicketRefused | None:
        newest = (
            select(col(RecordChange.group_id))
            .where(col(RecordChange.ticket_id) == docket.ticket_id, col(RecordChange.undone_at).is_(None))
            .order_by(col(RecordChange.made_at).desc())
            .limit(1)
        )
        group_id = docket.connection.execute(newest).scalar_one_or_none()
        if group_id is None:
            return TicketRefused(f"{docket.reference} has changed nothing that could be taken back")
        undone = undo_group(docket.connection, office, group_id, author, now)
        is_done = undone.state is UndoState.UNDONE
        return None if is_done else TicketRefused("the record has changed since, so nothing was taken back")

    return on_ticket(office, reference, author, now, act)


def _choose(docket: Docket, proposal_id: str | None) -> Proposed | TicketRefused:
    pending = find_pending(docket.connection, docket.ticket_id, docket.now)
    named = [proposed for proposed in pending if proposal_id in (None, proposed.proposal_id)]
    if not named:
        return TicketRefused(f"nothing is proposed on {docket.reference}")
    if len(named) > 1:
        return TicketRefused(f"name one of the proposals {', '.join(proposed.proposal_id for proposed in named)}")
    return named[0]


def _tell(docket: Docket, answer: Answer) -> None:
    refused = write_to_requester(docket, answer)
    if isinstance(refused, NotWritten):
        docket.note(f"the asker was not told: {refused.reason}")


def _number(faults: Sequence[str | None]) -> str:
    return "; ".join(f"number {number}: {fault}" for number, fault in enumerate(faults, 1) if fault)
