"""Writing what happens to claimed messages: the intent before the body, the result after the reply.

Here belongs the SQL of one group of steps, in its caller's transaction. Every write proves its claim by (id, fence,
worker): a worker that was taken for dead changes nothing when it wakes. Groups are gathered in `journal`.
"""

# ruff: noqa: S608  (the statements are put together from constants alone)

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, text

from badges.columns import to_microseconds
from mailer.delivery.outcomes import Bounced, Deferred, Held, Outcome, Phase, Sent, Unknown
from mailer.queue.claimed import Claimed
from mailer.queue.many import ForMany
from mailer.queue.settling import Settlement
from mailer.queue.states import State
from mailer.queue.suppressions import EVERY, Suppressed, fold_address, suppress
from mailer.queue.tables import BATCH_STOPPED, SETTLED_REASON, SETTLED_STATE

REPLY_CHARACTERS = 1000
"""How much of a reply is kept: a relay may send any number of lines."""


@dataclass(frozen=True, slots=True)
class Intent:
    """The body of `message` is about to be written to `relay`. Granted only if the message may still be sent."""

    message: Claimed
    relay: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Result:
    """An attempt that had an intent came to `outcome`, which means `settlement`."""

    message: Claimed
    outcome: Outcome
    settlement: Settlement
    at: datetime


Step = Intent | Result

TellSettled = Callable[[Connection, Sequence[Result]], None]
"""Told once a group, in its transaction, of the results that were written; of those, too, whose claim was gone."""


def tell_nobody(_connection: Connection, _results: Sequence[Result]) -> None:
    """For a ledger whose results nobody else wants to know."""


_INTEND = ForMany(f"""
    UPDATE message SET state = 'sending', state_at = :at
    WHERE id = :id AND fence = :fence AND worker_id = :worker_id AND state IN ('queued', 'deferred')
    AND held_at IS NULL
    AND (batch_id IS NULL OR batch_id NOT IN (SELECT id FROM batch WHERE {BATCH_STOPPED}))
    AND (not_later_than IS NULL OR not_later_than >= :at)
    AND NOT EXISTS (
        SELECT 1 FROM suppression AS listed WHERE listed.address = :address
        AND listed.issuer_id IN ('{EVERY}', message.issuer_id) AND listed.stream IN ('{EVERY}', message.stream)
    )
""")
_GRANTED = text("""
    SELECT id, fence FROM message WHERE id IN :ids AND state = 'sending' AND worker_id = :worker_id
""").bindparams(bindparam("ids", expanding=True))
_REFUSED = ForMany("""
    UPDATE message SET worker_id = NULL
    WHERE id = :id AND fence = :fence AND worker_id = :worker_id AND state IN ('queued', 'deferred')
""")
_ATTEMPT = ForMany("""
    INSERT INTO attempt (message_id, number, relay, started_at) VALUES (:id, :fence, :relay, :at)
    ON CONFLICT (message_id, number) DO NOTHING
""")
_SETTLE = ForMany(f"""
    UPDATE message SET state = {SETTLED_STATE}, state_at = :at, due_at = COALESCE(:due_at, due_at),
        attempts = attempts + :counts, doubts = doubts + :doubtful, worker_id = NULL, reason = {SETTLED_REASON}
    WHERE id = :id AND fence = :fence AND worker_id = :worker_id AND state = 'sending'
""")
_FINISH_ATTEMPT = ForMany("""
    UPDATE attempt SET finished_at = :at, outcome = :outcome, phase = :phase, reply = :reply
    WHERE message_id = :id AND number = :fence AND outcome IS NULL
""")


def record(connection: Connection, steps: Sequence[Step], tell: TellSettled = tell_nobody) -> list[bool]:
    """Write `steps`; tell of each whether it stands. A refused `Intent` means: do not send, the claim is gone."""
    intents = [step for step in steps if isinstance(step, Intent)]
    if results := [step for step in steps if isinstance(step, Result)]:
        _write_results(connection, results)
        tell(connection, results)
    granted = _write_intents(connection, intents)
    return [isinstance(step, Result) or (step.message.id, step.message.fence) in granted for step in steps]


def _write_results(connection: Connection, results: Sequence[Result]) -> None:
    rows = [_result_row(result) for result in results]
    _SETTLE.run(connection, rows)
    _FINISH_ATTEMPT.run(connection, rows)
    suppress(connection, [_suppression(result) for result in results if result.settlement.suppress])


def _write_intents(connection: Connection, intents: Sequence[Intent]) -> set[tuple[str, int]]:
    """Write `intents`; return the (id, fence) of those that were granted."""
    if not intents:
        return set()
    rows = [_intent_row(intent) for intent in intents]
    all_granted = _INTEND.run(connection, rows) == len(rows)
    granted = {_claim_of(row) for row in rows} if all_granted else _find_granted(connection, rows)
    if granted:
        _ATTEMPT.run(connection, [row for row in rows if _claim_of(row) in granted])
    if refused := [row for row in rows if _claim_of(row) not in granted]:
        _REFUSED.run(connection, refused)
    return granted


def _find_granted(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[tuple[str, int]]:
    """Ask for what stands: some were refused, or this group was written before and its answer was lost."""
    sending: set[tuple[str, int]] = set()
    for worker_id in {row["worker_id"] for row in rows}:
        found = connection.execute(_GRANTED, {"ids": [row["id"] for row in rows], "worker_id": worker_id})
        sending.update((id_, fence) for id_, fence in found)
    return sending & {_claim_of(row) for row in rows}


def _claim_of(row: dict[str, Any]) -> tuple[str, int]:
    return row["id"], row["fence"]


def _intent_row(intent: Intent) -> dict[str, Any]:
    message = intent.message
    return {
        "id": message.id,
        "fence": message.fence,
        "worker_id": message.worker_id,
        "relay": intent.relay,
        "address": fold_address(message.rcpt_to),
        "at": to_microseconds(intent.at),
    }


def _result_row(result: Result) -> dict[str, Any]:
    message, settlement = result.message, result.settlement
    return {
        "id": message.id,
        "fence": message.fence,
        "worker_id": message.worker_id,
        "state": settlement.state.value,
        "at": to_microseconds(result.at),
        "due_at": None if settlement.due_at is None else to_microseconds(settlement.due_at),
        "reason": settlement.reason,
        "counts": int(settlement.counts),
        "doubtful": int(isinstance(result.outcome, Unknown)),
        "outcome": type(result.outcome).__name__.lower(),
        "phase": _phase(result.outcome).value,
        "reply": result.outcome.reply[:REPLY_CHARACTERS],
    }


def _phase(outcome: Outcome) -> Phase:
    match outcome:
        case Deferred(phase) | Bounced(phase) | Held(phase):
            return phase
        case Sent() | Unknown():
            return Phase.BODY


def _suppression(result: Result) -> Suppressed:
    assert result.settlement.state is State.BOUNCED
    reason = f"no such mailbox: {result.outcome.reply[:REPLY_CHARACTERS]}"
    return Suppressed(result.message.rcpt_to, reason, result.at, source_message_id=result.message.id)
