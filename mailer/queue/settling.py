"""What an attempt's outcome means for its message. Pure: values in, values out.

Here belongs the decision. What a reply means stands in `mailer.delivery.judging`, how the decision is written in
`recording`.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mailer.delivery.outcomes import Bounced, Deferred, Held, Outcome, Phase, Sent, Unknown
from mailer.queue.claimed import Claimed
from mailer.queue.states import State
from mailer.retry import RetryPolicy, next_attempt


@dataclass(frozen=True)
class Policy:
    """What the operator chose."""

    retry: RetryPolicy = field(default_factory=RetryPolicy)
    resend_unknown: frozenset[str] = frozenset({"account"})
    """Streams whose `unknown` messages go out again, with the same Message-ID. Others wait for a person."""
    doubts: int = 3
    """So many attempts at one message may end in doubt, each a possible copy; then a person decides."""
    stand_back: timedelta = timedelta(minutes=1)
    """A message whose relay failed under it waits this long, so that the next probe of the relay is another one."""


@dataclass(frozen=True)
class Settlement:
    """The state that a message goes to, and why."""

    state: State
    reason: str | None
    due_at: datetime | None = None
    """None: as it was."""
    counts: bool = True
    """This was an attempt to reach the recipient."""
    suppress: bool = False


def settle(message: Claimed, outcome: Outcome, relay: str, now: datetime, policy: Policy) -> Settlement:
    """Return what becomes of `message` after `outcome` at `relay`."""
    match outcome:
        case Sent(reply):
            return Settlement(State.SENT, f"{relay} took it: {reply}")
        case Deferred(phase, reply):
            return _defer(message, f"{relay} at {phase.value}: {reply}", now, policy)
        case Bounced(phase, reply, suppress):
            return Settlement(State.BOUNCED, f"{relay} at {phase.value}: {reply}", suppress=suppress)
        case Held(phase, reply):
            return _put_back(message, phase, f"{relay} at {phase.value}: {reply}", now, policy)
        case Unknown(reply):
            return settle_unknown(message, f"{relay}: {reply}", next_attempt_of(message, now, policy), policy)


def settle_unknown(message: Claimed, doubt: str, due_at: datetime | None, policy: Policy) -> Settlement:
    """Return what becomes of `message`, of which nobody knows whether it was taken. `due_at` None: no time is left."""
    if message.stream not in policy.resend_unknown:
        return Settlement(State.UNKNOWN, f"may have been taken or not ({doubt}); waits for a person to decide")
    if message.doubts + 1 >= policy.doubts:
        reason = f"may have been taken or not, {policy.doubts} times ({doubt}); waits for a person to decide"
        return Settlement(State.UNKNOWN, reason)
    if due_at is None or _too_late(message, due_at):
        return Settlement(State.UNKNOWN, f"may have been taken or not ({doubt}); no time left to send it again")
    reason = f"may have been taken or not ({doubt}); sent again under the same Message-ID"
    return Settlement(State.QUEUED, reason, due_at)


def _defer(message: Claimed, what_happened: str, now: datetime, policy: Policy) -> Settlement:
    due_at = next_attempt_of(message, now, policy)
    if due_at is None:
        return Settlement(State.BOUNCED, f"gave up after {_days(policy)} days: {what_happened}")
    if _too_late(message, due_at):
        return Settlement(State.EXPIRED, f"its time passed before another try: {what_happened}")
    return Settlement(State.DEFERRED, what_happened, due_at)


def _put_back(message: Claimed, phase: Phase, what_happened: str, now: datetime, policy: Policy) -> Settlement:
    """The relay is at fault, which is nobody's bounce. But if it says so of one recipient for days, it is."""
    names_recipient = phase not in (Phase.CONNECT, Phase.MAIL)
    if names_recipient and now - message.written_at >= policy.retry.give_up_after:
        return Settlement(State.BOUNCED, f"gave up after {_days(policy)} days: {what_happened}")
    reason = f"put back, no fault of its own: {what_happened}"
    return Settlement(State.QUEUED, reason, due_at=now + policy.stand_back, counts=False)


def next_attempt_of(message: Claimed, now: datetime, policy: Policy) -> datetime | None:
    """Return when `message`, whose attempt has just failed, is tried again; None: no time is left."""
    return next_attempt(message.written_at, message.attempts + 1, now, message.id, policy.retry)


def _days(policy: Policy) -> str:
    return f"{policy.retry.give_up_after / timedelta(days=1):g}"


def _too_late(message: Claimed, due_at: datetime) -> bool:
    return message.not_later_than is not None and due_at > message.not_later_than
