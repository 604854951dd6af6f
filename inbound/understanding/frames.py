"""Which concepts together come to which intent: the same in every language.

A frame is a line: its weight, whether it must be asked (`ask`) or is a wish by being told (`tell`: "the account is
locked"), and terms that must all be there, `A|B` either, `!A` not at all. From 3 on a frame is sure by itself, from 2
on likely. Of the frames that fit a clause the heaviest counts: a frame that says more weighs more.
"""

from dataclasses import dataclass

from desk.words import CHANGES_A_RECORD, Intent
from inbound.understanding.concepts import bits_of

_TABLE: dict[Intent, str] = {
    Intent.NAME_CHANGE: """
        3.3 ask  NAME CHANGE|CORRECT !OTHER_MATTER
        3.2 ask  NAME MISSPELLED|WRONG|MISSING|ARROW|MARRIED|TWO_NAMES !LINKEDIN_SECTION !OTHER_MATTER
        3.1 ask  NAME ADD !LINKEDIN !RESUME !WEBSITE !OTHER_MATTER
        3.1 tell NAME MISSPELLED|WRONG|MISSING !PICTURE !LOGO
        3.1 tell NAME OLD BADGE|SHOW|LINKEDIN|CERTIFICATE|PROFILE|NEW
        3.1 tell NAME CHANGE ARROW|TO_A_NAME|MARRIED
        3.2 ask  CHANGE|CORRECT TWO_NAMES|TO_A_NAME BADGE|AN_ADDRESS|ARROW|TWO_NAMES !ADDRESS !TWO_ADDRESSES !JOB_TITLE !EMPLOYER !PASSWORD !OTHER_NAME !OTHER_MATTER
        3.1 tell SHOULD_READ TWO_NAMES !JOB_TITLE !EMPLOYER !OTHER_NAME !OTHER_MATTER
        3   ask  MARRIED CHANGE|CORRECT !OTHER_MATTER
        3.2 ask  NAME NEW|OLD|SHOULD_READ|DELETE|TO_A_NAME !OTHER_MATTER
        3   ask  MISSPELLED CORRECT|CHANGE !OTHER_MATTER
        3   ask  SHOULD_READ TO_A_NAME BADGE|CERTIFICATE !JOB_TITLE !EMPLOYER !OTHER_MATTER
        2.9 ask  CHANGE|CORRECT TO_A_NAME !ADDRESS !TWO_ADDRESSES !JOB_TITLE !EMPLOYER !PASSWORD !OTHER_NAME !OTHER_MATTER
        2.9 ask  TABLE CORRECT|SHOULD_READ|CHANGE !OTHER_MATTER
        3   ask  TWO_NAMES BADGE|CERTIFICATE|DO_THIS|SHOW|ADD|WANT !OTHER_MATTER !PASSWORD !ADDRESS !TWO_ADDRESSES
        2.8 ask  TO_A_NAME BADGE|CERTIFICATE DO_THIS|WANT|SHOW|ADD !OTHER_MATTER !LINKEDIN !WEBSITE !RESUME
        3.4 ask  NAME RESEND TO_A_NAME
        2.5 ask  CHANGE|CORRECT SHOULD_READ !EMPLOYER !JOB_TITLE !ADDRESS !EMAIL !PROFILE !NEW_JOB !AN_ADDRESS !OTHER_MATTER !LINK !PASSWORD
        2.6 ask  TABLE BADGE|NAME|DO_THIS !OTHER_MATTER
        2.8 ask  NAME SHOW !OTHER_MATTER
        2.8 tell NAME SHOULD_READ|NEW
        2.6 tell NAME OLD
        2.5 tell SHOULD_READ TO_A_NAME BADGE|CERTIFICATE !OTHER_MATTER !JOB_TITLE
        2.6 ask  NAME BADGE|CERTIFICATE !OTHER_MATTER
        2.8 tell NAME LOST !EMAIL
        2.3 tell MISSPELLED BADGE|CERTIFICATE !OTHER_MATTER !OTHER_NAME
        2.2 tell MARRIED NAME
    """,
    Intent.EMAIL_CHANGE: """
        3.4 ask  CHANGE|ADD TWO_ADDRESSES !NAME !OTHER_MATTER
        3.3 ask  ADDRESS CHANGE|CORRECT !OTHER_MATTER
        3.2 ask  CHANGE|ADD|SHOW TO_AN_ADDRESS !NAME !SEND !RESEND !PASSWORD !OTHER_MATTER
        3.2 ask  ADDRESS ADD|NEW|OLD|SHOULD_READ !PAGE !OTHER_MATTER
        3.1 ask  EMAIL CHANGE|CORRECT !BADGE !LINK !SIGNATURE !OTHER_MATTER
        3.1 tell ADDRESS|AN_ADDRESS DEAD
        3   ask  ADDRESS AN_ADDRESS !NAME !PASSWORD !SEND !RESEND !UNLOCK !RECEIVE !OTHER_MATTER
        3   ask  EMAIL ADD !BADGE !SIGNATURE !LINKEDIN !PICTURE !RESUME !OTHER_MATTER
        2.9 ask  ADD AN_ADDRESS !NAME !PASSWORD !UNLOCK !BADGE !OTHER_MATTER
        2.8 tell EMAIL DEAD !BADGE !LINK !PASSWORD
        2.9 tell ADDRESS NEW AN_ADDRESS
        2.8 tell ADDRESS SHOULD_READ
        2.7 ask  ADDRESS SHOW !BADGE !PAGE !OTHER_MATTER
        2.7 tell ADDRESS WRONG|MISSPELLED|OLD
    """,
    Intent.PROFILE_CHANGE: """
        3.3 ask  EMPLOYER|JOB_TITLE|POSTAL_ADDRESS CHANGE|CORRECT|ADD|DELETE|OLD|WRONG|NEW !LINKEDIN !LOGO !OTHER_MATTER
        3.2 ask  PROFILE CHANGE|CORRECT|ADD !LINKEDIN !ACCOUNT !PERSONAL_DATA !BADGE !OTHER_MATTER
        3.1 tell EMPLOYER|JOB_TITLE OLD|WRONG
        3.1 ask  NEW_JOB CHANGE|CORRECT !OTHER_MATTER
        2.7 tell EMPLOYER|JOB_TITLE SHOULD_READ
        2.6 ask  NEW_JOB !OTHER_MATTER
        2.2 tell NEW_JOB
    """,
    Intent.UNLOCK: """
        3.6 ask  UNLOCK !OTHER_MATTER
        3.4 tell LOCKED ACCOUNT|LOGIN|CANNOT_LOGIN|PASSWORD|USERNAME !OTHER_MATTER
        3.4 tell TOO_MANY_TRIES LOGIN|CANNOT_LOGIN|ACCOUNT|LOCKED
        3.1 tell TOO_MANY_TRIES
        3   tell LOCKED !OTHER_MATTER !PAGE !WEBSITE !LINK !NOT_LOADING
    """,
    Intent.PASSWORD_RESET: """
        3.3 tell PASSWORD EXPIRED|FORGOT|LOST|INVALID|NOT_RECEIVED|NOT_WORKING|WRONG|NOT_FOUND
        3.2 ask  PASSWORD RESET|CHANGE|NEW|SEND|RESEND|AGAIN|RECEIVE
        3   ask  PASSWORD
        3   ask  RESET ACCOUNT|LOGIN
        3   tell FORGOT LOGIN|USERNAME|ACCOUNT
        3   tell CANNOT_LOGIN INVALID|USERNAME|ACCOUNT
        2.8 ask  RESET
        2.8 tell EXPIRED LINK|ACCOUNT|LOGIN
        2.7 ask  LOGIN
        2.7 tell CANNOT_LOGIN
    """,
    Intent.LOGIN_TROUBLE: """
        3.5 tell PAGE|LOGIN|CANNOT_LOGIN NOT_LOADING
        3.2 tell PAGE|WEBSITE NOT_WORKING|NOT_LOADING !EMAIL !LINKEDIN
        2.6 tell NOT_LOADING !BADGE !LINKEDIN !PICTURE !PDF !EMAIL
        2.5 tell LINK NOT_LOADING|NOT_WORKING
        2.8 tell PAGE MISSING !LINKEDIN !PICTURE !BADGE
    """,
    Intent.REGISTRATION: """
        3.2 ask  REGISTER ACCOUNT !ADDRESS
        3.2 ask  REGISTER !ADDRESS !AN_ADDRESS !OTHER_MATTER !NEWSLETTER
        3.2 tell UNKNOWN_USER
        2.7 ask  HOW|CAN_I BADGE RECEIVE !PICTURE !EMAIL !LINKEDIN !PDF !PRINT !RESUME !SIGNATURE
        2.8 tell BADGE NOT_FOUND !EMAIL
        2.9 tell INVALID ADDRESS|EMAIL !PASSWORD !LINK
        2.9 tell NOT_FOUND ADDRESS !PASSWORD !LINK
        2.3 ask  ACCOUNT CAN_I
        2.4 tell REGISTER
    """,
    Intent.RESEND: """
        3.3 ask  RESEND EMAIL|BADGE|NOT_RECEIVED|LOST !PASSWORD !OTHER_MATTER !LINKEDIN
        3.2 tell NOT_RECEIVED EMAIL|BADGE|LINK !PASSWORD !OTHER_MATTER
        3.2 tell LOST EMAIL|LINK !PASSWORD
        3   ask  SEND EMAIL|BADGE LOST|AGAIN|NEW|NOT_RECEIVED|NOT_FOUND !PASSWORD !LINKEDIN
        3   ask  RECEIVE AGAIN EMAIL|BADGE|LOST !PASSWORD !LINKEDIN !OTHER_MATTER
        2.3 ask  RESEND !PASSWORD !OTHER_MATTER !LINKEDIN
        2.3 ask  SEND AGAIN|NEW !PASSWORD !OTHER_MATTER !LINKEDIN
        2.8 tell EMAIL NOT_FOUND !PASSWORD
        2.7 tell NOT_RECEIVED !OTHER_MATTER
        2.5 ask  SEND BADGE !OTHER_MATTER !NEWSLETTER !PASSWORD !PDF !LINKEDIN
        2.3 tell LOST BADGE
    """,
    Intent.LINKEDIN_ADD: """
        3.6 tell LINKEDIN|LINKEDIN_SECTION NOT_WORKING|NOT_LOADING !PICTURE
        3.2 ask  LINKEDIN|LINKEDIN_SECTION ADD|SHOW|CHANGE|SEND|HOW|CAN_I !OTHER_MATTER
        3   ask  LINKEDIN|LINKEDIN_SECTION !OTHER_MATTER
    """,
    Intent.LINKEDIN_IMAGE: """
        3.6 tell LINKEDIN|LINKEDIN_SECTION PICTURE MISSING|INSTEAD|WRONG|NOT_LOADING|NOT_FOUND|LOGO|NOT_RECEIVED
        3.5 tell LINKEDIN|LINKEDIN_SECTION LOGO
        3.4 ask  LINKEDIN|LINKEDIN_SECTION PICTURE
        3.3 tell LINKEDIN|LINKEDIN_SECTION MISSING
        2.9 tell LOGO INSTEAD PICTURE|BADGE
    """,
    Intent.PDF_CERTIFICATE: """
        3.3 ask  PDF CERTIFICATE|PRINT|BADGE !OTHER_MATTER
        3.3 ask  PRINT BADGE|CERTIFICATE !OTHER_MATTER
        3.1 ask  PDF|PRINT !RESUME !WEBSITE !OTHER_MATTER
        3   ask  CERTIFICATE !LINKEDIN !LINKEDIN_SECTION !NAME !MISSPELLED !CHANGE !CORRECT !OTHER_MATTER
    """,
    Intent.RESUME_OR_WEBSITE: """
        3.4 ask  RESUME|EMBED BADGE|ADD|PICTURE|LINK|SHOW|CERTIFICATE !OTHER_MATTER
        3.3 ask  WEBSITE BADGE|ADD|PICTURE|SHOW|EMBED !OTHER_MATTER
        3.1 ask  RESUME|EMBED !OTHER_MATTER
    """,
    Intent.EMAIL_SIGNATURE: """
        3.6 ask  SIGNATURE BADGE|ADD|PICTURE|LINK|SHOW|EMAIL|HOW !OTHER_MATTER
        3.1 ask  SIGNATURE !OTHER_MATTER
        2.8 tell SIGNATURE BADGE
    """,
    Intent.REVOKE: """
        3.6 ask  REVOKE BADGE|CERTIFICATE
        3.3 ask  REVOKE
        3.5 ask  DELETE BADGE_FIRST !NAME !LINKEDIN !NEWSLETTER
        3.2 ask  DELETE BADGE !NAME !LINKEDIN !EMAIL !NEWSLETTER !ACCOUNT !PERSONAL_DATA !SIGNATURE
        3   ask  DELETE|CORRECT ISSUED_BY_MISTAKE
        2.6 tell ISSUED_BY_MISTAKE
    """,
    Intent.UNSUBSCRIBE: """
        3.7 tell UNSUBSCRIBE
        3.6 ask  STOP NEWSLETTER|EMAIL|SEND
        3.6 ask  DELETE NEWSLETTER
        3   tell STOP NEWSLETTER
        2.7 ask  STOP !PAGE !LINK !OTHER_MATTER
    """,
    Intent.PRIVACY: """
        3.6 tell PRIVACY_LAW
        3.5 ask  DELETE|EXPORT PERSONAL_DATA
        3.4 ask  DELETE ACCOUNT !NAME !ADDRESS !BADGE_FIRST
        3.3 ask  DELETE PROFILE !OTHER_NAME !PICTURE !POSTAL_ADDRESS
        3   ask  EXPORT ACCOUNT|PROFILE
        2.8 ask  PERSONAL_DATA !CHANGE !CORRECT !NAME
    """,
    Intent.ABUSE: """
        3.8 tell PHISHING
        3.5 tell MISUSE BADGE|ACCOUNT|PICTURE|CERTIFICATE|LOGIN|PASSWORD|LOGO
        3.7 tell MISUSE SIGNATURE|RESUME|WEBSITE|LINKEDIN
        2.9 tell MISUSE
    """,
    Intent.OTHER: """
        3.9 tell SALES
        2.9 ask  OTHER_MATTER
    """,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Frame:
    """One way to ask for an intent."""

    intent: Intent
    weight: float
    must_be_asked: bool
    terms: tuple[int, ...]
    """Of each set one concept must be there."""
    never: int
    """None of these."""


def match_frames(concepts: int, is_asked: bool, verbs: int = -1) -> list[tuple[Intent, float, bool]]:
    """Return the intents that `concepts` come to, heaviest first, each with its weight and whether it is asked.

    Only frames that need one of `verbs` count. Two intents come back only where both change a record.
    """
    best: dict[Intent, tuple[float, bool]] = {}
    for frame in _find_candidates(concepts):
        if (frame.must_be_asked and not is_asked) or concepts & frame.never or not _fits(frame, concepts, verbs):
            continue
        if frame.weight > best.get(frame.intent, (0.0, False))[0]:
            best[frame.intent] = (frame.weight, frame.must_be_asked)
    ranked = sorted(((intent, weight, asked) for intent, (weight, asked) in best.items()), key=lambda it: -it[1])
    return [found for number, found in enumerate(ranked) if not number or _goes_along(ranked[0], found)]


def _goes_along(first: tuple[Intent, float, bool], found: tuple[Intent, float, bool]) -> bool:
    return first[0] in CHANGES_A_RECORD and found[0] in CHANGES_A_RECORD and found[2] and found[1] >= 3.2


def _fits(frame: Frame, concepts: int, verbs: int) -> bool:
    for term in frame.terms:
        if not concepts & term:
            return False
    return verbs == -1 or any(term & verbs & concepts for term in frame.terms)


def _find_candidates(concepts: int) -> list[Frame]:
    found: list[Frame] = []
    for anchor, frames in _BY_ANCHOR:
        if concepts & anchor:
            found += frames
    return found


def _read_table() -> list[Frame]:
    frames = []
    for intent, lines in _TABLE.items():
        for line in lines.strip().splitlines():
            weight, mode, *terms = line.split()
            never = " ".join(term[1:] for term in terms if term.startswith("!"))
            needed = tuple(bits_of(term) for term in terms if not term.startswith("!"))
            frames.append(Frame(intent, float(weight), mode == "ask", needed, bits_of(never)))
    return frames


def _index_frames(frames: list[Frame]) -> list[tuple[int, list[Frame]]]:
    """Return the frames by their first term, so that a clause is compared only with those that it may fit."""
    index: dict[int, list[Frame]] = {}
    for frame in frames:
        index.setdefault(frame.terms[0], []).append(frame)
    return list(index.items())


_BY_ANCHOR = _index_frames(_read_table())
