"""What a worker says of its mails: one line of the log an attempt, and the counts beside it.

Here belongs which values a line has. None is an address: a mail is found again by its id, and the reply of a relay,
which may name the recipient, is cut by whoever writes the lines (`badgepost.redacting`).
"""

from datetime import datetime
from time import perf_counter

import structlog

from mailer.delivery.counting import count_attempt, count_claim, count_sent, name_outcome
from mailer.delivery.outcomes import Outcome, Sent, Unknown
from mailer.delivery.transport import Parcel
from mailer.queue.claimed import Claimed
from mailer.queue.claiming import Claim
from mailer.queue.settling import Settlement

_REPLY_CHARACTERS = 200
_log = structlog.get_logger("badgepost.delivery")


def tell_claim(claimed: Claim) -> None:
    """Say what a claim came to."""
    count_claim(len(claimed.messages), claimed.suppressed, claimed.expired)
    for message in claimed.messages:
        _log.debug("claimed", message=message.id, batch=message.batch_id, fence=message.fence)


def tell_composed(message: Claimed, size: int, seconds: float) -> None:
    """Say that a mail was composed."""
    _log.debug("composed", message=message.id, bytes=size, seconds=_round(seconds))


def tell_attempt(parcel: Parcel, relay: str, outcome: Outcome, settlement: Settlement, now: datetime) -> None:
    """Say what an attempt came to that had an intent."""
    message, timing = parcel.message, parcel.timing
    delivering = perf_counter() - timing.granted_at if timing.granted_at else 0.0
    age = (now - message.written_at).total_seconds()
    name = name_outcome(outcome)
    count_attempt(relay, message.stream, name, timing, delivering)
    if isinstance(outcome, Sent):
        count_sent(message.stream, age)
    code = outcome.reply[:3]
    _log.info(
        "attempt",
        message=message.id,
        batch=message.batch_id,
        kind=message.kind,
        stream=message.stream,
        domain=message.domain,
        relay=relay,
        attempt=message.attempts + 1,
        outcome=name,
        state=settlement.state.value,
        phase="body" if isinstance(outcome, Sent | Unknown) else outcome.phase.value,
        code=int(code) if code.isdecimal() and code.isascii() else None,
        reply=outcome.reply[:_REPLY_CHARACTERS],
        next_try_at=settlement.due_at.isoformat() if settlement.due_at else None,
        composing=_round(timing.composing),
        intending=_round(max(0.0, timing.intending)),
        seconds=_round(delivering),
        age=_round(age),
    )


def _round(seconds: float) -> float:
    return round(seconds, 4)
