"""When an event that was not taken is posted again, and when nobody believes any more that it will be. Pure.

Here belong these decisions. Times are those that Standard Webhooks recommends: ten attempts within some three days.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zlib import crc32

WAITS: Sequence[timedelta] = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""After the first attempt, the second, and so on; after the last of these it is given up."""
JITTER = 0.1
"""Part of a wait: what failed together is not tried again together."""
LONGEST_ASKED = timedelta(hours=24)
"""A Retry-After beyond this is cut (RFC 9110 section 10.2.3)."""
DISABLED_AFTER = timedelta(days=5)
"""An endpoint that has taken nothing for so long is disabled."""
RESTS: Sequence[timedelta] = tuple(timedelta(seconds=seconds) for seconds in (1, 2, 5, 15, 60, 300))
"""How long an endpoint that has just failed so many times in a row is left alone, whatever waits for it."""


def next_try(delivery_id: str, attempts: int, now: datetime, asked: timedelta | None = None) -> datetime | None:
    """Return when to try again after `attempts` that failed, the last of them `now`; None: given up.

    `asked` is what the receiver asked for (Retry-After); it can make a wait longer, never shorter.
    """
    if attempts > len(WAITS):
        return None
    share = crc32(f"{delivery_id}/{attempts}".encode()) / 0xFFFFFFFF
    wait = WAITS[attempts - 1] * (1 + JITTER * share)
    return now + max(wait, min(asked or wait, LONGEST_ASKED))


def rest_after(failures: int) -> timedelta:
    """Return how long to leave an endpoint alone after so many failures in a row (1 or more)."""
    return RESTS[min(failures, len(RESTS)) - 1]


def is_hopeless(failing_since: datetime, now: datetime) -> bool:
    """Tell whether an endpoint that has failed since then is to be disabled."""
    return now - failing_since >= DISABLED_AFTER
