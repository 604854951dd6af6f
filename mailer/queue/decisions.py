"""What people decide about messages and batches. Each function runs in its caller's transaction.

Here belong the decisions that overrule the worker: retry, hold, cancel; pause, go on. They bind a worker that has a
message claimed already, in whatever process it runs: its intent is refused (`recording`). A body that is under way is
not called back, but the message is marked: should the attempt fail, there is no other.
"""

# ruff: noqa: S608  (the statements are put together from constants alone)

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, bindparam, text

from badges.columns import to_microseconds
from mailer.queue.braking import count_from_now
from mailer.queue.states import CANCELLABLE, RETRIABLE, WAITING, State
from mailer.queue.waking import Turn, ask_for_turn


class Named(StrEnum):
    """What a person may name messages by. The value is the condition, in SQL."""

    MESSAGE = "id = :name"
    ADDRESS = "rcpt_to IN (:name, :folded)"
    BATCH = "batch_id = :name"


def _list(states: Iterable[State]) -> str:
    return ", ".join(f"'{state.value}'" for state in sorted(states))


_NOT_STOPPED = "(batch_id IS NULL OR batch_id NOT IN (SELECT id FROM batch WHERE state = 'cancelled'))"

_RETRY_WAITING = f"""
    UPDATE message SET due_at = :now, held_at = NULL, reason = 'to be tried now: a person asked for it'
    WHERE {{whose}} AND (
        state IN ({_list(WAITING)}) AND worker_id IS NULL
        OR state IN ({_list(WAITING | {State.SENDING})}) AND held_at IS NOT NULL
    )
"""
# Tried again from the start: a new date, and the whole time for retries. One in doubt stays the mail that it was.
_RETRY_ENDED = f"""
    UPDATE message SET due_at = :now, held_at = NULL, withdrawn_at = NULL, state = 'queued', state_at = :now,
        attempts = 0, doubts = 0,
        written_at = CASE WHEN state = 'unknown' THEN written_at ELSE :now END,
        reason = 'was ' || state || ', to be tried again: a person asked for it'
    WHERE {{whose}} AND state IN ({_list(RETRIABLE - WAITING)}) AND {_NOT_STOPPED}
"""
_HOLD = f"""
    UPDATE message SET held_at = :now, reason = 'held by a person'
    WHERE {{whose}} AND state IN ({_list(WAITING | {State.SENDING})}) AND held_at IS NULL
"""
# One statement for what waits and what is under way: between two, a message could go from one to the other.
_UNDER_WAY = f"state = '{State.SENDING.value}'"
_CANCEL = f"""
    UPDATE message SET state = CASE WHEN {_UNDER_WAY} THEN state ELSE 'cancelled' END,
        state_at = CASE WHEN {_UNDER_WAY} THEN state_at ELSE :now END,
        worker_id = CASE WHEN {_UNDER_WAY} THEN worker_id END,
        withdrawn_at = CASE WHEN {_UNDER_WAY} THEN :now END, held_at = NULL, reason = 'cancelled by a person'
    WHERE {{whose}} AND state IN ({_list(CANCELLABLE | {State.SENDING})})
"""
_SET_BATCH = text("UPDATE batch SET state = :after WHERE id = :id AND state IN :before").bindparams(
    bindparam("before", expanding=True)
)
_MANY = 1_000_000
"""Messages of a batch that goes on: more than one process should take them; nobody counts them for that."""
_BATCH_STATE = text("SELECT state FROM batch WHERE id = :id")


def find_name(connection: Connection, name: str) -> Named | None:
    """Return what `name` names: a message, a batch, or an address that mail was ever made for."""
    for named in (Named.MESSAGE, Named.BATCH, Named.ADDRESS):
        found = connection.execute(text(f"SELECT 1 FROM message WHERE {named.value} LIMIT 1"), _names(name)).first()
        if found:
            return named
    return None


def retry(connection: Connection, named: Named, name: str, now: datetime) -> int:
    """Make due now what waits or is held, and try again what ended without being sent; return how many."""
    due = _run(connection, _RETRY_WAITING, named, name, now) + _run(connection, _RETRY_ENDED, named, name, now)
    ask_for_turn(connection, Turn.DELIVER, due)
    return due


def hold(connection: Connection, named: Named, name: str, now: datetime) -> int:
    """Set aside what waits, or comes back from being sent, until `retry`; return how many."""
    return _run(connection, _HOLD, named, name, now)


def cancel(connection: Connection, named: Named, name: str, now: datetime) -> int:
    """Never send what waits or is in doubt; return how many. One that is under way gets no further attempt."""
    return _run(connection, _CANCEL, named, name, now)


def pause_batch(connection: Connection, batch_id: str) -> bool:
    """Let nothing more of a running batch go; tell whether it was running."""
    return _set_batch(connection, batch_id, "paused", ["running"])


def go_on_with_batch(connection: Connection, batch_id: str) -> bool:
    """Go on with a paused batch; tell whether it was paused. Its complaints and bounces count from now."""
    goes_on = _set_batch(connection, batch_id, "running", ["paused"])
    if goes_on:
        count_from_now(connection, batch_id)
        ask_for_turn(connection, Turn.DELIVER, _MANY)
    return goes_on


def stop_batch(connection: Connection, batch_id: str) -> bool:
    """Cancel a batch for good; tell whether it was not cancelled before.

    This stops it. Commit, then mark its messages with `cancel`: that may be a million rows, and need not be waited for.
    """
    return _set_batch(connection, batch_id, "cancelled", ["running", "paused"])


def find_batch_state(connection: Connection, batch_id: str) -> str | None:
    """Return running, paused or cancelled; None if there is no such batch."""
    state: str | None = connection.execute(_BATCH_STATE, {"id": batch_id}).scalar_one_or_none()
    return state


def _names(name: str) -> dict[str, str]:
    return {"name": name, "folded": name.lower()}


def _run(connection: Connection, statement: str, named: Named, name: str, now: datetime) -> int:
    values = _names(name) | {"now": to_microseconds(now)}
    return connection.execute(text(statement.format(whose=named.value)), values).rowcount


def _set_batch(connection: Connection, batch_id: str, after: str, before: list[str]) -> bool:
    return connection.execute(_SET_BATCH, {"id": batch_id, "after": after, "before": before}).rowcount > 0
