"""The acts of a mail weighed into one intent, by the support policy's rules for mails that ask for several things.

Here belongs the policy (section 2) and what outweighs what: a page that does not load is the reason why somebody cannot
log in, a phishing mail speaks of locked accounts. How sure an intent is follows from the weight of what tells it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from desk.words import CHANGES_A_RECORD, Intent
from inbound.understanding.acts import Account, Act
from inbound.understanding.concepts import BITS, bits_of
from inbound.understanding.wish import Confidence

_SURE = 3.0
_LIKELY = 2.0
_WEAK = 2.8
"""What is told below this counts only where nothing stronger is asked."""
_AGAIN = 0.3
"""What a second sentence adds that says the same."""
_MOST_AGAIN = 0.6
_ALONE = 0.3
"""What it adds that nothing else can be meant."""
_SUBJECT = 0.5
"""What a subject adds that says the same."""
_SUBJECT_ALONE = -0.2
_SALES = bits_of("SALES")
_LOCKED, _NOT_ASKING = BITS["LOCKED"], BITS["NOT_ASKING"]
_FYI = bits_of("FYI")
_DENIED = (
    (BITS["UNLOCK"], Intent.UNLOCK),
    (BITS["RESET"], Intent.PASSWORD_RESET),
    (BITS["CHANGE"] | BITS["CORRECT"], Intent.NAME_CHANGE),
    (BITS["RESEND"] | BITS["SEND"], Intent.RESEND),
    (BITS["REVOKE"], Intent.REVOKE),
)
"""What nobody who denies the verb asks by telling."""
_WORTH_TELLING = {Intent.ABUSE, Intent.LOGIN_TROUBLE, Intent.UNSUBSCRIBE}
"""What is told for the reader's sake."""
_EXPLAINED_BY = {
    Intent.PASSWORD_RESET: {Intent.UNLOCK, Intent.REGISTRATION},
    Intent.LINKEDIN_ADD: {Intent.LINKEDIN_IMAGE},
}
"""An intent that is part of another one."""
_EXPLAINED_IF_WEAK = {
    Intent.UNLOCK: {Intent.LOGIN_TROUBLE},
    Intent.PASSWORD_RESET: {Intent.LOGIN_TROUBLE},
    Intent.LOGIN_TROUBLE: {Intent.UNLOCK, Intent.PASSWORD_RESET},
    Intent.REGISTRATION: {Intent.UNLOCK, Intent.PASSWORD_RESET},
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the acts come to."""

    intent: Intent
    confidence: Confidence
    asked: tuple[Intent, ...] = ()
    because: tuple[str, ...] = ()


def weigh_acts(body: Account, title: Account | None, *, has_text: bool) -> Verdict:
    """Return the intent of a text and its subject; `title` is None for a subject that may belong to an old thread."""
    if body.said & _SALES:
        return Verdict(Intent.OTHER, Confidence.SURE, (), _quote(body.acts))
    acts = _drop_untold(body)
    headings = title.acts if title else []
    if not acts and headings and not _is_answered(body, has_text):
        weight = _SUBJECT_ALONE if has_text else 0.0
        acts = [Act(act.intent, act.weight + weight, act.is_asked, act.words, act.sentence) for act in headings]
        headings = []
    elif acts and headings and _is_vague(acts) and not _is_vague(headings):
        acts = [*headings, *acts]
        headings = []
    weights = _add_up(acts, headings)
    is_alone = sum(weight >= _LIKELY for weight in weights.values()) == 1
    verdict = _decide(_drop_explained(weights, acts), acts, _ALONE if is_alone else 0.0)
    is_refused = body.denied & _LOCKED or (body.denied & _NOT_ASKING and not body.asks)
    if not verdict.asked and (body.is_over or is_refused):
        verdict = replace(verdict, confidence=Confidence.LIKELY)
    if verdict.confidence is Confidence.SURE and _is_rivalled(verdict.intent, weights):
        verdict = replace(verdict, confidence=Confidence.LIKELY)
    return verdict


def _is_rivalled(intent: Intent, weights: Mapping[Intent, float]) -> bool:
    """Whether a change of a record may be only one of two, though the other one is told but weakly."""
    rivals = CHANGES_A_RECORD - {intent}
    return intent in CHANGES_A_RECORD and any(weights.get(other, 0.0) >= _LIKELY for other in rivals)


def _drop_untold(body: Account) -> list[Act]:
    """Return the acts that are left once reminders and mere information are told apart from requests."""
    acts = body.acts
    for verb, intent in _DENIED:
        if body.denied & verb:
            acts = [act for act in acts if act.is_asked or act.intent is not intent]
    if body.is_reminder or body.said & _FYI:
        acts = [act for act in acts if act.is_asked or act.intent in _WORTH_TELLING]
    return acts


def _is_answered(body: Account, has_text: bool) -> bool:
    """Whether the text says that the subject asks for nothing (any more)."""
    return has_text and (body.is_over or body.is_reminder or bool(body.said & _FYI))


def _is_vague(acts: Iterable[Act]) -> bool:
    return all(act.weight < _WEAK for act in acts)


def _add_up(acts: Iterable[Act], headings: Iterable[Act]) -> dict[Intent, float]:
    """Return the weight of each intent, in the order in which they are asked."""
    weights: dict[Intent, float] = {}
    seen: dict[Intent, set[int]] = {}
    for act in acts:
        more = min(len(seen.setdefault(act.intent, set()) - {act.sentence}) * _AGAIN, _MOST_AGAIN)
        seen[act.intent].add(act.sentence)
        weights[act.intent] = max(weights.get(act.intent, 0.0), act.weight + more)
    for intent in {act.intent for act in headings} & weights.keys():
        weights[intent] += _SUBJECT
    return weights


def _drop_explained(weights: dict[Intent, float], acts: list[Act]) -> dict[Intent, float]:
    asked = {act.intent for act in acts if act.is_asked}
    strongest = max(weights.values(), default=0.0)
    abuse = weights.get(Intent.ABUSE, 0.0)

    def is_kept(intent: Intent, weight: float) -> bool:
        if weight < _LIKELY or (weight < _WEAK and strongest >= _SURE):
            return False
        if abuse >= _SURE and intent is not Intent.ABUSE and not (intent in CHANGES_A_RECORD and intent in asked):
            return False
        if any(other in weights and _is_part(intent, other, acts) for other in _EXPLAINED_BY.get(intent, ())):
            return False
        return not (weight < _SURE and any(weights.get(o, 0) >= weight for o in _EXPLAINED_IF_WEAK.get(intent, ())))

    return {intent: weight for intent, weight in weights.items() if is_kept(intent, weight)}


def _is_part(intent: Intent, other: Intent, acts: list[Act]) -> bool:
    """Whether `intent` is but how the other one came about, not asked for itself in a sentence before."""
    if other in CHANGES_A_RECORD:
        return True
    first = min((act.sentence for act in acts if act.intent is other), default=0)
    return not any(act.intent is intent and act.is_asked and act.sentence < first for act in acts)


def _decide(weights: dict[Intent, float], acts: list[Act], more: float) -> Verdict:
    asked = tuple(weights)
    if not asked:
        return Verdict(Intent.OTHER, Confidence.UNSURE, (), _quote(acts))
    changes = [intent for intent in asked if intent in CHANGES_A_RECORD]
    because = _quote(act for act in acts if act.intent in weights)
    if len(changes) > 1:
        return Verdict(Intent.OTHER, Confidence.SURE, asked, because)
    intent = changes[0] if changes else asked[0]
    confidence = Confidence.SURE if weights[intent] + more >= _SURE else Confidence.LIKELY
    return Verdict(intent, confidence, asked, because)


def _quote(acts: Iterable[Act]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(act.words for act in acts))[:5]
