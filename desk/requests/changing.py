"""Doing at once what somebody may ask for: an issuer's changes, and anybody's wish for no more notices.

Here belong the outcome `apply` and its receipt. How a change is made stands in `applying`.
"""

from collections.abc import Sequence
from dataclasses import replace

from desk.mailing import Fact
from desk.people import find_by_id
from desk.requests.applying import Applied, NotApplied, apply_changes
from desk.requests.authority import check_change
from desk.requests.case import Answer, Case, Done
from desk.requests.orders import Change
from desk.requests.proposing import put_before_staff
from desk.requests.records import Unfit, stop_notices
from desk.requests.replies import hand_over
from desk.requests.tickets import EntryKind, TicketState
from desk.requests.told import MOST_TOLD, tell_asker
from desk.words import Intent, Role
from mailer.request_words import say_changes


def apply_order(case: Case) -> Done:
    """Make the changes and answer with what changed; what cannot be made is put before staff."""
    order = case.order
    if order.intent is Intent.UNSUBSCRIBE:
        return _stop_notices(case)
    issuer_id = order.asker.issuer_id
    if issuer_id is None or not order.changes:
        return hand_over(case, "there is nothing that could be done on this writer's word")
    if order.done_already:
        return _say_already(case, issuer_id)
    if order.asker.role is not Role.ISSUER:
        return hand_over(case, "nothing proves that this writer speaks for the issuer")
    return _apply(case, issuer_id)


def _apply(case: Case, issuer_id: str) -> Done:
    order = case.order
    if any(change.fault for change in order.changes):
        return put_before_staff(case, order.changes)
    applied = apply_changes(case.connection, case.office, order.changes, case.authority(issuer_id), case.now)
    if isinstance(applied, NotApplied):
        faults = zip(order.changes, applied.faults, strict=True)
        doubtful = tuple(replace(change, fault=fault or change.fault) for change, fault in faults)
        return put_before_staff(case, doubtful)
    return finish_applied(case, applied)


def finish_applied(case: Case, applied: Applied) -> Done:
    """Return the receipt."""
    case.note(describe_applied(applied), EntryKind.CHANGE)
    return Done(TicketState.CLOSED, receipt_for(applied), group_id=applied.group_id if applied.made else None)


def receipt_for(applied: Applied) -> Answer:
    """Return what changed, with the link that undoes it; or that it was so already."""
    told: Sequence[dict[str, str | None]] = [step.told for step in applied.made + applied.already][:MOST_TOLD]
    if not applied.made:
        return Answer("no_change_receipt", {"changes": told})
    facts: dict[str, Fact] = {
        "changes": told,
        "group": applied.group_id,
        "undo_until": applied.undo_until.date().isoformat(),
    }
    return Answer("change_receipt", facts)


def describe_applied(applied: Applied) -> str:
    """Return what was done in words for staff."""
    made = [say_changes([step.told], "en") for step in applied.made]
    already = [f"so already: {say_changes([step.told], 'en')}" for step in applied.already]
    return "\n".join(made + already)


def _say_already(case: Case, issuer_id: str) -> Done:
    checked = [check_change(case.connection, change, issuer_id) for change in case.order.changes]
    if any(isinstance(change, Unfit) for change in checked):
        return hand_over(case, "not all of these earners hold a badge of the issuer that asks")
    told = tell_asker(case.connection, case.order.changes, issuer_id)
    return Done(TicketState.CLOSED, Answer("no_change_receipt", {"changes": told}))


def _stop_notices(case: Case) -> Done:
    """Stop all but account mail to the writer's own address, and to the one that an earner's mail goes to."""
    asker = case.order.asker
    if not asker.address:
        return hand_over(case, "From holds no address whose mail could be stopped")
    person = find_by_id(case.connection, asker.earner_id) if asker.earner_id else None
    told = Answer("unsubscribed", {"address": asker.address})
    if person is None:
        stop_notices(case.connection, asker.address, case.now)
        case.note(f"no more notices to {asker.address}", EntryKind.CHANGE)
        return Done(TicketState.CLOSED, told)
    changes = [
        Change(Intent.UNSUBSCRIBE, person.earner_id, new_address=address)
        for address in dict.fromkeys((asker.address, person.address))
    ]
    applied = apply_changes(case.connection, case.office, changes, case.authority(None), case.now)
    if isinstance(applied, NotApplied):
        return hand_over(case, applied.reason)
    return replace(finish_applied(case, applied), answer=told)
