"""Agreeing to a proposal, or declining it: what the word of a contact, an issuer or staff sets in motion.

Here belongs the one way from a proposal to its changes, in the caller's transaction. How the word comes in stands in
`proposal_links` and `staff`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from desk.requests.applying import Applied, NotApplied, apply_plan
from desk.requests.authority import Authority
from desk.requests.case import Answer, Docket
from desk.requests.changing import describe_applied, receipt_for
from desk.requests.proposals import ProposalState, Proposed, decide, find_pending
from desk.requests.recorded import Planned
from desk.requests.sending import RECEIPTS, SENDS, send_to_all
from desk.requests.tickets import EntryKind, TicketState, set_state
from desk.requests.told import tell_asker


@dataclass(frozen=True, slots=True)
class Agreed:
    """Done; `receipt` says what changed."""

    receipt: Answer
    group_id: str | None
    """Of the changes; None where no record changed."""


def agree(docket: Docket, proposed: Proposed, plan: Sequence[Planned] | None = None) -> Agreed | NotApplied:
    """Do what was proposed on the word of the docket's author, or `plan` in its place; or nothing at all.

    The caller holds the proposal (`proposals.hold_proposal`) and has seen that it is pending.
    """
    plan = proposed.plan if plan is None else plan
    kinds = {planned.change.kind for planned in plan}
    done = _send(docket, proposed, plan) if kinds and kinds <= SENDS else _apply(docket, proposed, plan)
    if isinstance(done, Agreed):
        decide(docket.connection, proposed.proposal_id, ProposalState.APPLIED, docket.author, docket.now)
    return done


def fail(docket: Docket, proposed: Proposed, fault: NotApplied) -> None:
    """Note that a proposal that was agreed to cannot be made any more: staff look at it."""
    decide(docket.connection, proposed.proposal_id, ProposalState.FAILED, docket.author, docket.now, fault.reason)
    docket.note(f"agreed to, and could not be done: {fault.reason}")
    set_state(docket.connection, docket.ticket_id, TicketState.OPEN, docket.author, docket.now)


def decline(docket: Docket, proposed: Proposed, reason: str | None = None) -> None:
    """Note that a proposal was declined: nothing changes."""
    decide(docket.connection, proposed.proposal_id, ProposalState.DECLINED, docket.author, docket.now, reason)
    docket.note(f"declined{f': {reason}' if reason else ''}", EntryKind.PROPOSAL)


def close_if_settled(docket: Docket) -> None:
    """Close the ticket, unless something else that is proposed on it waits for somebody."""
    if not find_pending(docket.connection, docket.ticket_id, docket.now):
        set_state(docket.connection, docket.ticket_id, TicketState.CLOSED, docket.author, docket.now)


def _apply(docket: Docket, proposed: Proposed, plan: Sequence[Planned]) -> Agreed | NotApplied:
    authority = Authority(
        proposed.issuer_id,
        proposed.asked_by,
        json.loads(proposed.evidence) | {"agreed_by": docket.author, "needed": proposed.needs.value},
        docket.ticket_id,
        proposed.proposal_id,
    )
    applied = apply_plan(docket.connection, docket.office, plan, authority, docket.now)
    if isinstance(applied, NotApplied):
        return applied
    docket.note(describe_applied(applied), EntryKind.CHANGE)
    return Agreed(receipt_for(applied), _group_of(applied))


def _send(docket: Docket, proposed: Proposed, plan: Sequence[Planned]) -> Agreed | NotApplied:
    changes = [planned.change for planned in plan]
    sent = send_to_all(docket, changes, proposed.issuer_id)
    if not sent:
        return NotApplied(("no mail could be sent",))
    told = {"changes": tell_asker(docket.connection, sent, proposed.issuer_id)}
    return Agreed(Answer(RECEIPTS[sent[0].kind], told), None)


def _group_of(applied: Applied) -> str | None:
    return applied.group_id if applied.made else None
