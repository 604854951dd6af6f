"""How much one token may ask for, and how many wrong tokens one network may try. Counted in memory. Pure.

Here belong the counters; time is an argument. Each process counts for itself: what is protected is the process, and a
shared counter would cost a write a request. So with several processes behind one address a token may get as many times
the limit.
"""

from collections import OrderedDict
from dataclasses import dataclass, field

MOST_KEYS = 10_000
"""Counted at a time; whoever was counted longest ago is forgotten first, so memory stays bounded."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many in so many seconds."""

    most: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Left:
    """How a count stands. `seconds` until it starts anew."""

    is_over: bool
    remaining: int
    seconds: int


@dataclass(slots=True)
class Windows:
    """Counts by key in windows that begin with the first that is counted."""

    rate: Rate
    _counts: OrderedDict[str, tuple[float, int]] = field(default_factory=OrderedDict)

    def count(self, key: str, moment: float) -> Left:
        """Count one of `key` at `moment` (seconds, of any clock that goes forward)."""
        left = self.look(key, moment)
        begun, number = self._counts.pop(key, (moment, 0))
        self._counts[key] = (begun, number + 1)
        while len(self._counts) > MOST_KEYS:
            self._counts.popitem(last=False)
        return Left(left.is_over, max(0, left.remaining - 1), left.seconds)

    def look(self, key: str, moment: float) -> Left:
        """Tell how the count of `key` stands, and count nothing."""
        begun, number = self._counts.get(key, (moment, 0))
        if moment - begun >= self.rate.seconds:
            self._counts.pop(key, None)
            begun, number = moment, 0
        seconds = max(1, round(self.rate.seconds - (moment - begun)))
        return Left(number >= self.rate.most, max(0, self.rate.most - number), seconds)
