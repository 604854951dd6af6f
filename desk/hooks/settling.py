"""Writing what came of an attempt: delivered, to be tried again, given up; and the end of an endpoint's patience.

Here belong these writes, in the caller's transaction, each proven by the claim's fence. When to try again is said by
`schedule`.
"""

# ruff: noqa: S608  (the statements are put together from constants alone)

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from badges.columns import from_microseconds, to_microseconds
from desk.hooks.claiming import Claimed, hold_endpoints
from desk.hooks.events import EventKind
from desk.hooks.posting import Answered, Unreached
from desk.hooks.schedule import is_hopeless, next_try
from desk.hooks.shutting import shut_endpoint, tell_managers
from desk.hooks.tables import DUE
from desk.office import Office

GONE = 410
"""The receiver says that it will never want events again (Standard Webhooks, "Deliverability")."""
STATUSES_TO_WAIT = frozenset({429, 503})
"""With these a receiver may say how long to wait."""


@dataclass(frozen=True, slots=True)
class Result:
    """An attempt that ended."""

    claimed: Claimed
    outcome: Answered | Unreached
    at: datetime

    @property
    def is_taken(self) -> bool:
        """The receiver has the event."""
        return isinstance(self.outcome, Answered) and self.outcome.is_taken


_VALUES = "attempts = attempts + 1, claimed_until = NULL, status = :status, reason = :reason, state_at = :now"
# An event that was taken is delivered, even if the endpoint was disabled meanwhile.
_TAKEN = text(f"UPDATE hook_delivery SET state = 'delivered', {_VALUES} WHERE id = :id AND fence = :fence")
_NOT_TAKEN = text(f"""
    UPDATE hook_delivery SET state = :state, due_at = COALESCE(CAST(:due_at AS BIGINT), due_at), {_VALUES}
    WHERE id = :id AND fence = :fence AND {DUE}
""")
_WELL = text("UPDATE hook_endpoint SET failing_since = NULL WHERE id = :endpoint_id AND failing_since IS NOT NULL")
_ILL = text("""
    UPDATE hook_endpoint SET failing_since = COALESCE(failing_since, :now) WHERE id = :endpoint_id
    RETURNING failing_since
""")


def record(connection: Connection, office: Office, results: Sequence[Result]) -> list[bool]:
    """Write `results`; tell of each whether it stands. One that does not was taken over by another sender."""
    hold_endpoints(connection, {result.claimed.endpoint_id for result in results})
    return [_record_one(connection, office, result) for result in results]


def _record_one(connection: Connection, office: Office, result: Result) -> bool:
    stands = bool(connection.execute(_TAKEN if result.is_taken else _NOT_TAKEN, _row(result)).rowcount)
    endpoint = {"endpoint_id": result.claimed.endpoint_id, "now": to_microseconds(result.at)}
    if stands and result.is_taken:
        connection.execute(_WELL, endpoint)
    elif stands:
        since = from_microseconds(connection.execute(_ILL, endpoint).scalar_one())
        if because := _why_to_end(result, since):
            _end(connection, office, result, because)
    return stands


def _why_to_end(result: Result, failing_since: datetime) -> str | None:
    if isinstance(result.outcome, Answered) and result.outcome.status == GONE:
        return "gone"
    return "failing" if is_hopeless(failing_since, result.at) else None


def _end(connection: Connection, office: Office, result: Result, because: str) -> None:
    endpoint_id = result.claimed.endpoint_id
    if shut_endpoint(connection, endpoint_id, because, result.at):
        tell_managers(connection, office, endpoint_id, result.at)


def _row(result: Result) -> dict[str, str | int | None]:
    claimed, outcome = result.claimed, result.outcome
    due_at = None if result.is_taken else _next(result)
    return {
        "id": claimed.delivery_id,
        "fence": claimed.fence,
        "state": "failed" if due_at is None else "deferred",
        "due_at": None if due_at is None else to_microseconds(due_at),
        "status": outcome.status if isinstance(outcome, Answered) else None,
        "reason": outcome.beginning if isinstance(outcome, Answered) else outcome.reason,
        "now": to_microseconds(result.at),
    }


def _next(result: Result) -> datetime | None:
    claimed, outcome = result.claimed, result.outcome
    if claimed.kind == EventKind.TEST:
        return None  # whoever pressed the button presses it again
    waits = isinstance(outcome, Answered) and outcome.status in STATUSES_TO_WAIT
    asked = outcome.retry_after if waits and isinstance(outcome, Answered) else None
    return next_try(claimed.delivery_id, claimed.attempts + 1, result.at, asked)
