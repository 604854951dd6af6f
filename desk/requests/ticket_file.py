"""One ticket with all that is on it and on those that were merged into it: what a page shows of it.

Here belongs reading it, in a fixed number of queries. The list of tickets stands in `ticket_list`, the records of whom
it is about in `record_beside`. Nothing here changes anything.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from badges.tables import Issuer
from desk.requests.asking import read_question
from desk.requests.filed import MadeChange, OtherTicket, StoryEntry, TicketFile, TicketHead
from desk.requests.proposals import list_proposals
from desk.requests.references import read_reference
from desk.requests.tickets import EntryKind, TicketState
from desk.requests.told import tell_change
from desk.tables import RecordChange, Ticket, TicketEntry
from mailer.queue.tables import Message

MOST_ENTRIES = 200
"""Entries that a page shows, the newest; as many more when it is asked for all, up to `ALL_ENTRIES`."""
ALL_ENTRIES = 2000
MOST_MERGED = 50
MOST_CHANGES = 200
MOST_OTHERS = 8
MOST_UNDERSTOOD = 5
"""Changes that are shown of a question."""


def find_head(connection: Connection, reference: str) -> TicketHead | None:
    """Return the ticket that a person calls so."""
    row = connection.execute(HEADS.where(col(Ticket.reference) == read_reference(reference))).first()
    return None if row is None else read_head(row)


def open_file(connection: Connection, reference: str, now: datetime, *, every: bool = False) -> TicketFile | None:
    """Return the ticket that is called so, with everything on it; with `every`, also what is long past."""
    head = find_head(connection, reference)
    if head is None:
        return None
    into = col(Ticket.merged_into) == head.id
    rows = connection.execute(HEADS.where(into).order_by(col(Ticket.created_at)).limit(MOST_MERGED))
    merged = [read_head(row) for row in rows]
    ticket_ids = [head.id, *(each.id for each in merged)]
    most = ALL_ENTRIES if every else MOST_ENTRIES
    entries = _list_entries(connection, ticket_ids, most + 1)
    return TicketFile(
        head,
        merged,
        entries[-most:],
        len(entries) > most,
        list_proposals(connection, ticket_ids, now),
        _list_changes(connection, ticket_ids),
        _list_others(connection, head),
    )


_Target = aliased(Ticket)
HEADS: Select[*tuple[Any, ...]] = (
    select(
        col(Ticket.id),
        col(Ticket.reference),
        col(Ticket.state),
        col(Ticket.subject),
        col(Ticket.role),
        col(Ticket.intent),
        col(Ticket.outcome),
        col(Ticket.requester_address),
        col(Ticket.requester_name),
        col(Ticket.issuer_id),
        col(Issuer.name).label("issuer_name"),
        col(Issuer.slug).label("issuer_slug"),
        col(Ticket.earner_id),
        col(Ticket.language),
        col(Ticket.reason),
        col(Ticket.queue),
        col(Ticket.assigned_to),
        col(Ticket.priority),
        col(_Target.reference).label("merged_into"),
        col(Ticket.created_at),
        col(Ticket.updated_at),
    )
    .outerjoin(Issuer, col(Issuer.id) == col(Ticket.issuer_id))
    .outerjoin(_Target, col(_Target.id) == col(Ticket.merged_into))
)
"""Tickets themselves, to be narrowed down by a caller."""


def read_head(row: Row[Any]) -> TicketHead:
    """Return a row of `HEADS`."""
    return TicketHead(**dict(row._mapping) | {"state": TicketState(row.state)})


def _list_entries(connection: Connection, ticket_ids: Sequence[str], limit: int) -> list[StoryEntry]:
    query: Select[*tuple[Any, ...]] = (
        select(
            col(TicketEntry.id),
            col(TicketEntry.ticket_id),
            col(TicketEntry.created_at).label("at"),
            col(TicketEntry.kind),
            col(TicketEntry.author),
            col(TicketEntry.text),
            col(TicketEntry.raw_mail_id),
            col(TicketEntry.message_id),
            col(Message.kind).label("mail_kind"),
            col(Message.rcpt_to).label("mail_to"),
            col(Message.state).label("mail_state"),
        )
        .outerjoin(Message, col(Message.id) == col(TicketEntry.message_id))
        .where(col(TicketEntry.ticket_id).in_(ticket_ids))
        .order_by(col(TicketEntry.created_at).desc(), col(TicketEntry.id))
        .limit(limit)
    )
    return [_read_entry(connection, row) for row in reversed(connection.execute(query).all())]


def _read_entry(connection: Connection, row: Row[Any]) -> StoryEntry:
    values = dict(row._mapping)
    entry = StoryEntry(**values | {"kind": EntryKind(row.kind)})
    if entry.kind is not EntryKind.QUESTION:
        return entry
    asked = read_question(entry.text)
    understood = tuple(tell_change(connection, change) for change in asked.changes[:MOST_UNDERSTOOD])
    return replace(entry, text="", lacks=asked.lacks, understood=understood)


def _list_changes(connection: Connection, ticket_ids: Sequence[str]) -> list[MadeChange]:
    query: Select[*tuple[Any, ...]] = (
        select(
            col(RecordChange.ticket_id),
            col(RecordChange.group_id),
            col(RecordChange.kind),
            col(RecordChange.earner_id),
            col(RecordChange.before),
            col(RecordChange.after),
            col(RecordChange.asked_by),
            col(RecordChange.made_at),
            col(RecordChange.undone_at),
            col(RecordChange.undone_by),
        )
        .where(col(RecordChange.ticket_id).in_(ticket_ids))
        .order_by(col(RecordChange.made_at), col(RecordChange.id))
        .limit(MOST_CHANGES)
    )
    rows = (row._mapping for row in connection.execute(query))
    return [
        MadeChange(**row | {"before": json.loads(row["before"]), "after": json.loads(row["after"])})
        for row in map(dict, rows)
    ]


def _list_others(connection: Connection, head: TicketHead) -> list[OtherTicket]:
    if not head.requester_address:
        return []
    theirs = col(Ticket.requester_address) == head.requester_address
    return list_others(connection, theirs & (col(Ticket.state) != TicketState.CLOSED.value), head.id)


def list_others(connection: Connection, which: ColumnElement[bool], but: str) -> list[OtherTicket]:
    """Return the newest of those tickets, `but` one."""
    query: Select[*tuple[Any, ...]] = select(
        col(Ticket.reference), col(Ticket.state), col(Ticket.subject), col(Ticket.intent), col(Ticket.updated_at)
    ).where(which, col(Ticket.id) != but)
    rows = connection.execute(query.order_by(col(Ticket.updated_at).desc()).limit(MOST_OTHERS))
    return [OtherTicket(*row) for row in rows]
