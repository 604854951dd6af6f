"""Whether the clock can tell that a worker is dead. Pure: the time is an argument.

A clock that was set forward, or a machine that slept, makes every heartbeat look old, and the first worker to wake
would take its healthy siblings for dead. It sees the same gap in its own sweeps, so it waits until they have had time.
"""

from datetime import datetime, timedelta


class TrustInClock:
    """Follows the sweeps of one worker, one each `pulse`; others are dead after `patience` without a heartbeat."""

    def __init__(self, now: datetime, pulse: timedelta, patience: timedelta) -> None:
        self._longest_gap = max(patience - pulse, pulse)
        self._patience = patience
        self._last = now
        self._from: datetime | None = None

    def is_due(self, now: datetime) -> bool:
        """Tell whether old heartbeats mean at `now` that their workers are dead."""
        gap, self._last = now - self._last, now
        if gap > self._longest_gap or gap < timedelta(0):
            self._from = now + self._patience
        return self._from is None or now >= self._from
