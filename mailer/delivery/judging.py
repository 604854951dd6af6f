"""What a reply means for the message under way, by the phase it came in. Pure.

Here belongs whose fault a refusal is: the recipient's, this message's, or ours and the relay's. What the words and
codes of a reply say stands in `wire.status`; what becomes of the message in `mailer.queue.settling`.
"""

from mailer.delivery.outcomes import Bounced, Deferred, Held, Outcome, Phase, Sent, Unknown
from wire.causes import Cause, Fault
from wire.reply import Reply
from wire.status import judge_reply

SHUTTING_DOWN = 421
"""RFC 5321 section 3.8: may come at any time, and the connection is over."""
TOO_BIG = 552
"""In reply to MAIL: larger than the relay takes (RFC 1870 section 6.1)."""


def judge(phase: Phase, reply: Reply) -> Outcome:
    """Return what `reply`, which is not the one that leads on, means for the message in `phase`."""
    if reply.code < 400:
        return _judge_nonsense(phase, reply)
    verdict = judge_reply(reply)
    words = str(reply)
    if phase is Phase.MAIL and _is_about_this_mail(reply, verdict.cause):
        return Bounced(phase, words) if verdict.permanent else Deferred(phase, words)
    if reply.code == SHUTTING_DOWN or phase in (Phase.CONNECT, Phase.MAIL) or verdict.fault is Fault.OURS:
        return Held(phase, words)
    if phase is Phase.DATA and verdict.cause is Cause.MISUNDERSTOOD:
        return Held(phase, words)
    if verdict.permanent:
        return Bounced(phase, words, suppress=verdict.condemns_address)
    return Deferred(phase, words)


def judge_broken(phase: Phase, reason: str) -> Outcome:
    """Return what it means that the conversation broke in `phase`, for `reason`.

    Until MAIL is answered the relay has heard of no recipient: it is not well. In the body the final dot may have
    arrived although its reply did not.
    """
    match phase:
        case Phase.CONNECT | Phase.MAIL:
            return Held(phase, reason)
        case Phase.RCPT | Phase.DATA:
            return Deferred(phase, reason)
        case Phase.BODY:
            return Unknown(reason)


def _is_about_this_mail(reply: Reply, cause: Cause) -> bool:
    """MAIL names the size and the kind of the message (RFC 1870, RFC 6531), so there it can be this mail's fault."""
    return reply.code == TOO_BIG or cause in (Cause.TOO_BIG, Cause.UNICODE)


def _judge_nonsense(phase: Phase, reply: Reply) -> Outcome:
    if phase is Phase.BODY and reply.code < 300:
        return Sent(str(reply))
    return judge_broken(phase, f"a reply that does not belong here: {reply}")
