"""What a request comes to, once it is known who wrote, what they want and whom it is about.

Here belongs the support policy's footnote 1 and what its section 4 says of several people, of earners who ask for
others, and of requests for later. Which outcome follows is the rules' to say. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from badges.names import shares_part
from badges.register import KnownEarner, KnownIssuer
from desk.requests.orders import Change
from desk.words import NAMES_ITS_EARNER, Intent
from inbound.deciding.person_checks import PersonCheck, check_person
from inbound.facts import Doubt, Lack, Problem
from inbound.identity import Identity
from inbound.understanding.particulars import Particulars, Person, Standing
from inbound.understanding.wish import Wish

_MOST_TOLD = 10
"""People whose faults a reason names."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A request after its checks."""

    issuer: KnownIssuer | None = None
    """On whose authority it would be done; None unless a contact wrote."""
    earners: tuple[KnownEarner, ...] = ()
    """Whom it is about, as far as they are on record, each once, in the order of the mail."""
    changes: tuple[Change, ...] = ()
    lacks: frozenset[Lack] = frozenset()
    problems: frozenset[Problem] = frozenset()
    doubts: frozenset[Doubt] = frozenset()
    is_done_already: bool = False
    faults: tuple[str, ...] = ()
    """Who fails which check, in words."""


def check_request(identity: Identity, wish: Wish, particulars: Particulars) -> Checked:
    """Return what the wish of that writer comes to."""
    if identity.contacts:
        return _check_issuer(identity.issuers, wish, particulars)
    if identity.earner is not None:
        return _check_earner(identity.earner, wish, particulars)
    return Checked(earners=_list_earners(particulars.people), problems=_find_others_to_unsubscribe(wish, particulars))


def _find_others_to_unsubscribe(wish: Wish, particulars: Particulars) -> frozenset[Problem]:
    """A stranger stops the mails to their own address alone; one that is not on record may be an old one of theirs."""
    is_for_another = any(person.earner is not None or "@" not in person.said for person in particulars.people)
    return frozenset({Problem.OTHER_EARNER} if wish.intent is Intent.UNSUBSCRIBE and is_for_another else ())


def _check_issuer(issuers: Sequence[KnownIssuer], wish: Wish, particulars: Particulars) -> Checked:
    issuer = _choose_issuer(issuers, particulars.people)
    earners = _list_earners(particulars.people)
    if wish.intent not in NAMES_ITS_EARNER:
        return Checked(issuer, earners)
    checks = [check_person(person, wish.intent, issuer) for person in particulars.people]
    checked = _put_together(checks) if checks else _lack_somebody(wish.intent, particulars)
    is_deferred = wish.is_deferred and not checked.is_done_already
    doubts = checked.doubts | ({Doubt.DEFERRED} if is_deferred else set())
    return replace(checked, issuer=issuer, earners=earners, doubts=doubts)


def _choose_issuer(issuers: Sequence[KnownIssuer], people: Sequence[Person]) -> KnownIssuer:
    """Of several issuers that a contact speaks for, the one whose badges most of the named people hold decides."""

    def count_holders(issuer: KnownIssuer) -> int:
        found = [person.earner for person in people if person.earner is not None]
        return sum(1 for earner in found if earner.holds_of(issuer.issuer_id))

    return max(issuers, key=count_holders)


def _put_together(checks: Sequence[PersonCheck]) -> Checked:
    changes = tuple(replace(change, fault=check.fault) for check in checks for change in check.changes)
    faults = tuple(f"{check.said}: {check.fault}" for check in checks if check.fault)[:_MOST_TOLD]
    lacks = [frozenset(check.lacks) for check in checks]
    if len(checks) == 1 or (lacks[0] and all(each == lacks[0] for each in lacks)):
        # What is missing for all of them alike was forgotten, and is asked for.
        only = checks[0]
        problems = frozenset(check.problem for check in checks if check.problem)
        return Checked(None, (), changes, lacks[0], problems, frozenset(only.doubts), only.is_done_already, faults)
    doubts = {doubt for check in checks for doubt in check.doubts}
    if _contradict(changes):
        faults = (*faults, "the mail gives somebody two new names or addresses")[:_MOST_TOLD]
    if faults:
        doubts.add(Doubt.ONE_OF_SEVERAL)
    is_done = not faults and all(check.is_done_already for check in checks)
    return Checked(None, (), changes, doubts=frozenset(doubts), is_done_already=is_done, faults=faults)


def _contradict(changes: Sequence[Change]) -> bool:
    """Whether one person is to be called, or reached, in two ways."""
    given = {(change.earner_id, change.new_name, change.new_address) for change in changes if change.earner_id}
    return len(given) > len({earner_id for earner_id, _, _ in given})


def _lack_somebody(intent: Intent, particulars: Particulars) -> Checked:
    """Nobody is named: what else is missing is asked for in the same mail."""
    lacks = {Lack.EARNER}
    if intent is Intent.NAME_CHANGE and not particulars.loose_name:
        lacks.add(Lack.NEW_NAME)
    if intent is Intent.EMAIL_CHANGE:
        lacks.add(Lack.NEW_ADDRESS)
    known = (Change(intent, "", new_name=particulars.loose_name),) if particulars.loose_name else ()
    return Checked(changes=known, lacks=frozenset(lacks))


def _check_earner(earner: KnownEarner, wish: Wish, particulars: Particulars) -> Checked:
    """An earner asks for themselves; what they ask for somebody else is a person's to read."""
    others = [person for person in particulars.people if _is_another(person, earner, wish.intent)]
    if wish.intent is Intent.UNSUBSCRIBE:
        # An address that is not on record may be an old one of their own.
        others = [person for person in others if person.earner is not None or "@" not in person.said]
    if (wish.intent in NAMES_ITS_EARNER or wish.intent is Intent.UNSUBSCRIBE) and others:
        return Checked(earners=_list_earners(others), problems=frozenset({Problem.OTHER_EARNER}))
    own = next((person for person in particulars.people if person.earner is not None), None)
    return Checked(earners=(earner,), changes=_make_own_changes(earner, wish, particulars, own))


def _is_another(person: Person, earner: KnownEarner, intent: Intent) -> bool:
    """Whether an earner speaks of somebody else. A name or address that is not on record may be their own new one."""
    if person.earner is not None:
        return person.earner.earner_id != earner.earner_id
    if person.standing is not Standing.NOT_FOUND:
        return True
    if intent is Intent.NAME_CHANGE:
        return not shares_part(earner.name, person.said)
    return intent is not Intent.EMAIL_CHANGE


def _make_own_changes(
    earner: KnownEarner, wish: Wish, particulars: Particulars, own: Person | None
) -> tuple[Change, ...]:
    match wish.intent:
        case Intent.NAME_CHANGE:
            new_name = (own.new_name if own else None) or particulars.loose_name
            return (Change(wish.intent, earner.earner_id, new_name=new_name),)
        case Intent.RESEND:
            holding = own.holding if own else None
            return (Change(wish.intent, earner.earner_id, assertion_id=holding.assertion_id if holding else None),)
        case Intent.UNLOCK | Intent.PASSWORD_RESET | Intent.UNSUBSCRIBE:
            return (Change(wish.intent, earner.earner_id),)
        case _:
            return ()


def _list_earners(people: Sequence[Person]) -> tuple[KnownEarner, ...]:
    found = {person.earner.earner_id: person.earner for person in people if person.earner is not None}
    return tuple(found.values())
