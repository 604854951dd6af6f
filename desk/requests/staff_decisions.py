"""What support staff decide: proposals, whoever's word they wait for, and taking changes back.

Here belong these three acts. A proposal that cannot be made as it stands stays pending, so that it can be corrected.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from desk.mailing import Fact
from desk.members.audit import Act, Actor
from desk.office import Office
from desk.requests import agreeing
from desk.requests.applying import NotApplied
from desk.requests.case import Answer, Docket
from desk.requests.orders import Change
from desk.requests.plain import clean_line
from desk.requests.proposals import Proposed, find_pending
from desk.requests.recorded import Planned
from desk.requests.requester import NotWritten, write_to_requester
from desk.requests.staff import By, Detail, TicketDone, TicketRefused, on_ticket
from desk.requests.steps import plan_changes
from desk.requests.told import tell_asker
from desk.requests.two_members import needs_two, take_word
from desk.requests.undoing import UndoState, undo_group
from desk.tables import RecordChange


def approve(  # noqa: PLR0913, PLR0917 - what, who and when
    office: Office,
    reference: str,
    actor: Actor,
    now: datetime,
    changes: Sequence[Change] | None = None,
    proposal_id: str | None = None,
    *,
    plan: Sequence[Planned] | None = None,
    seen: datetime | None = None,
) -> TicketDone | TicketRefused:
    """Make what is proposed on a ticket, and send the asker the receipt. In its place `changes`, on the records as they
    are, or `plan`, on what its author has seen of them. Where two members have to agree, the first word waits."""

    def deed(docket: Docket) -> TicketRefused | Detail:
        proposed = _choose(docket, proposal_id)
        if isinstance(proposed, TicketRefused):
            return proposed
        wanted = proposed.plan if plan is None else tuple(plan)
        if changes is not None:
            wanted = tuple(plan_changes(docket.connection, changes, proposed.issuer_id))
        if not wanted:
            return TicketRefused("nothing is chosen")
        told = {"issuer_id": proposed.issuer_id, "proposal": proposed.proposal_id}
        if needs_two(office, wanted):
            waits = take_word(docket, proposed, wanted, actor)
            if waits is not None:
                return TicketRefused(waits) if isinstance(waits, str) else told | waits
        done = agreeing.agree(docket, proposed, wanted)
        if isinstance(done, NotApplied):
            return TicketRefused(f"it cannot be done: {_number(done.faults)}")
        agreeing.close_if_settled(docket)
        _tell(docket, done.receipt)
        return told

    return on_ticket(office, reference, By(actor, seen), Act.CHANGE_APPROVED, now, deed)


def decline(  # noqa: PLR0913, PLR0917 - what, who, when and why
    office: Office,
    reference: str,
    actor: Actor,
    now: datetime,
    reason: str = "",
    proposal_id: str | None = None,
    *,
    seen: datetime | None = None,
) -> TicketDone | TicketRefused:
    """Decline what is proposed on a ticket and tell the asker, with the reason if there is one."""

    def deed(docket: Docket) -> TicketRefused | Detail:
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
        return {"issuer_id": proposed.issuer_id, "proposal": proposed.proposal_id, "reason": why}

    return on_ticket(office, reference, By(actor, seen), Act.CHANGE_DECLINED, now, deed)


def undo(  # noqa: PLR0913 - what, who and when
    office: Office,
    reference: str,
    actor: Actor,
    now: datetime,
    group_id: str | None = None,
    *,
    seen: datetime | None = None,
) -> TicketDone | TicketRefused:
    """Take back one group of changes that a ticket has made, or the last, also after the link in the receipt has run
    out."""

    def deed(docket: Docket) -> TicketRefused | Detail:
        newest = (
            select(col(RecordChange.group_id), col(RecordChange.issuer_id))
            .where(col(RecordChange.ticket_id) == docket.ticket_id, col(RecordChange.undone_at).is_(None))
            .order_by(col(RecordChange.made_at).desc())
            .limit(1)
        )
        if group_id is not None:
            newest = newest.where(col(RecordChange.group_id) == group_id)
        found = docket.connection.execute(newest).first()
        if found is None:
            return TicketRefused(f"{docket.reference} has changed nothing that could be taken back")
        undone = undo_group(docket.connection, office, found.group_id, actor.name, now)
        if undone.state is not UndoState.UNDONE:
            return TicketRefused("the record has changed since, so nothing was taken back")
        return {"issuer_id": found.issuer_id, "group": found.group_id}

    return on_ticket(office, reference, By(actor, seen), Act.CHANGE_UNDONE, now, deed)


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
