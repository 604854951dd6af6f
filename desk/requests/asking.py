"""Asking for what a mail does not say, and keeping what it said until the answer comes.

Here belong the outcome `ask`, and what its open question is read back as when a reply joins the ticket.
"""

import json
from dataclasses import dataclass

from sqlalchemy import Connection, select
from sqlmodel import col

from desk.mailing import Fact
from desk.requests.case import Answer, Case, Done
from desk.requests.orders import Change
from desk.requests.recorded import read_changes, write_changes
from desk.requests.replies import hand_over
from desk.requests.tickets import EntryKind, TicketState
from desk.requests.told import tell_asker
from desk.tables import Ticket, TicketEntry
from desk.words import Intent, Outcome


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """What a ticket waits for."""

    intent: Intent
    changes: tuple[Change, ...]
    """As far as they were understood: a reply goes on from here."""
    lacks: tuple[str, ...]
    """Words of `inbound.facts.Lack`: what was asked for."""


def ask_back(case: Case) -> Done:
    """Ask for what is missing, and keep what is known."""
    order = case.order
    if not order.lacks:
        return hand_over(case, "nothing is missing that could be asked for")
    case.note(_write(OpenRequest(order.intent, order.changes, order.lacks)), EntryKind.QUESTION)
    known: Fact = tell_asker(case.connection, order.changes, order.asker.issuer_id) or None
    return Done(TicketState.WAITING, Answer("question", {"lacks": list(order.lacks), "changes": known}))


def read_open_request(connection: Connection, ticket_id: str) -> OpenRequest | None:
    """Return what was asked on a ticket and is still to be answered; None if nothing is. Changes nothing."""
    query = (
        select(col(TicketEntry.text))
        .join(Ticket, col(Ticket.id) == col(TicketEntry.ticket_id))
        .where(
            col(Ticket.id) == ticket_id,
            col(Ticket.state) != TicketState.CLOSED.value,
            col(Ticket.outcome) == Outcome.ASK.value,
            col(TicketEntry.kind) == EntryKind.QUESTION.value,
        )
        .order_by(col(TicketEntry.created_at).desc())
        .limit(1)
    )
    text = connection.execute(query).scalar_one_or_none()
    return None if text is None else read_question(text)


def read_question(text: str) -> OpenRequest:
    """Return what an entry of this kind holds."""
    content = json.loads(text)
    return OpenRequest(Intent(content["intent"]), read_changes(content["changes"]), tuple(content["lacks"]))


def _write(request: OpenRequest) -> str:
    content = {"intent": request.intent, "changes": write_changes(request.changes), "lacks": list(request.lacks)}
    return json.dumps(content)
