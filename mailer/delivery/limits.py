"""How many messages may be under way, and how fast they may follow each other. Pure: the clock is an argument.

Here belong the counters of one worker process. Limits over several workers are the operator's: divide by their number.
"""

from collections.abc import Mapping
from dataclasses import dataclass

DEFAULT = "default"
"""The limit of every domain that has none of its own. Each such domain counts for itself."""


@dataclass(frozen=True)
class Limit:
    """None: no limit."""

    concurrency: int | None = None
    rate: float | None = None
    """Messages a second."""


NO_LIMIT = Limit()
AHEAD = 8
"""Held ready before a limit: so many times its concurrency, so many seconds of its rate."""


class Gate:
    """What passes one limit. Times are seconds of one monotonic clock."""

    def __init__(self, limit: Limit) -> None:
        self._limit = limit
        self._burst = 1 + (limit.rate or 0) / 10
        self._tokens = self._burst
        self._filled_at = 0.0
        self.under_way = 0

    @property
    def capacity(self) -> int:
        """How many messages are worth holding ready before this gate."""
        by_concurrency = self._limit.concurrency * AHEAD if self._limit.concurrency else 1_000_000
        by_rate = int(self._limit.rate * AHEAD) + 1 if self._limit.rate else 1_000_000
        return min(by_concurrency, by_rate)

    @property
    def is_idle(self) -> bool:
        """Nothing is under way and no rate is being kept: it may be forgotten."""
        return self.under_way == 0 and self._limit.rate is None

    def wait(self, now: float) -> float | None:
        """Return the seconds until one more may pass; None: when one that is under way has ended."""
        if self._limit.concurrency is not None and self.under_way >= self._limit.concurrency:
            return None
        if self._limit.rate is None:
            return 0.0
        self._fill(now)
        return 0.0 if self._tokens >= 1 else (1 - self._tokens) / self._limit.rate

    def enter(self, now: float) -> None:
        """One is under way."""
        self.under_way += 1
        if self._limit.rate is not None:
            self._fill(now)
            self._tokens -= 1

    def leave(self) -> None:
        """One has ended."""
        self.under_way -= 1

    def _fill(self, now: float) -> None:
        assert self._limit.rate is not None
        if self._filled_at:
            self._tokens = min(self._burst, self._tokens + (now - self._filled_at) * self._limit.rate)
        self._filled_at = now


class Gates:
    """The gates of all recipient domains, or of all relays, by name."""

    def __init__(self, limits: Mapping[str, Limit]) -> None:
        self._limits = limits
        self._gates: dict[str, Gate] = {}

    def find(self, name: str) -> Gate | None:
        """Return the gate of `name`; None: it has no limit."""
        limit = self._limits.get(name) or self._limits.get(DEFAULT)
        if limit is None or limit == NO_LIMIT:
            return None
        return self._gates.setdefault(name, Gate(limit))

    def wait(self, name: str, now: float) -> float | None:
        """Return the seconds until one more may pass to `name`; None: when one that is under way has ended."""
        gate = self.find(name)
        return 0.0 if gate is None else gate.wait(now)

    def enter(self, name: str, now: float) -> None:
        """One is under way to `name`."""
        gate = self.find(name)
        if gate is not None:
            gate.enter(now)

    def leave(self, name: str) -> None:
        """One to `name` has ended."""
        gate = self._gates.get(name)
        if gate is None:
            return
        gate.leave()
        if gate.is_idle:
            del self._gates[name]

    def shut(self, now: float) -> list[str]:
        """Return the names that nothing may pass to at this moment."""
        return [name for name, gate in self._gates.items() if gate.wait(now) != 0]
