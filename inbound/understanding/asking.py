"""What one sentence asks for: by its clauses, by all of it, or by what was said before.

Here belongs the order in which these are tried. What came before is remembered in `acts`; which concepts come to which
intent stands in `frames`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from desk.words import Intent
from inbound.understanding.clauses import Clause
from inbound.understanding.concepts import BITS, bits_of
from inbound.understanding.matching import match_frames

ORDERS = bits_of("CHANGE CORRECT ADD SEND RESEND DELETE REVOKE UNLOCK RESET DO_THIS")
VERBS = ORDERS | bits_of("SHOW DOWNLOAD AGAIN NEW STOP REGISTER EXPORT HOW")
"""What asks for something that may have been named before."""
TOPICS = bits_of(
    "NAME USERNAME ADDRESS AN_ADDRESS TWO_ADDRESSES TO_AN_ADDRESS EMAIL TABLE SHOULD_READ TWO_NAMES EMPLOYER JOB_TITLE"
    " PROFILE ACCOUNT PASSWORD PAGE WEBSITE BADGE LINKEDIN LINKEDIN_SECTION CERTIFICATE PDF RESUME SIGNATURE NEWSLETTER"
    " PERSONAL_DATA MARRIED MISSPELLED LOST EXPIRED NOT_RECEIVED ISSUED_BY_MISTAKE OTHER_MATTER"
)
"""What a later sentence may speak of without naming it."""
STRONG = 2.4
"""An act of this weight says itself what it is about."""
_SCENE = bits_of("LINKEDIN LINKEDIN_SECTION NAME MISSPELLED")
"""Where something is told to be wrong a sentence later: "the picture is grey"."""
_PLACE, _SHOWN = bits_of("LINKEDIN LINKEDIN_SECTION"), bits_of("PICTURE LOGO MISSING")
"""Where a picture is missing, said in another clause: "I added it to LinkedIn but there is no picture"."""
_STATES = bits_of("MISSING LOGO INSTEAD NOT_FOUND SHOULD_READ WRONG MISSPELLED")
_OPEN_QUESTION = bits_of("HOW WHY HELP CAN_I DO_THIS")
"""Asks what to do about that which was told before."""
_TABLE, _OTHER_MATTER = BITS["TABLE"], BITS["OTHER_MATTER"]
_PASSWORD, _DO_THIS, _DONE = BITS["PASSWORD"], BITS["DO_THIS"], BITS["DONE"]
_REQUEST = bits_of("PLEASE COULD_YOU WANT")
_FROM_CONTEXT = 0.35
"""What an act weighs less whose object stands in a sentence before."""
_FROM_CONTEXT_ALONE = 0.7
"""The same where no order is given: "a new one"."""
_FROM_OPEN_QUESTION = 0.6
"""The same where the sentence itself says nothing but "what can I do?"."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that a sentence asks for."""

    intent: Intent
    weight: float
    is_asked: bool
    """In so many words; else it follows from what is told."""
    words: str


@dataclass(frozen=True, slots=True)
class Before:
    """What a sentence may refer to."""

    topics: int
    """What the sentences before were about, and the subject."""
    last: int = 0
    """All that the last one said: what "please do that" means."""
    is_open: bool = True
    """Nothing was asked yet that says itself what it is about."""


def read_sentence(clauses: Sequence[Clause], is_question: bool, before: Before) -> list[Asked]:
    """Return what the clauses of a sentence ask for, in their order."""
    live = [clause for clause in clauses if not clause.is_muted]
    said = join_concepts(live)
    asks = is_question or any(clause.is_asked for clause in live)
    found = _read_clauses(live, is_question)
    if len(live) > 1:
        # "Her name should be Jane Poe, could you change it": the clauses bear each other out.
        whole = _match(said, asks, live)
        if is_strong(found):
            told = {it.intent for it in found}
            whole = [it for it in whole if it.intent in told and (said & _REQUEST or not it.is_asked)]
        found += whole
    if said & _PASSWORD and found and all(it.intent is Intent.RESEND for it in found):
        # "I asked for a password link, no mail came": the whole sentence says which mail.
        found = _match(said, asks, live)
    if any(clause.concepts & _DONE for clause in clauses):
        # "Adding it worked, but there is no picture": the one that a success does not settle.
        found = [it for it in found if it.is_asked or it.intent is Intent.LINKEDIN_IMAGE]
    if is_strong(found):
        return found
    if (said | before.topics) & _OTHER_MATTER:
        found = []
    return found + _read_on(live, said, asks, before)


def is_strong(found: Iterable[Asked]) -> bool:
    """Whether one of them says itself what it is about."""
    return any(it.weight >= STRONG for it in found)


def join_concepts(clauses: Iterable[Clause]) -> int:
    """Return what clauses say together; what is to be done only under a condition is not asked."""
    joined = 0
    for clause in clauses:
        joined |= clause.concepts & ~ORDERS if clause.is_conditional else clause.concepts
    return joined


def read_orders(clauses: Sequence[Clause], topics: int) -> list[Asked]:
    """Return what is ordered about `topics`, wherever in the text they are named."""
    live = [clause for clause in clauses if not clause.is_muted]
    said = join_concepts(live)
    return _match(said | topics, True, live, said & ORDERS, _FROM_CONTEXT)


def _read_clauses(live: Sequence[Clause], is_question: bool) -> list[Asked]:
    found: list[Asked] = []
    place = join_concepts(live) & _PLACE
    for number, clause in enumerate(live):
        if not clause.is_conditional or len(live) == 1:
            is_asked = clause.is_asked or (is_question and number == len(live) - 1)
            concepts = clause.concepts | place if clause.concepts & _SHOWN else clause.concepts
            found += _match(concepts, is_asked, [clause])
    return found


def _read_on(live: Sequence[Clause], said: int, asks: bool, before: Before) -> list[Asked]:
    """Return what a sentence asks whose object was named before: "could you change that"."""
    if not asks:
        scene = before.topics & _SCENE
        return _match(said | scene, True, live, said & _STATES, _FROM_CONTEXT) if scene and said & _STATES else []
    if before.topics & _TABLE:
        said |= _TABLE
    if said & _DO_THIS and before.last:
        found = _match(said | before.last, True, live, less=_FROM_CONTEXT)
        if found:
            return found
    verbs = said & (VERBS | _STATES | _TABLE)
    if before.topics and verbs & ~_OPEN_QUESTION:
        less = _FROM_CONTEXT if verbs & (ORDERS | _STATES) else _FROM_CONTEXT_ALONE
        return _match(said | before.topics, True, live, verbs, less)
    if before.topics and before.is_open and said & _OPEN_QUESTION and not said & TOPICS:
        return _match(said | before.topics, True, live, less=_FROM_OPEN_QUESTION)
    return []


def _match(concepts: int, asks: bool, clauses: Sequence[Clause], verbs: int = -1, less: float = 0.0) -> list[Asked]:
    matches = match_frames(concepts, asks, verbs)
    words = ",".join(dict.fromkeys(clause.text for clause in clauses)) if matches else ""
    return [Asked(intent, weight - less, is_asked, words) for intent, weight, is_asked in matches]
