"""Assertions: which state may follow which, what one counts as on a day, when one expires."""

from datetime import UTC, date, datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges.assertions import (
    AssertionState,
    Impossible,
    Standing,
    add_months,
    change_state,
    expiry_of,
    judge_standing,
)

ALLOWED = {("issued", "expired"), ("issued", "revoked"), ("expired", "issued"), ("expired", "revoked")}
TODAY = date(2026, 11, 23)
HELD = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize(("current", "wanted"), list(product(AssertionState, AssertionState)))
def test_change_state_follows_the_table(current: AssertionState, wanted: AssertionState) -> None:
    outcome = change_state(current, wanted)
    if current == wanted or (current, wanted) in ALLOWED:
        assert outcome is wanted
    else:
        assert outcome == Impossible(f"an assertion that is {current} cannot become {wanted}")


@pytest.mark.parametrize(
    ("state", "expires_on", "held_at", "standing"),
    [
        ("issued", None, None, Standing.VALID),
        ("issued", date(2026, 11, 23), None, Standing.VALID),
        ("issued", date(2026, 11, 22), None, Standing.EXPIRED),
        ("expired", None, None, Standing.EXPIRED),
        ("issued", None, HELD, Standing.HELD),
        ("issued", date(2026, 11, 22), HELD, Standing.HELD),
        ("revoked", None, HELD, Standing.REVOKED),
        ("revoked", date(2030, 1, 1), None, Standing.REVOKED),
    ],
)
def test_judge_standing(state: str, expires_on: date | None, held_at: datetime | None, standing: Standing) -> None:
    assert judge_standing(state, expires_on, held_at, TODAY) is standing


@pytest.mark.parametrize(
    ("day", "months", "result"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2026-03-14", 36, "2029-03-14"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2026-12-01", 1, "2027-01-01"),
        ("2026-11-30", 0, "2026-11-30"),
    ],
)
def test_add_months_keeps_the_day_or_takes_the_last(day: str, months: int, result: str) -> None:
    assert add_months(date.fromisoformat(day), months) == date.fromisoformat(result)


@given(st.dates(date(1900, 1, 1), date(2900, 12, 31)), st.integers(0, 1200))
def test_add_months_moves_by_just_so_many_months(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later.day < day.day and add_months(later, 0).day >= 28)


def test_add_months_beyond_the_calendar_is_a_fault() -> None:
    with pytest.raises(ValueError, match="year"):
        add_months(date(9999, 12, 1), 1)


def test_expiry_of_a_badge_that_never_expires() -> None:
    assert expiry_of(TODAY, None) is None
    assert expiry_of(TODAY, 24) == date(2028, 11, 23)
