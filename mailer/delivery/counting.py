"""What a worker counts of its mails, for Prometheus: attempts and how long their steps took.

Here belong the families. A series is looked up once and kept: looking it up takes longer than counting.
No label may have a value that mail or people bring: relays are named in the settings, the rest are words of ours.
"""

from dataclasses import dataclass
from functools import cache

from prometheus_client import Counter, Histogram

from mailer.delivery.outcomes import Outcome

_ATTEMPTS = Counter(
    "badgepost_attempts", "Attempts to deliver, by relay, stream and outcome.", ("relay", "stream", "outcome")
)
_SECONDS = Histogram(
    "badgepost_attempt_seconds",
    "Of one mail: composing it, waiting until the intent is on disk, and from there to the relay's verdict.",
    ("phase",),
    buckets=(0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10, 60, 300),
)
_AGE = Histogram(
    "badgepost_sent_age_seconds",
    "From being written (or the time that it was planned for) to the relay's 250.",
    ("stream",),
    buckets=(1, 5, 15, 60, 300, 900, 3600, 14400, 86400),
)
_CLAIMED = Counter("badgepost_claimed_messages", "Messages that workers have claimed.")
_UNTRIED = Counter("badgepost_untried_messages", "Messages that ended untried: suppressed or expired.", ("state",))
_SET_ASIDE = Counter("badgepost_not_composed_messages", "Messages that were set aside because they cannot be composed.")
_RELAY_DOWN = Counter("badgepost_relay_failures", "How often a relay was reported down.", ("relay",))


@dataclass(slots=True)
class Timing:
    """What a mail's steps took, in seconds: of `perf_counter`, which the feed reads."""

    composing: float = 0.0
    asked_at: float = 0.0
    """When the intent was submitted."""
    granted_at: float = 0.0
    """When the intent was on disk."""

    @property
    def intending(self) -> float:
        """Seconds until the intent was on disk."""
        return self.granted_at - self.asked_at


@cache
def _attempts(relay: str, stream: str, outcome: str) -> Counter:
    return _ATTEMPTS.labels(relay, stream, outcome)


_composing, _intending, _delivering = (_SECONDS.labels(phase) for phase in ("compose", "intend", "deliver"))
_age = {stream: _AGE.labels(stream) for stream in ("account", "notices")}
_suppressed, _expired = (_UNTRIED.labels(state) for state in ("suppressed", "expired"))


def name_outcome(outcome: Outcome) -> str:
    """Return what an outcome is called in logs and counts."""
    return type(outcome).__name__.lower()


def count_attempt(relay: str, stream: str, outcome: str, timing: Timing, delivering: float) -> None:
    """Count one attempt that was granted; `delivering` in seconds."""
    _attempts(relay, stream, outcome).inc()
    _composing.observe(timing.composing)
    _intending.observe(timing.intending)
    _delivering.observe(delivering)


def count_sent(stream: str, age: float) -> None:
    """Count a mail that left `age` seconds after it was written."""
    if stream in _age:
        _age[stream].observe(age)


def count_claim(claimed: int, suppressed: int, expired: int) -> None:
    """Count what one claim came to."""
    _CLAIMED.inc(claimed)
    _suppressed.inc(suppressed)
    _expired.inc(expired)


def count_not_composed() -> None:
    """Count a message that nobody can compose."""
    _SET_ASIDE.inc()


def count_relay_down(relay: str) -> None:
    """Count that a relay was reported down."""
    _RELAY_DOWN.labels(relay).inc()
