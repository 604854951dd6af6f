"""What one person of an issuer's request comes to: the change that would be made, or why it cannot or should not be.

Here belong the checks of one person alone (docs/support-policy.md section 3, footnote 1). What several people in one
mail come to together is put together in `checking`. Pure.
"""

import unicodedata
from dataclasses import dataclass

from badges.names import is_odd_name, shares_part
from badges.register import Holding, KnownEarner, KnownIssuer
from desk.requests.orders import Change
from desk.words import Intent
from inbound.facts import Doubt, Lack, Problem
from inbound.understanding.particulars import Person, Standing

_PROBLEMS = {
    Standing.NOT_FOUND: Problem.NOT_FOUND,
    Standing.AMBIGUOUS: Problem.AMBIGUOUS,
    Standing.CONTRADICTORY: Problem.CONTRADICTORY,
}
FAULTS: dict[Lack | Problem | Doubt, str] = {
    Lack.EARNER: "the mail does not say for whom",
    Lack.NEW_NAME: "the new name is not given, or does not follow without doubt",
    Lack.NEW_ADDRESS: "the new address is not given",
    Lack.BADGE: "they hold several badges of this issuer, and the mail does not say which",
    Problem.NOT_FOUND: "nobody of that name or address is on record",
    Problem.AMBIGUOUS: "several people bear that name",
    Problem.CONTRADICTORY: "the address and the name are different people's",
    Problem.NOT_THEIRS: "they hold no badge of this issuer",
    Problem.OTHER_EARNER: "an earner asks it for somebody else",
    Doubt.ANOTHER_NAME: "the new name shares no part with the old one",
    Doubt.ODD_NAME: "the new name holds signs or letters that no name has",
    Doubt.SHARED_EARNER: "they also hold a badge of another issuer",
    Doubt.ONE_OF_SEVERAL: "one of several people fails a check",
    Doubt.DEFERRED: "it is asked for a later day or under a condition",
}
"""Each in words that staff can read."""


@dataclass(frozen=True, slots=True)
class PersonCheck:
    """One person. What is missing comes before who it is, and that before whether the change is a good one."""

    said: str
    earner: KnownEarner | None
    changes: tuple[Change, ...] = ()
    """Where something is missing, what is known so far."""
    lacks: tuple[Lack, ...] = ()
    problem: Problem | None = None
    doubts: tuple[Doubt, ...] = ()
    is_done_already: bool = False

    @property
    def fault(self) -> str | None:
        """Why it fails, for whoever approves; None: it is sound."""
        problems = () if self.problem is None else (self.problem,)
        found: tuple[Lack | Problem | Doubt, ...] = (*self.lacks, *problems, *self.doubts)
        return "; ".join(FAULTS[each] for each in found) or None


def check_person(person: Person, intent: Intent, issuer: KnownIssuer) -> PersonCheck:
    """Check one person for whom `issuer` asks for something that names its earner."""
    lacks = _find_lacks(person, intent, issuer)
    earner = person.earner if person.standing is Standing.FOUND else None
    if earner is None:
        return PersonCheck(person.said, None, lacks=lacks, problem=_PROBLEMS.get(person.standing, Problem.NOT_FOUND))
    held = earner.holds_of(issuer.issuer_id)
    named_badge = person.holding
    if not held or (named_badge is not None and named_badge.issuer.issuer_id != issuer.issuer_id):
        return PersonCheck(person.said, earner, lacks=lacks, problem=Problem.NOT_THEIRS)
    changes = _make_changes(person, earner, intent, held)
    if lacks:
        return PersonCheck(person.said, earner, changes, lacks)
    if _is_done(person, earner, intent):
        return PersonCheck(person.said, earner, changes, is_done_already=True)
    return PersonCheck(person.said, earner, changes, doubts=_find_doubts(person, earner, intent, issuer))


def _find_lacks(person: Person, intent: Intent, issuer: KnownIssuer) -> tuple[Lack, ...]:
    if intent is Intent.NAME_CHANGE and not person.new_name:
        return (Lack.NEW_NAME,)
    if intent is Intent.EMAIL_CHANGE and not person.new_address:
        return (Lack.NEW_ADDRESS,)
    several = person.earner is not None and len(person.earner.holds_of(issuer.issuer_id)) > 1
    if intent is Intent.REVOKE and several and person.holding is None:
        return (Lack.BADGE,)
    return ()


def _find_doubts(person: Person, earner: KnownEarner, intent: Intent, issuer: KnownIssuer) -> tuple[Doubt, ...]:
    if intent is not Intent.NAME_CHANGE or person.new_name is None:
        return ()
    doubts = []
    if not shares_part(earner.name, person.new_name):
        doubts.append(Doubt.ANOTHER_NAME)
    if is_odd_name(person.new_name):
        doubts.append(Doubt.ODD_NAME)
    if any(holding.issuer.issuer_id != issuer.issuer_id for holding in earner.holdings):
        doubts.append(Doubt.SHARED_EARNER)
    return tuple(doubts)


def _is_done(person: Person, earner: KnownEarner, intent: Intent) -> bool:
    if intent is Intent.NAME_CHANGE:
        # To the letter: a correction may well be of an accent alone.
        return _spell(person.new_name or "") == _spell(earner.name)
    return intent is Intent.UNLOCK and not earner.is_locked


def _spell(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).split())


def _make_changes(person: Person, earner: KnownEarner, intent: Intent, held: tuple[Holding, ...]) -> tuple[Change, ...]:
    badges = (person.holding,) if person.holding else held
    if intent is Intent.REVOKE and len(badges) > 1:
        return (Change(intent, earner.earner_id),)
    match intent:
        case Intent.NAME_CHANGE:
            return (Change(intent, earner.earner_id, new_name=person.new_name),)
        case Intent.EMAIL_CHANGE:
            return (Change(intent, earner.earner_id, new_address=person.new_address),)
        case Intent.REVOKE | Intent.RESEND:
            # An issuer speaks for its own badges only.
            return tuple(Change(intent, earner.earner_id, assertion_id=badge.assertion_id) for badge in badges)
        case _:
            return (Change(intent, earner.earner_id),)
