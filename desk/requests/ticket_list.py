"""Looking at tickets: a list by filters, one with everything on it. Nothing here changes anything."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, or_, select
from sqlmodel import col

from badges.transactions import reading
from desk.requests.asking import read_question
from desk.requests.proposals import Proposed, find_proposals
from desk.requests.references import read_reference
from desk.requests.tickets import EntryKind, TicketState
from desk.requests.told import Told, tell_change, tell_plan
from desk.tables import RecordChange, Ticket, TicketEntry

MOST = 1000
"""Entries of one ticket that are shown, the newest."""


@dataclass(frozen=True, slots=True)
class TicketRow:
    """A ticket in a list."""

    reference: str
    state: TicketState
    subject: str
    role: str
    intent: str
    outcome: str
    requester: str
    queue: str
    assigned_to: str | None
    priority: int
    reason: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class EntryShown:
    """Something that happened on a ticket."""

    at: datetime
    kind: EntryKind
    author: str
    text: str
    raw_mail_id: str | None
    message_id: str | None


@dataclass(frozen=True, slots=True)
class ProposalShown:
    """A proposal with its changes, each with the fault that speaks against it."""

    proposed: Proposed
    changes: Sequence[tuple[Told, str | None]]


@dataclass(frozen=True, slots=True)
class ChangeShown:
    """A change that was made."""

    group_id: str
    kind: str
    earner_id: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    made_at: datetime
    undo_until: datetime | None
    undone_at: datetime | None
    undone_by: str | None


@dataclass(frozen=True, slots=True)
class TicketShown:
    """A ticket with everything on it."""

    row: TicketRow
    entries: Sequence[EntryShown]
    proposals: Sequence[ProposalShown]
    changes: Sequence[ChangeShown]


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """Which tickets to list; None: all."""

    state: TicketState | None = None
    assigned_to: str | None = None
    intent: str | None = None
    queue: str | None = None
    search: str | None = None
    """A part of the subject, the requester's address, or a reference."""


def list_tickets(engine: Engine, wanted: TicketFilter, limit: int = 50) -> list[TicketRow]:
    """Return tickets, the most urgent first, then those that have waited longest."""
    query = _TICKETS
    exact = {
        col(Ticket.state): wanted.state.value if wanted.state else None,
        col(Ticket.assigned_to): wanted.assigned_to,
        col(Ticket.intent): wanted.intent,
        col(Ticket.queue): wanted.queue,
    }
    for column, value in exact.items():
        query = query if value is None else query.where(column == value)
    if wanted.search:
        text = wanted.search.strip()
        query = query.where(
            or_(
                col(Ticket.reference) == read_reference(text),
                col(Ticket.requester_address).contains(text.lower(), autoescape=True),
                col(Ticket.subject).icontains(text, autoescape=True),
            )
        )
    query = query.order_by(col(Ticket.priority).desc(), col(Ticket.updated_at), col(Ticket.id)).limit(limit)
    with reading(engine).connect() as connection:
        return [_read_row(row) for row in connection.execute(query)]


def show_ticket(engine: Engine, reference: str, now: datetime) -> TicketShown | None:
    """Return the ticket that is called so."""
    with reading(engine).connect() as connection:
        found = find_ticket_id(connection, reference)
        if found is None:
            return None
        ticket_id, _ = found
        row = connection.execute(_TICKETS.where(col(Ticket.id) == ticket_id)).one()
        proposals = [_show_proposal(connection, proposed) for proposed in find_proposals(connection, ticket_id, now)]
        return TicketShown(
            _read_row(row), _list_entries(connection, ticket_id), proposals, _list_changes(connection, ticket_id)
        )


def find_ticket_id(connection: Connection, reference: str) -> tuple[str, str] | None:
    """Return id and reference of the ticket that a person calls so; case and the "BP-" do not matter."""
    query = select(col(Ticket.id), col(Ticket.reference)).where(col(Ticket.reference) == read_reference(reference))
    row = connection.execute(query).first()
    return (row[0], row[1]) if row else None


def _read_row(row: Row[*tuple[Any, ...]]) -> TicketRow:
    _, reference, state, *others = row
    return TicketRow(reference, TicketState(state), *others)


def _show_proposal(connection: Connection, proposed: Proposed) -> ProposalShown:
    told = tell_plan(connection, proposed.plan)
    return ProposalShown(
        proposed, [(one, planned.change.fault) for one, planned in zip(told, proposed.plan, strict=False)]
    )


def _list_entries(connection: Connection, ticket_id: str) -> list[EntryShown]:
    query: Select[*tuple[Any, ...]] = (
        select(
            col(TicketEntry.created_at),
            col(TicketEntry.kind),
            col(TicketEntry.author),
            col(TicketEntry.text),
            col(TicketEntry.raw_mail_id),
            col(TicketEntry.message_id),
        )
        .where(col(TicketEntry.ticket_id) == ticket_id)
        .order_by(col(TicketEntry.created_at).desc())
        .limit(MOST)
    )
    return [_show_entry(connection, row) for row in reversed(connection.execute(query).all())]


def _show_entry(connection: Connection, row: Row[*tuple[Any, ...]]) -> EntryShown:
    at, kind, author, text, raw_mail_id, message_id = row
    if kind == EntryKind.QUESTION:
        asked = read_question(text)
        known = [tell_change(connection, change) for change in asked.changes]
        text = f"asked for {', '.join(asked.lacks)}" + (f"; understood so far: {known}" if known else "")
    return EntryShown(at, EntryKind(kind), author, text, raw_mail_id, message_id)


def _list_changes(connection: Connection, ticket_id: str) -> list[ChangeShown]:
    query: Select[*tuple[Any, ...]] = (
        select(
            col(RecordChange.group_id),
            col(RecordChange.kind),
            col(RecordChange.earner_id),
            col(RecordChange.before),
            col(RecordChange.after),
            col(RecordChange.made_at),
            col(RecordChange.undo_until),
            col(RecordChange.undone_at),
            col(RecordChange.undone_by),
        )
        .where(col(RecordChange.ticket_id) == ticket_id)
        .order_by(col(RecordChange.made_at), col(RecordChange.id))
    )
    return [
        ChangeShown(group_id, kind, earner_id, json.loads(before), json.loads(after), *moments)
        for group_id, kind, earner_id, before, after, *moments in connection.execute(query)
    ]


_TICKETS: Select[*tuple[Any, ...]] = select(
    col(Ticket.id),
    col(Ticket.reference),
    col(Ticket.state),
    col(Ticket.subject),
    col(Ticket.role),
    col(Ticket.intent),
    col(Ticket.outcome),
    col(Ticket.requester_address),
    col(Ticket.queue),
    col(Ticket.assigned_to),
    col(Ticket.priority),
    col(Ticket.reason),
    col(Ticket.created_at),
    col(Ticket.updated_at),
)
