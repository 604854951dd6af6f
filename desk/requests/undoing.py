"""Taking changes back: all that one request changed, while the records still are what it made them.

Here belong the act behind `/undo` and the one that staff and link share. What a record is and was stands in `records`,
who is told in `undo_letters`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, Select, select, update
from sqlmodel import col

from badges.links import Expired, Forged, Genuine, Purpose
from badges.transactions import reading
from desk.accounts.trail import EventKind, note_event
from desk.office import Office
from desk.people import find_by_id
from desk.requests.applying import hold_records
from desk.requests.case import Docket
from desk.requests.proposals import note_undone
from desk.requests.records import PARTS, read_again
from desk.requests.tickets import EntryKind, TicketState, hold_ticket, set_state
from desk.requests.told import Told, tell_made
from desk.requests.undo_letters import tell_undone
from desk.tables import RecordChange, Ticket
from desk.words import Intent
from mailer.request_words import say_changes

BY_LINK = "link"
"""Who took a change back by the link in its receipt: whoever has it."""


class UndoState(StrEnum):
    """How a group of changes stands."""

    POSSIBLE = "possible"
    UNDONE = "undone"
    MOVED = "moved"
    """The records are not what the changes made them any more: nothing is taken back, and staff look at it."""


@dataclass(frozen=True, slots=True)
class Undo:
    """What is, or was, to be taken back."""

    changes: Sequence[Told]
    state: UndoState


@dataclass(frozen=True, slots=True)
class UndoRefused:
    """No link of ours, or too old."""

    expired: bool


def read_undo_link(office: Office, token: str, now: datetime) -> Undo | UndoRefused:
    """Tell what the link would take back. Changes nothing."""
    with reading(office.engine).connect() as connection:
        return _open_link(connection, office, token, now)


def undo_by_link(office: Office, token: str, now: datetime) -> Undo | UndoRefused:
    """Take back what the link names, once; return how it stands."""
    seen = read_undo_link(office, token, now)
    if isinstance(seen, UndoRefused):
        return seen  # whoever guesses must not wait for who writes, and with them all threads of the pages
    with office.engine.begin() as connection:
        found = _open_link(connection, office, token, now)
        if isinstance(found, UndoRefused) or found.state is UndoState.UNDONE:
            return found
        return undo_group(connection, office, _name_group(office, token, now), BY_LINK, now)


def undo_group(connection: Connection, office: Office, group_id: str, author: str, now: datetime) -> Undo:
    """Take back every change of a group in the caller's transaction, or none of them. Raises `LookupError`."""
    docket = _take_up(connection, office, group_id, author, now)
    hold_records(connection, {change.earner_id for change in _find_group(connection, group_id)})
    group = _find_group(connection, group_id)
    undo = _judge(connection, group)
    if undo.state is UndoState.MOVED:
        docket.note("not undone: the record has changed since")
        set_state(connection, docket.ticket_id, TicketState.OPEN, author, now)
    if undo.state is not UndoState.POSSIBLE:
        return undo
    for change in reversed(group):
        was, made = json.loads(change.before), json.loads(change.after)
        PARTS[Intent(change.kind)].write(connection, change.earner_id, made, was, now)
        if change.kind == Intent.UNLOCK:
            again = "an unlocking was taken back"
            note_event(connection, change.earner_id, EventKind.LOCKED, now, made_by=author, detail=again)
    noted = update(RecordChange).where(col(RecordChange.group_id) == group_id)
    connection.execute(noted.values(undone_at=now, undone_by=author))
    for proposal_id in {change.proposal_id for change in group if change.proposal_id}:
        note_undone(connection, proposal_id)
    docket.note("\n".join(f"taken back: {say_changes([told], 'en')}" for told in undo.changes), EntryKind.CHANGE)
    earner_ids = [change.earner_id for change in group]
    for letter in tell_undone(docket, group_id, earner_ids, group[0].issuer_id, undo.changes):
        docket.send(letter)
    return Undo(undo.changes, UndoState.UNDONE)


def _open_link(connection: Connection, office: Office, token: str, now: datetime) -> Undo | UndoRefused:
    match office.links.unsign(Purpose.UNDO, token, now):
        case Genuine([str() as group_id]):
            group = _find_group(connection, group_id)
        case Expired():
            return UndoRefused(expired=True)
        case Genuine() | Forged():
            return UndoRefused(expired=False)
    if not group:
        return UndoRefused(expired=False)
    undo = _judge(connection, group)
    is_late = any(change.undo_until is None or change.undo_until < now for change in group)
    return UndoRefused(expired=True) if is_late and undo.state is not UndoState.UNDONE else undo


def _name_group(office: Office, token: str, now: datetime) -> str:
    verdict = office.links.unsign(Purpose.UNDO, token, now)
    assert isinstance(verdict, Genuine)  # `_open_link` has seen to it
    return str(verdict.payload[0])


def _take_up(connection: Connection, office: Office, group_id: str, author: str, now: datetime) -> Docket:
    query = (
        select(col(Ticket.id), col(Ticket.reference))
        .join(RecordChange, col(RecordChange.ticket_id) == col(Ticket.id))
        .where(col(RecordChange.group_id) == group_id)
    )
    row = connection.execute(query.limit(1)).first()
    if row is None:
        raise LookupError(f"there is no group of changes {group_id}")
    hold_ticket(connection, row.id)
    return Docket(connection, office, row.id, row.reference, now, author)


def _judge(connection: Connection, group: Sequence[Row[Any]]) -> Undo:
    told = [_tell(connection, change) for change in group]
    if all(change.undone_at is not None for change in group):
        return Undo(told, UndoState.UNDONE)
    may_return = all(_may_return(connection, change) for change in group)
    return Undo(told, UndoState.POSSIBLE if may_return else UndoState.MOVED)


def _may_return(connection: Connection, change: Row[Any]) -> bool:
    kind, was, made = Intent(change.kind), json.loads(change.before), json.loads(change.after)
    is_as_made = read_again(connection, kind, change.earner_id, made) == made
    return is_as_made and PARTS[kind].may_return(connection, change.earner_id, was)


def _tell(connection: Connection, change: Row[Any]) -> Told:
    person = find_by_id(connection, change.earner_id)
    assert person is not None  # earners are never deleted
    return tell_made(connection, Intent(change.kind), person, json.loads(change.before), json.loads(change.after))


def _find_group(connection: Connection, group_id: str) -> Sequence[Row[Any]]:
    query = _CHANGES.where(col(RecordChange.group_id) == group_id)
    return connection.execute(query.order_by(col(RecordChange.made_at), col(RecordChange.id))).all()


_CHANGES: Select[*tuple[Any, ...]] = select(
    col(RecordChange.proposal_id),
    col(RecordChange.issuer_id),
    col(RecordChange.earner_id),
    col(RecordChange.kind),
    col(RecordChange.before),
    col(RecordChange.after),
    col(RecordChange.undo_until),
    col(RecordChange.undone_at),
)
