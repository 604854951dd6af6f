"""When a relay that failed is tried again. Pure: the clock is an argument.

Here belongs the memory of one relay's failures. It holds the queue for that relay, and is nobody's bounce.
"""

from dataclasses import dataclass, field

STRIKES = 3
"""So many messages in a row refused as if the fault were ours, each in its own transaction, mean that it is."""


@dataclass
class Breaker:
    """Closed: mail passes. Open: nothing passes until `next_try`, then one message at a time, as a probe.

    All times are seconds of one monotonic clock.
    """

    first: float = 5.0
    longest: float = 300.0
    failures: int = 0
    strikes: int = 0
    next_try: float | None = field(default=None)
    """None: closed."""
    probing: bool = False

    def wait(self, now: float) -> float:
        """Return 0 if the caller may pass, and if it is open makes the caller the probe; else seconds to wait."""
        if self.next_try is None:
            return 0.0
        if self.probing or now < self.next_try:
            return max(self.next_try - now, 0.1)
        self.probing = True
        return 0.0

    def trip(self, now: float) -> float:
        """The relay failed: open, for twice as long each time. Return the seconds until the next try."""
        pause = min(self.first * 2.0 ** min(self.failures, 30), self.longest)
        self.failures += 1
        self.strikes = 0
        self.probing = False
        self.next_try = now + pause
        return pause

    def strike(self) -> bool:
        """Something was refused as if the fault were ours; tell whether that makes it time to `trip`."""
        self.strikes += 1
        return self.strikes >= STRIKES

    def mend(self) -> bool:
        """The relay works: closed. Tell whether it was open."""
        was_open = self.next_try is not None
        self.failures = self.strikes = 0
        self.probing = False
        self.next_try = None
        return was_open

    def end_probe(self) -> None:
        """The probe came to no verdict: let another one try."""
        self.probing = False
