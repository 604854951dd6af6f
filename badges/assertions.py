"""What may happen to an assertion, and what it is on a given day. Pure: no rows, no clock.

Here belong the states, which may follow which, and the arithmetic of expiry. Who asks for a change stands in `desk`.

Being held ("this is not me") is no state but a mark beside it: while it stands, the assertion is shown to nobody,
and taking it away brings back whatever the assertion was.
"""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache


class AssertionState(StrEnum):
    """What is recorded of an assertion."""

    ISSUED = "issued"
    EXPIRED = "expired"
    """Its day has passed and somebody has noted it. An issued one whose day has passed counts the same."""
    REVOKED = "revoked"
    """Taken back by the issuer, for good: a new award is a new assertion."""


FOLLOWS: Mapping[AssertionState, frozenset[AssertionState]] = {
    AssertionState.ISSUED: frozenset({AssertionState.EXPIRED, AssertionState.REVOKED}),
    AssertionState.EXPIRED: frozenset({AssertionState.ISSUED, AssertionState.REVOKED}),
    AssertionState.REVOKED: frozenset(),
}
"""Which state may follow which. Expired to issued: the issuer has prolonged it."""


class Standing(StrEnum):
    """What an assertion is worth on a day: what the public badge page shows."""

    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    HELD = "held"


@dataclass(frozen=True)
class Impossible:
    """A change that the table does not allow, in words for staff."""

    reason: str


def change_state(current: AssertionState, wanted: AssertionState) -> AssertionState | Impossible:
    """Return the state after the change; the same state again is no change and no fault."""
    if wanted == current or wanted in FOLLOWS[current]:
        return wanted
    return Impossible(f"an assertion that is {current} cannot become {wanted}")


def judge_standing(state: str, expires_on: date | None, held_at: datetime | None, today: date) -> Standing:
    """Return what an assertion counts as on `today`. The day of expiry itself still counts (its last day)."""
    if state == AssertionState.REVOKED:
        return Standing.REVOKED
    if held_at is not None:
        return Standing.HELD
    if state == AssertionState.EXPIRED or (expires_on is not None and expires_on < today):
        return Standing.EXPIRED
    return Standing.VALID


@lru_cache(maxsize=1024)
def add_months(day: date, months: int) -> date:
    """Return the same day of the month `months` later, or that month's last day if it has no such day.

    31 January and one month is 28 or 29 February. Raises `ValueError` beyond the year 9999.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def expiry_of(issued_on: date, expires_after_months: int | None) -> date | None:
    """Return the last day on which an award of `issued_on` counts; None if it never expires."""
    return None if expires_after_months is None else add_months(issued_on, expires_after_months)
