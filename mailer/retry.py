"""When a deferred message is tried again. Pure: the clock is an argument, chance is a hash."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

JITTER = 0.25
"""How much earlier than the full wait a try may be, so that what was deferred together does not come back together."""


@dataclass(frozen=True)
class RetryPolicy:
    """`first` after the first attempt, `factor` times longer after each, never longer than `longest`.

    `give_up_after` counts from when the message was first due (RFC 5321 section 4.5.4.1 asks for 4-5 days of an MTA;
    ours stands before one, and a link in the mail that is a week old helps nobody).
    """

    first: timedelta = timedelta(minutes=5)
    factor: float = 2.0
    longest: timedelta = timedelta(hours=6)
    give_up_after: timedelta = timedelta(days=3)


def next_attempt(first_due: datetime, attempts: int, now: datetime, key: str, policy: RetryPolicy) -> datetime | None:
    """Return when to try again after `attempts` failed ones, the last of them at `now`; None: give up.

    The last try falls on the deadline itself, not before it. The same `key` (the message's id) and number of attempts
    give the same jitter.
    """
    deadline = first_due + policy.give_up_after
    if now >= deadline:
        return None
    wait = _full_wait(attempts, policy) * (1 - JITTER * _fraction(f"{key}/{attempts}"))
    return min(now + wait, deadline)


def _full_wait(attempts: int, policy: RetryPolicy) -> timedelta:
    wait = policy.first.total_seconds()
    longest = policy.longest.total_seconds()
    for _ in range(attempts - 1):
        if wait >= longest or policy.factor == 1:
            break
        wait *= policy.factor
    return timedelta(seconds=min(wait, longest))


def _fraction(key: str) -> float:
    """Return a number in [0, 1) that looks random and is always the same for `key`."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") / 2**64
