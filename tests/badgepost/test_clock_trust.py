"""When a worker may believe that another one is dead."""

from datetime import UTC, datetime, timedelta

from badgepost.clock_trust import TrustInClock

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PULSE, PATIENCE = timedelta(seconds=10), timedelta(seconds=45)


def ask(*seconds: float) -> list[bool]:
    trust = TrustInClock(START, PULSE, PATIENCE)
    return [trust.is_due(START + timedelta(seconds=second)) for second in seconds]


def test_a_steady_clock_is_believed() -> None:
    assert ask(0, 10, 20, 31, 55) == [True] * 5


def test_after_a_leap_others_have_time_to_be_heard() -> None:
    assert ask(0, 10, 100, 110, 140, 145, 155) == [True, True, False, False, False, True, True]
    assert ask(0, 10, 100, 190, 200) == [True, True, False, False, False]


def test_after_a_clock_was_set_back() -> None:
    assert ask(30, 0, 10, 45) == [True, False, False, True]
