"""Moments in the database: to the microsecond, in UTC, never without a zone."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges.columns import from_microseconds, to_microseconds


@given(st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.timezones()))
def test_there_and_back(moment: datetime) -> None:
    assert from_microseconds(to_microseconds(moment)) == moment.astimezone(UTC)


def test_zones_are_only_ways_to_say_it() -> None:
    moment = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert to_microseconds(moment) == to_microseconds(moment.astimezone(timezone(timedelta(hours=5, minutes=45))))
    assert from_microseconds(to_microseconds(moment)).tzinfo is UTC


def test_a_naive_moment_is_a_fault() -> None:
    with pytest.raises(ValueError, match="needs a time zone"):
        to_microseconds(datetime(2026, 11, 23))
