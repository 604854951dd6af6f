"""What a clause says and how: asked, told, denied, over and done with.

Here belongs the way from the entries of one clause to its concepts. Negation is undone here ("did not arrive" becomes
NOT_RECEIVED). What one clause lends another is told in `linking`, which intents concepts come to in `frames`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from inbound.understanding.concepts import BITS, bits_of
from inbound.understanding.forms import is_participle
from inbound.understanding.hits import Hit
from inbound.understanding.parts import Part

_NEGATION, _CANNOT = BITS["NEGATION"], BITS["CANNOT"]
_JOIN, _LEADS_IN = BITS["JOIN"], bits_of("JOIN ORDINAL")
_BADGE, _ACCOUNT, _BADGE_FIRST = BITS["BADGE"], BITS["ACCOUNT"], BITS["BADGE_FIRST"]
_NOT_ASKING, _THANKS, _DONE = BITS["NOT_ASKING"], BITS["THANKS"], BITS["DONE"]
_CONDITION, _LATER, _FROM_DAY, _DATE = BITS["CONDITION"], BITS["LATER"], BITS["FROM_DAY"], BITS["DATE"]
_AHEAD, _OVER = bits_of("LATER CONDITION WHENEVER"), bits_of("DONE NEVER_MIND")
"""What is to happen first is not over: "tell me when it is done"."""
_WANT, _MAIL = BITS["WANT"], bits_of("NEWSLETTER EMAIL")
_STOP, _NOT_RECEIVED = BITS["STOP"], BITS["NOT_RECEIVED"]
_ASKED = bits_of("PLEASE COULD_YOU WANT HOW CAN_I CANNOT WHY HELP")
REQUEST = bits_of("PLEASE COULD_YOU")
_REQUEST_OR_WISH = REQUEST | _WANT
ACTS = bits_of(
    "CHANGE CORRECT ADD SHOW DOWNLOAD SEND RESEND DELETE REVOKE UNLOCK RESET STOP UNSUBSCRIBE REGISTER EXPORT DO_THIS"
)
_WITHHELD = bits_of("CHANGE CORRECT ADD RESET UNLOCK REVOKE")
"""What nobody asks who asks not to do it: "please do not change her name to Jane Poe"."""
_BEGINS = ACTS & ~bits_of("SHOW DOWNLOAD REGISTER EXPORT") | bits_of("FORGOT")
"""What a clause begins with that is an order, or stands for one in a short mail."""
_HAPPENED = bits_of(
    "EMAIL NOT_RECEIVED RECEIVE LOST EXPIRED MARRIED NEW_JOB DEAD LOCKED CANNOT_LOGIN NOT_LOADING ISSUED_BY_MISTAKE OLD"
)
"""What a day beside it is the day of: no day from which on something is to be."""
_FAR = 3
"""Words that may stand between "from" and the month."""
_DENIED = (
    ("RECEIVE", "NOT_RECEIVED"), ("WORK", "NOT_WORKING"), ("LOGIN", "CANNOT_LOGIN"), ("OPEN", "NOT_LOADING"),
    ("FIND", "NOT_FOUND"), ("REMEMBER", "FORGOT"), ("ACCEPT", "INVALID"), ("SHOW", "MISSING"),
    ("PICTURE", "MISSING PICTURE"), ("CORRECT", "WRONG"),
)  # fmt: skip
_DENIALS = tuple((BITS[said], bits_of(meant)) for said, meant in _DENIED)
_DENIABLE = ACTS | bits_of("LOCKED EXPIRED WRONG LOST FORGOT MARRIED MISUSE PHISHING AGAIN NEW")
"""What is not so when it is denied."""
_THINGS = bits_of("PICTURE ACCOUNT")
"""What "no" before it denies; in German "not" behind it denies the verb: "mein Konto ist nicht gesperrt"."""
_UNABLE = ACTS | bits_of("AGAIN NEW")
"""What somebody who cannot do it wants to do."""


@dataclass(slots=True)
class Clause:
    """One clause: what it says once negation is undone."""

    text: str
    """As written, but for what is held apart."""
    concepts: int = 0
    is_asked: bool = False
    is_muted: bool = False
    """Nothing is asked by it: denied, thanked for or done."""
    is_conditional: bool = False
    """It begins with "if"."""
    puts_off: bool = False
    """It names what is to come first, or a day from which on."""
    denied: int = 0
    """What it says is not asked or not so."""


def read_clause(part: Part, language: str) -> Clause:
    """Return what one clause says, in the lexicon's language `language`."""
    hits = part.hits
    clause = Clause(part.text)
    said = 0
    for hit in hits:
        said |= hit.concepts
    is_ahead = bool(said & _AHEAD)
    is_denied = False
    is_denied_behind = language == "de" and bool(said & _NEGATION)
    is_unable = bool(said & _CANNOT)
    is_unwanted = bool(said & _NEGATION and said & _WANT and said & _MAIL)
    is_off = False
    for hit in hits:
        concepts = hit.concepts & ~_OVER if is_ahead else hit.concepts
        is_off = is_off or bool(concepts & _NOT_ASKING)
        is_denied = is_denied or bool(concepts & _NEGATION)
        if is_off:
            clause.denied |= concepts
            continue
        if is_unable:
            concepts = _deny(concepts, _DENIABLE & ~_UNABLE)
        elif is_denied or (is_denied_behind and not concepts & _THINGS):
            clause.denied |= concepts & _DENIABLE
            concepts = _deny(concepts, _DENIABLE)
        clause.concepts |= concepts
    if is_unwanted:
        clause.concepts = clause.concepts & ~_NOT_RECEIVED | _STOP
    if said & _BADGE and said & _ACCOUNT and _comes_first(hits, _BADGE, _ACCOUNT):
        clause.concepts |= _BADGE_FIRST
    first = next((hit for hit in hits if not hit.concepts & _JOIN), None)
    clause.is_conditional = first is not None and first.at <= part.start + 1 and bool(first.concepts & _CONDITION)
    clause.puts_off = (
        bool(clause.concepts & _LATER)
        or (not clause.concepts & _HAPPENED and _names_a_day(hits))
        or clause.is_conditional
        or (bool(clause.concepts & _CONDITION) and _comes_first(hits, ACTS, _CONDITION))
    )
    clause.is_asked = bool(clause.concepts & _ASKED) or (
        _begins_with_order(hits, part.start, clause.concepts) and not is_participle(part.first_word, language)
    )
    is_withheld = is_denied and bool(clause.denied & _WITHHELD) and not clause.concepts & ACTS and not is_unwanted
    clause.is_muted = (
        is_off
        or (is_withheld and bool(clause.concepts & _REQUEST_OR_WISH))
        or bool(clause.concepts & _DONE)
        or (bool(said & _THANKS) and not said & REQUEST and _comes_first(hits, _THANKS, ACTS))
    )
    return clause


def _begins_with_order(hits: Sequence[Hit], start: int, concepts: int) -> bool:
    """Whether the first word, but for one that joins or counts clauses, is an order."""
    for hit in hits:
        if hit.at != start:
            return False
        if not hit.concepts & _LEADS_IN:
            return bool(hit.concepts & concepts & _BEGINS)
        start = hit.words[-1] + 1
    return False


def _comes_first(hits: Sequence[Hit], one: int, other: int) -> bool:
    return next(bool(hit.concepts & one) for hit in hits if hit.concepts & (one | other))


def _names_a_day(hits: Sequence[Hit]) -> bool:
    return any(
        hit.concepts & _FROM_DAY and after.concepts & _DATE and after.at - hit.words[-1] <= _FAR
        for hit, after in pairwise(hits)
    )


def _deny(concepts: int, deniable: int) -> int:
    for said, meant in _DENIALS:
        if concepts & said:
            return concepts & ~said | meant
    return concepts & ~deniable
