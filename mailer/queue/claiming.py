"""Claiming messages that are due, and giving them back. Each function runs in its caller's transaction.

Here belongs who may take which message. What is done with it stands in `recording`.
"""

# ruff: noqa: S608  (the statements are put together from constants alone)

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, String, TextClause, bindparam, text

from badges.columns import from_microseconds, to_microseconds
from mailer.queue.claimed import Claimed
from mailer.queue.states import State
from mailer.queue.suppressions import find_suppressed
from mailer.queue.tables import BATCH_STOPPED, CLAIMABLE

CLAIMED_COLUMNS = """id, kind, stream, message_id, issuer_id, earner_id, batch_id, rcpt_to, domain, template_digest,
    facts, written_at, due_at, not_later_than, attempts, fence, worker_id, doubts"""

_SINGLE = "batch_id IS NULL"
_BATCHED = f"batch_id IS NOT NULL AND batch_id NOT IN (SELECT id FROM batch WHERE {BATCH_STOPPED})"
_NEXT_DUE = [
    text(f"SELECT due_at FROM message WHERE {CLAIMABLE} AND {whose} ORDER BY due_at LIMIT 1")
    for whose in (_SINGLE, _BATCHED)
]


@dataclass(frozen=True)
class Claim:
    """What came of one claim."""

    messages: Sequence[Claimed]
    suppressed: int = 0
    expired: int = 0

    @property
    def is_empty(self) -> bool:
        """Nothing was due: a worker may rest."""
        return not self.messages and not self.suppressed and not self.expired


def claim(
    connection: Connection, worker_id: str, limit: int, now: datetime, busy_domains: Collection[str] = ()
) -> Claim:
    """Claim up to `limit` due messages for the incarnation `worker_id`, but none to `busy_domains`.

    Mails of no batch come first (a person waits for them), then the oldest due. What must not be sent any more goes
    to `suppressed` or `expired` in the same transaction. A worker whose lease was taken from it gets nothing.
    """
    values = {"worker_id": worker_id, "now": to_microseconds(now), "busy_domains": list(busy_domains)}
    rows: list[Row[Any]] = []
    for whose in (_SINGLE, _BATCHED):
        if len(rows) < limit:
            statement = _claim_statement(whose, connection.dialect.name == "postgresql")
            rows += connection.execute(statement, {**values, "limit": limit - len(rows)}).all()
    return _sort_out(connection, [read_claimed(row) for row in rows], now)


def next_due(connection: Connection) -> datetime | None:
    """Return when the next message is due that somebody may claim; None: there is none. It may be due already."""
    found = (connection.execute(statement).scalar() for statement in _NEXT_DUE)
    moments = [moment for moment in found if moment is not None]
    return from_microseconds(min(moments)) if moments else None


def give_back(connection: Connection, messages: Iterable[tuple[Claimed, str | None]]) -> None:
    """Let anybody claim `messages` again, of each (message, why it was not tried; None: nothing worth saying)."""
    rows = [_claim_key(message) | {"reason": reason} for message, reason in messages]
    if rows:
        connection.execute(_GIVE_BACK, rows)


def set_aside(connection: Connection, message: Claimed, reason: str, now: datetime) -> None:
    """Hold a claimed message that cannot be composed, until a person has put right what is wrong."""
    row = _claim_key(message) | {"reason": reason, "now": to_microseconds(now)}
    connection.execute(_SET_ASIDE, row)


def _claim_statement(whose: str, skip_locked: bool) -> TextClause:
    return text(f"""
        UPDATE message SET worker_id = :worker_id, fence = fence + 1
        WHERE id IN (
            SELECT id FROM message
            WHERE {CLAIMABLE} AND {whose} AND due_at <= :now AND domain NOT IN :busy_domains
            ORDER BY due_at LIMIT :limit {"FOR UPDATE SKIP LOCKED" if skip_locked else ""}
        ) AND EXISTS (SELECT 1 FROM worker_lease WHERE id = :worker_id)
        RETURNING {CLAIMED_COLUMNS}
    """).bindparams(bindparam("busy_domains", type_=String, expanding=True))


_STILL_MINE = """id = :id AND fence = :fence AND worker_id = :worker_id AND state IN ('queued', 'deferred')"""

_GIVE_BACK = text(f"UPDATE message SET worker_id = NULL, reason = COALESCE(:reason, reason) WHERE {_STILL_MINE}")

_SET_ASIDE = text(f"UPDATE message SET worker_id = NULL, held_at = :now, reason = :reason WHERE {_STILL_MINE}")

_END = text(
    f"UPDATE message SET state = :state, state_at = :now, reason = :reason, worker_id = NULL WHERE {_STILL_MINE}"
)


def _sort_out(connection: Connection, messages: Sequence[Claimed], now: datetime) -> Claim:
    """Take out of `messages` what must not be sent any more."""
    suppressed = find_suppressed(connection, messages)
    sendable: list[Claimed] = []
    ended: list[dict[str, Any]] = []
    for message in sorted(messages, key=lambda message: (message.batch_id is not None, message.due_at)):
        end = _end_of(message, suppressed.get(message.id), now)
        if end is None:
            sendable.append(message)
        else:
            ended.append(_claim_key(message) | end | {"now": to_microseconds(now)})
    if ended:
        connection.execute(_END, ended)
    expired = sum(row["state"] == State.EXPIRED.value for row in ended)
    return Claim(sendable, suppressed=len(ended) - expired, expired=expired)


def _end_of(message: Claimed, suppression: str | None, now: datetime) -> dict[str, str] | None:
    if message.not_later_than is not None and message.not_later_than < now:
        return {"state": State.EXPIRED.value, "reason": f"was to go out by {message.not_later_than:%Y-%m-%d %H:%M} UTC"}
    if suppression is not None:
        return {"state": State.SUPPRESSED.value, "reason": suppression}
    return None


def _claim_key(message: Claimed) -> dict[str, Any]:
    return {"id": message.id, "fence": message.fence, "worker_id": message.worker_id}


def read_claimed(row: Row[Any]) -> Claimed:
    """Return the value of a row of `CLAIMED_COLUMNS`."""
    values = dict(row._mapping)
    for name in ("written_at", "due_at", "not_later_than"):
        if values[name] is not None:
            values[name] = from_microseconds(values[name])
    return Claimed(**values)
