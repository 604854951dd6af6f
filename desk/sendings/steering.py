"""Pause a batch, go on with it, cancel it, have it leave at another time: on the word of a manager of its issuer.

Here belong these acts. They bind workers that have messages claimed already (`mailer.queue.decisions`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, update
from sqlmodel import col

from desk.members.audit import Act, Actor, Subject, note_act
from desk.office import Office
from mailer.queue.decisions import Named, cancel, go_on_with_batch, pause_batch, stop_batch
from mailer.queue.states import State
from mailer.queue.tables import Batch, Message

HORIZON = timedelta(days=366)


@dataclass(frozen=True)
class Steered:
    """Done."""

    state: str
    """Of the batch, now."""


@dataclass(frozen=True)
class NoBatch:
    """There is no such batch, or it is another issuer's."""


@dataclass(frozen=True)
class NotSteered:
    """The batch is as it was; `reason` is one word: its state, `begun`, `past`, `far`, `order`."""

    reason: str


Steering = Steered | NoBatch | NotSteered


def pause_sending(office: Office, actor: Actor, issuer_id: str, batch_id: str, now: datetime) -> Steering:
    """Let no more of a batch go: stops within one message a connection."""
    with office.engine.begin() as connection:
        state = _find_state(connection, issuer_id, batch_id)
        if state is None:
            return NoBatch()
        if not pause_batch(connection, batch_id):
            return NotSteered(state)
        _note(connection, actor, Act.BATCH_PAUSED, issuer_id, batch_id, now)
    return Steered("paused")


def resume_sending(office: Office, actor: Actor, issuer_id: str, batch_id: str, now: datetime) -> Steering:
    """Go on with a paused batch."""
    with office.engine.begin() as connection:
        state = _find_state(connection, issuer_id, batch_id)
        if state is None:
            return NoBatch()
        if not go_on_with_batch(connection, batch_id):
            return NotSteered(state)
        _note(connection, actor, Act.BATCH_RESUMED, issuer_id, batch_id, now)
    return Steered("running")


def cancel_sending(office: Office, actor: Actor, issuer_id: str, batch_id: str, now: datetime) -> Steering:
    """Cancel a batch for good: what has not gone never goes. Then its messages are to be marked (`mark_cancelled`);
    workers do it, too, a thousand at a time, so nothing goes if that is never reached."""
    with office.engine.begin() as connection:
        state = _find_state(connection, issuer_id, batch_id)
        if state is None:
            return NoBatch()
        if not stop_batch(connection, batch_id):
            return NotSteered(state)
        _note(connection, actor, Act.BATCH_CANCELLED, issuer_id, batch_id, now)
    return Steered("cancelled")


def mark_cancelled(office: Office, batch_id: str, now: datetime) -> int:
    """Mark the messages of a cancelled batch; return how many will not be sent. May take as long as it is large."""
    with office.engine.begin() as connection:
        return cancel(connection, Named.BATCH, batch_id, now)


def reschedule_sending(  # noqa: PLR0913, PLR0917 - whose, which, from when to when
    office: Office,
    actor: Actor,
    issuer_id: str,
    batch_id: str,
    at: datetime | None,
    not_later_than: datetime | None,
    now: datetime,
) -> Steering:
    """Have a batch that has not begun leave at another time; `at` None: now. Only what nobody has tried is moved."""
    due = at or now
    if due < now or due > now + HORIZON:
        return NotSteered("past" if due < now else "far")
    if not_later_than is not None and not_later_than <= due:
        return NotSteered("order")
    with office.engine.begin() as connection:
        batch = _find(connection, issuer_id, batch_id)
        if batch is None:
            return NoBatch()
        state, before, limit = batch
        if state == "cancelled" or before is None or before <= now:
            return NotSteered(state if state == "cancelled" else "begun")
        values = {"due_at": due, "not_later_than": not_later_than}
        connection.execute(update(Batch).where(col(Batch.id) == batch_id).values(**values))
        untried = col(Message.state) == State.QUEUED, col(Message.attempts) == 0, col(Message.worker_id).is_(None)
        moved = update(Message).where(col(Message.batch_id) == batch_id, *untried).values(**values, written_at=due)
        connection.execute(moved)
        detail = {
            "before": {"at": before, "not_later_than": limit},
            "after": {"at": due, "not_later_than": not_later_than},
        }
        _note(connection, actor, Act.BATCH_RESCHEDULED, issuer_id, batch_id, now, detail)
    return Steered(state)


def _find_state(connection: Connection, issuer_id: str, batch_id: str) -> str | None:
    batch = _find(connection, issuer_id, batch_id)
    return None if batch is None else batch[0]


def _find(connection: Connection, issuer_id: str, batch_id: str) -> tuple[str, datetime | None, datetime | None] | None:
    query = (
        select(col(Batch.state), col(Batch.due_at), col(Batch.not_later_than))
        .where(col(Batch.id) == batch_id, col(Batch.issuer_id) == issuer_id)
        .with_for_update()
    )
    row = connection.execute(query).first()
    return None if row is None else (row[0], row[1], row[2])


def _note(  # noqa: PLR0913, PLR0917 - who, what, whose, when
    connection: Connection,
    actor: Actor,
    act: Act,
    issuer_id: str,
    batch_id: str,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> None:
    note_act(connection, actor, act, now, issuer_id=issuer_id, subject=Subject("batch", batch_id), detail=detail)
