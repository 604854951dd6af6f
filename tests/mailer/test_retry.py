"""When a deferred message is tried again."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mailer.retry import JITTER, RetryPolicy, next_attempt

DUE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
POLICY = RetryPolicy()

policies = st.builds(
    RetryPolicy,
    first=st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(days=2)),
    factor=st.floats(1, 1e9),
    longest=st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(days=9)),
    give_up_after=st.timedeltas(min_value=timedelta(minutes=1), max_value=timedelta(days=30)),
)


def test_each_wait_is_about_twice_the_one_before() -> None:
    waits = [_wait(attempts) for attempts in range(1, 9)]
    full = [min(timedelta(minutes=5) * 2**number, POLICY.longest) for number in range(8)]
    for wait, longest in zip(waits, full, strict=True):
        assert longest * (1 - JITTER) <= wait <= longest


def test_what_was_deferred_together_does_not_come_back_together() -> None:
    times = {next_attempt(DUE, 1, DUE, f"message{number}", POLICY) for number in range(100)}
    assert len(times) > 95


def test_the_last_try_is_at_the_deadline_and_none_after_it() -> None:
    deadline = DUE + POLICY.give_up_after
    assert next_attempt(DUE, 20, deadline - timedelta(minutes=1), "m", POLICY) == deadline
    assert next_attempt(DUE, 21, deadline, "m", POLICY) is None


@given(policies, st.integers(1, 10_000), st.timedeltas(timedelta(0), timedelta(days=60)), st.text(max_size=20))
def test_any_policy(policy: RetryPolicy, attempts: int, passed: timedelta, key: str) -> None:
    now = DUE + passed
    at = next_attempt(DUE, attempts, now, key, policy)
    assert at == next_attempt(DUE, attempts, now, key, policy)
    if at is None:
        assert passed >= policy.give_up_after
    else:
        assert now < at <= DUE + policy.give_up_after
        assert at - now <= max(policy.longest, policy.first)


def _wait(attempts: int) -> timedelta:
    at = next_attempt(DUE, attempts, DUE, "message", POLICY)
    assert at is not None
    return at - DUE
