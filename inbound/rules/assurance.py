"""The least that must be known of a mail before anything is done with it, whatever a rules file says.

Here belongs what each outcome needs, written in the conditions that rules are written in: a rules file can ask for
more, never for less. A rule that could never be warranted is not loaded; one that asks for more than a
mail's facts warrant becomes a ticket that says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from desk.words import NAMES_ITS_EARNER, Intent, Outcome, Role
from inbound.facts import Doubt
from inbound.rules.conditions import Between, Condition, Every, Never, Says, Within
from inbound.rules.view import View
from inbound.rules.vocabulary import VALUES
from inbound.understanding.wish import Confidence

CONTACTS = frozenset({Role.ISSUER, Role.CLAIMED_ISSUER})
OTHERS = frozenset({Role.EARNER, Role.UNKNOWN})
EVERYBODY = frozenset(Role)
GUIDES = frozenset(Intent) - {Intent.REVOKE, Intent.UNSUBSCRIBE, Intent.PRIVACY, Intent.ABUSE, Intent.OTHER}
"""What can be answered from a guide."""


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that must be so."""

    condition: Condition
    otherwise: str
    """Why nothing is done where it is not so."""


@dataclass(frozen=True, slots=True)
class Grant:
    """Who may get something done, for what, and what must be known."""

    intents: frozenset[Intent]
    roles: frozenset[Role]
    needs: tuple[Need, ...]


def _within(fact: str, *allowed: Any) -> Condition:
    return Within(fact, frozenset(allowed))


def _empty(fact: str) -> Condition:
    return _within(fact, frozenset())


_SEVERAL = Within("doubts", frozenset(some for some in VALUES["doubts"] if Doubt.ONE_OF_SEVERAL in some))

BY_A_PERSON = Need(
    Every((_within("report", None), _within("automatic", None), _within("is_repeat", False))),
    "the mail is a report, automatic, or was dealt with before",
)
SURE = Need(_within("confidence", Confidence.SURE), "what the mail wants is not sure")
LIKELY = Need(_within("confidence", Confidence.SURE, Confidence.LIKELY), "what the mail wants is only guessed")
TOLD = Need(Never(_within("confidence", Confidence.UNSURE)), "the mail does not tell what it wants")
PROVEN = Need(_within("authentication", "pass"), "nothing proves who wrote the mail")
ADDRESSED = Need(Never(Says("sender", "is", "")), "the mail has no plain sender address")
OF_AN_ISSUER = Need(Never(Says("issuer", "is", "")), "no issuer is known that the writer is a contact of")
NAMES_SOMEBODY = Need(Between("people", 1, None), "the mail names nobody")
COMPLETE = Need(_empty("lacks"), "something that is needed is missing")
TOLD_APART = Need(_empty("problems"), "the earner is not told apart, or not the writer's to ask for")
UNDOUBTED = Need(_empty("doubts"), "the change is in doubt")
LACKING = Need(Never(_empty("lacks")), "nothing is missing that could be asked for")
REPORTING = Need(Never(_within("report", None)), "the mail is no report")
ONE_OR_SEVERAL_APART = Need(
    Never(Every((Never(_SEVERAL), Never(_empty("problems"))))), "the one earner of the mail is not told apart"
)
ONE_OR_SEVERAL_COMPLETE = Need(
    Never(Every((Never(_SEVERAL), Never(_empty("lacks"))))), "something that is needed is missing"
)

_SOUND = (BY_A_PERSON, COMPLETE, TOLD_APART, UNDOUBTED)
_OF_A_CONTACT = (OF_AN_ISSUER, NAMES_SOMEBODY)
_NAME_AND_LOCK = frozenset({Intent.NAME_CHANGE, Intent.UNLOCK})

GRANTS: Mapping[Outcome, tuple[Grant, ...]] = {
    Outcome.APPLY: (
        Grant(_NAME_AND_LOCK, frozenset({Role.ISSUER}), (PROVEN, SURE, *_SOUND, *_OF_A_CONTACT)),
        Grant(frozenset({Intent.UNSUBSCRIBE}), OTHERS, (ADDRESSED, LIKELY, *_SOUND)),
    ),
    Outcome.CONFIRM: (Grant(_NAME_AND_LOCK, CONTACTS, (LIKELY, *_SOUND, *_OF_A_CONTACT)),),
    Outcome.APPROVE: (
        Grant(
            NAMES_ITS_EARNER,
            CONTACTS,
            (BY_A_PERSON, TOLD, *_OF_A_CONTACT, ONE_OR_SEVERAL_COMPLETE, ONE_OR_SEVERAL_APART),
        ),
    ),
    Outcome.SEND_LINK: (
        Grant(frozenset({Intent.PASSWORD_RESET}), CONTACTS, (LIKELY, *_SOUND, *_OF_A_CONTACT)),
        Grant(frozenset({Intent.PASSWORD_RESET}), frozenset({Role.EARNER}), (LIKELY, *_SOUND)),
    ),
    Outcome.RESEND: (
        Grant(frozenset({Intent.RESEND}), CONTACTS, (LIKELY, *_SOUND, *_OF_A_CONTACT)),
        Grant(frozenset({Intent.RESEND}), frozenset({Role.EARNER}), (LIKELY, *_SOUND)),
    ),
    Outcome.REDIRECT: (Grant(GUIDES, frozenset({Role.EARNER}), (BY_A_PERSON, TOLD, TOLD_APART)),),
    Outcome.ASK: (Grant(NAMES_ITS_EARNER, CONTACTS, (BY_A_PERSON, TOLD, LACKING)),),
    Outcome.ANSWER: (Grant(GUIDES | {Intent.OTHER}, EVERYBODY, (BY_A_PERSON, TOLD)),),
    Outcome.BOUNCE: (Grant(frozenset(Intent), EVERYBODY, (REPORTING,)),),
    Outcome.TICKET: (Grant(frozenset(Intent), EVERYBODY, ()),),
    Outcome.DROP: (Grant(frozenset(Intent), EVERYBODY, ()),),
}
"""What each outcome needs. Who and what for is looked at when a file is loaded; all of it, with every mail."""


def find_shortfall(outcome: Outcome, view: View) -> str | None:
    """Return why an outcome is not warranted by the facts of a mail; None: it is."""
    facts = view.facts
    grants = [grant for grant in GRANTS[outcome] if facts.intent in grant.intents and facts.role in grant.roles]
    if not grants:
        return f"{outcome} is not for {facts.intent} from {facts.role}"
    missing = (need.otherwise for need in grants[0].needs if not need.condition.holds(view))
    return next(missing, None)


def is_granted(outcome: Outcome, role: Role, intent: Intent) -> bool:
    """Tell whether an outcome is ever warranted for such a request of such a writer."""
    return any(intent in grant.intents and role in grant.roles for grant in GRANTS[outcome])
