"""Carrying out what was decided on a request: the one way from an order to acts, tickets and answers.

Here belong the table of outcomes and what all of them have in common. Everything happens in the caller's transaction,
so that a decision and what came of it are recorded together or not at all.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from badges.transactions import take_turn_for
from desk.office import Office
from desk.requests.answering import answer
from desk.requests.asking import ask_back
from desk.requests.case import Case, Done
from desk.requests.changing import apply_order
from desk.requests.orders import Order
from desk.requests.proposals import Needs, find_pending
from desk.requests.proposing import ask_contacts, ask_staff
from desk.requests.relaying import relay_request
from desk.requests.replies import answer_question, put_on_desk
from desk.requests.sending import send_order
from desk.requests.threads import NamesAnother, find_thread
from desk.requests.tickets import (
    RULES,
    Entry,
    EntryKind,
    TicketState,
    add_entry,
    go_on_with,
    hold_ticket,
    open_ticket,
    set_state,
)
from desk.words import Outcome


@dataclass(frozen=True, slots=True)
class CarriedOut:
    """What became of an order."""

    ticket_id: str | None
    """None for drop and bounce, which are nobody's request."""
    reference: str | None
    is_answered: bool
    silence: str | None = None
    """Why an answer that there would have been was not sent."""
    group_id: str | None = None
    """Of the changes that were made (`desk.tables.RecordChange`)."""
    proposal_id: str | None = None


OUTCOMES: Mapping[Outcome, Callable[[Case], Done]] = {
    Outcome.APPLY: apply_order,
    Outcome.CONFIRM: ask_contacts,
    Outcome.APPROVE: ask_staff,
    Outcome.ASK: ask_back,
    Outcome.REDIRECT: relay_request,
    Outcome.SEND_LINK: send_order,
    Outcome.RESEND: send_order,
    Outcome.ANSWER: answer_question,
    Outcome.TICKET: put_on_desk,
}
"""What is done for each outcome. Nobody's request comes to drop or bounce."""


def carry_out(connection: Connection, office: Office, order: Order, now: datetime) -> CarriedOut:
    """Do what `order` says. Whatever cannot be done as it was decided is put before staff."""
    act = OUTCOMES.get(order.outcome)
    if act is None:
        return CarriedOut(None, None, is_answered=False)
    # Two mails of one writer come one after the other, so that the limits hold.
    take_turn_for(connection, f"asker {order.asker.address}")
    case, was_open = _take_up(connection, office, order, now)
    done = act(case)
    silence = answer(case, done.answer) if done.answer else None
    if silence is not None:
        case.note(f"not answered: {silence}")
        if order.outcome is Outcome.ASK:
            # What nobody was asked, nobody will answer.
            done = replace(done, state=TicketState.OPEN)
    _settle(case, done, was_open=was_open)
    is_answered = done.answer is not None and silence is None
    return CarriedOut(case.ticket_id, case.reference, is_answered, silence, done.group_id, done.proposal_id)


def _take_up(connection: Connection, office: Office, order: Order, now: datetime) -> tuple[Case, bool]:
    """Find or open the ticket and write the mail and the decision on it; tell whether a person had it open."""
    ticket_id, reference, was_open = order.ticket_id, None, False
    if ticket_id is not None:
        was_open = hold_ticket(connection, ticket_id) is TicketState.OPEN
        reference = go_on_with(connection, ticket_id, order)
    if ticket_id is None or reference is None:
        ticket_id, reference = open_ticket(connection, order, now)
    case = Case(connection, office, ticket_id, reference, now, RULES, order)
    mail = Entry(
        EntryKind.MAIL_IN,
        order.asker.address,
        order.text,
        raw_mail_id=order.thread.raw_mail_id or None,
        internet_message_id=order.thread.message_id,
    )
    add_entry(connection, ticket_id, mail, now)
    case.note(f"{order.asker.role} {order.intent} {order.outcome}: {order.reason}", EntryKind.DECISION)
    if order.note:
        case.note(order.note)
    if order.ticket_id is None:
        _note_other_ticket(case)
    return case, was_open


def _note_other_ticket(case: Case) -> None:
    named = find_thread(case.connection, case.order.thread, case.order.asker)
    if isinstance(named, NamesAnother):
        case.note(f"the mail names {named.reference}, which is not this writer's")


def _settle(case: Case, done: Done, *, was_open: bool) -> None:
    """Put the ticket into the state that it is left in: what waits for a person stays open."""
    state = done.state
    pending = find_pending(case.connection, case.ticket_id, case.now)
    if was_open or any(proposed.needs is Needs.STAFF for proposed in pending):
        state = TicketState.OPEN
    elif pending and state is TicketState.CLOSED:
        state = TicketState.WAITING
    set_state(case.connection, case.ticket_id, state, RULES, case.now)
