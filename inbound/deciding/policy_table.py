"""The support policy's table in code, until a rules file says it."""

from desk.words import NAMES_ITS_EARNER, Intent, Outcome, Role
from inbound.facts import Facts
from inbound.rules.rule import Decided

_ANSWERED = frozenset({
    Intent.LOGIN_TROUBLE, Intent.REGISTRATION, Intent.LINKEDIN_ADD, Intent.LINKEDIN_IMAGE, Intent.RESUME_OR_WEBSITE,
    Intent.EMAIL_SIGNATURE, Intent.PROFILE_CHANGE,
})  # fmt: skip
_ISSUER = {
    Intent.NAME_CHANGE: Outcome.APPLY, Intent.UNLOCK: Outcome.APPLY, Intent.EMAIL_CHANGE: Outcome.APPROVE,
    Intent.PASSWORD_RESET: Outcome.SEND_LINK, Intent.RESEND: Outcome.RESEND, Intent.REVOKE: Outcome.APPROVE,
}  # fmt: skip
_EARNER = {
    Intent.NAME_CHANGE: Outcome.REDIRECT, Intent.UNLOCK: Outcome.REDIRECT, Intent.EMAIL_CHANGE: Outcome.ANSWER,
    Intent.PASSWORD_RESET: Outcome.SEND_LINK, Intent.RESEND: Outcome.RESEND, Intent.UNSUBSCRIBE: Outcome.APPLY,
}  # fmt: skip


def decide(facts: Facts) -> Decided:
    """Return what the policy says."""
    outcome = _decide(facts)
    reason = f"{facts.intent} by {facts.role}: {outcome}"
    return Decided(outcome, facts.intent, f"{facts.role}-{facts.intent}-{outcome}", reason, facts.intent)


def _decide(facts: Facts) -> Outcome:
    if facts.report:
        return Outcome.BOUNCE
    if facts.automatic or facts.is_repeat:
        return Outcome.DROP
    if facts.intent in _ANSWERED:
        return Outcome.ANSWER
    if facts.role in (Role.ISSUER, Role.CLAIMED_ISSUER):
        return _decide_issuer(facts)
    if facts.problems:
        return Outcome.TICKET
    if facts.role is Role.EARNER:
        if facts.intent is Intent.PDF_CERTIFICATE:
            return Outcome.ANSWER if facts.offers_pdf else Outcome.REDIRECT
        return _EARNER.get(facts.intent, Outcome.TICKET)
    if facts.intent is Intent.UNSUBSCRIBE:
        return Outcome.APPLY
    return Outcome.ANSWER if facts.intent in {*_EARNER, Intent.PDF_CERTIFICATE} else Outcome.TICKET


def _decide_issuer(facts: Facts) -> Outcome:
    if facts.intent is Intent.PDF_CERTIFICATE:
        return Outcome.ANSWER
    if facts.intent not in NAMES_ITS_EARNER:
        return Outcome.TICKET
    if facts.lacks:
        return Outcome.ASK
    if facts.problems:
        return Outcome.TICKET
    if facts.is_done_already:
        return Outcome.APPLY
    if facts.doubts:
        return Outcome.APPROVE
    outcome = _ISSUER[facts.intent]
    return Outcome.CONFIRM if outcome is Outcome.APPLY and facts.role is Role.CLAIMED_ISSUER else outcome
