"""What comes in and what is made of it, counted for Prometheus.

Here belong the families of listener and processor. No label has a value that a mail brings: outcomes and rules' results
are words of ours, replies are counted by their class.
"""

from functools import cache

from prometheus_client import Counter, Histogram

_SESSIONS = Counter("badgepost_listener_sessions", "Connections to the listener.")
_REPLIES = Counter("badgepost_listener_replies", "Replies of the listener by class: 2yz, 3yz, 4yz, 5yz.", ("class",))
_KEPT = Counter("badgepost_received_mails", "Mails handed over: kept, repeat (kept before), not_kept.", ("result",))
_COMMIT = Histogram(
    "badgepost_received_commit_seconds",
    "Committing a group of mails that came in.",
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 60),
)
_PROCESSED = Counter(
    "badgepost_processed_mails",
    "Mails dealt with, by what they came to: an outcome of the rules, or put_off, again, lost, shelved.",
    ("result",),
)
_PROCESSING = Histogram(
    "badgepost_processing_seconds",
    "Dealing with one mail, from its bytes to what was carried out.",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 150),
)
_RULES = Histogram(
    "badgepost_rules_seconds",
    "Judging one mail: people, checks, rules.",
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1),
)
_REPORTS = Counter(
    "badgepost_reports",
    "Reports about our mails: failed, delayed, delivered, complaint, feedback; unproven ones move nothing.",
    ("kind",),
)
for _kind in ("failed", "delayed", "delivered", "complaint", "feedback", "unproven"):
    _REPORTS.labels(_kind)  # there from the start, so that the first one is seen as one more
_ROOMS = Counter("badgepost_reading_rooms_ended", "How often a mail ended the process that read it.")


@cache
def _reply(first: int) -> Counter:
    return _REPLIES.labels(f"{first - 48}yz" if 50 <= first <= 53 else "other")


_kept, _repeat, _not_kept = (_KEPT.labels(result) for result in ("kept", "repeat", "not_kept"))


def count_session() -> None:
    """Count a connection."""
    _SESSIONS.inc()


def count_reply(reply: bytes) -> None:
    """Count a reply by its first digit."""
    _reply(reply[0]).inc()


def count_group(kept: int, repeats: int, not_kept: int, seconds: float) -> None:
    """Count the mails of one commit."""
    _kept.inc(kept)
    _repeat.inc(repeats)
    _not_kept.inc(not_kept)
    _COMMIT.observe(seconds)


def count_processed(result: str, seconds: float) -> None:
    """Count a mail that was dealt with."""
    _PROCESSED.labels(result).inc()
    _PROCESSING.observe(seconds)


def count_judged(seconds: float) -> None:
    """Count how long judging a mail took."""
    _RULES.observe(seconds)


def count_report(kind: str) -> None:
    """Count a report that was booked."""
    _REPORTS.labels(kind).inc()


def count_room_ended() -> None:
    """Count a mail that ended the process that read it."""
    _ROOMS.inc()
