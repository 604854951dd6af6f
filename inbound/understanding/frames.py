"""Which concepts together come to which intent: the same in every language.

A frame is a line: its weight, whether it must be asked (`ask`) or is a wish by being told (`tell`: "the account is
locked"), and terms that must all be there, `A|B` either, `!A` not at all. What stands behind `never` is in none of an
intent's `ask` frames. From 3 on a frame is sure by itself, from 2 on likely. Which frames fit is told in `matching`.
"""

from dataclasses import dataclass

from desk.words import Intent
from inbound.understanding.concepts import bits_of

_GROUPS = {"ANOTHER_FIELD": "ADDRESS TWO_ADDRESSES JOB_TITLE EMPLOYER PROFILE NEW_JOB PASSWORD OTHER_NAME"}
_TABLE: dict[Intent, str] = {
    Intent.NAME_CHANGE: """
        never OTHER_MATTER
        3.3 ask  NAME CHANGE|CORRECT
        3.2 ask  NAME MISSPELLED|WRONG|MISSING|ARROW|MARRIED|TWO_NAMES !LINKEDIN_SECTION
        3.1 ask  NAME ADD !LINKEDIN !RESUME !WEBSITE
        3.1 tell NAME MISSPELLED|WRONG|MISSING !PICTURE !LOGO
        3.1 tell NAME OLD BADGE|SHOW|LINKEDIN|CERTIFICATE|PROFILE|NEW
        3.1 tell NAME CHANGE ARROW|TO_A_NAME|MARRIED
        3.2 ask  CHANGE|CORRECT TWO_NAMES|TO_A_NAME BADGE|AN_ADDRESS|ARROW|TWO_NAMES !ANOTHER_FIELD
        3.1 tell SHOULD_READ TWO_NAMES !JOB_TITLE !EMPLOYER !OTHER_NAME !OTHER_MATTER
        2.9 tell ARROW TWO_NAMES !OTHER_NAME !OTHER_MATTER
        3   ask  MARRIED CHANGE|CORRECT
        3.2 ask  NAME NEW|OLD|SHOULD_READ|DELETE|TO_A_NAME
        3   ask  MISSPELLED CORRECT|CHANGE
        3   ask  SHOULD_READ TO_A_NAME BADGE|CERTIFICATE !JOB_TITLE !EMPLOYER
        2.9 ask  CHANGE|CORRECT TO_A_NAME !ANOTHER_FIELD
        3.1 ask  TABLE CORRECT|SHOULD_READ|CHANGE
        3   ask  TWO_NAMES BADGE|CERTIFICATE|DO_THIS|SHOW|ADD|WANT !ANOTHER_FIELD
        2.8 ask  TO_A_NAME BADGE|CERTIFICATE DO_THIS|WANT|SHOW|ADD !LINKEDIN !WEBSITE !RESUME !OTHER_NAME
        3.4 ask  NAME RESEND TO_A_NAME
        2.5 ask  CHANGE|CORRECT SHOULD_READ !ANOTHER_FIELD !EMAIL !AN_ADDRESS !LINK !PASSWORD
        2.6 ask  TABLE BADGE|NAME|DO_THIS
        2.8 ask  NAME SHOW
        2.9 tell NAME SHOULD_READ|NEW TO_A_NAME|TWO_NAMES|AN_ADDRESS|ARROW|MARRIED|BADGE !OTHER_MATTER
        2.6 tell NAME SHOULD_READ|NEW !OTHER_MATTER
        2.6 tell NAME OLD
        2.5 tell SHOULD_READ TO_A_NAME BADGE|CERTIFICATE !OTHER_MATTER !JOB_TITLE
        2.6 ask  NAME BADGE|CERTIFICATE
        2.8 tell NAME LOST !EMAIL
        2.3 tell MISSPELLED BADGE|CERTIFICATE !OTHER_MATTER !OTHER_NAME
        2.2 tell MARRIED NAME
    """,
    Intent.EMAIL_CHANGE: """
        never OTHER_MATTER
        3.4 ask  CHANGE|ADD TWO_ADDRESSES !NAME
        3.1 ask  TWO_ADDRESSES INSTEAD !NAME !SEND !RESEND !PASSWORD !UNLOCK
        3.3 ask  ADDRESS CHANGE|CORRECT
        3.2 ask  CHANGE|ADD|SHOW TO_AN_ADDRESS !NAME !SEND !RESEND !PASSWORD
        3.2 ask  ADDRESS ADD !PAGE
        3.2 ask  ADDRESS REGISTER NEW
        2.75 ask ADDRESS NEW|OLD|SHOULD_READ !PAGE
        3.1 ask  EMAIL CHANGE|CORRECT !BADGE !LINK !SIGNATURE
        3.1 tell ADDRESS|AN_ADDRESS DEAD
        3   ask  ADDRESS AN_ADDRESS !NAME !PASSWORD !SEND !RESEND !UNLOCK !RECEIVE
        3   ask  EMAIL ADD !BADGE !SIGNATURE !LINKEDIN !PICTURE !RESUME
        2.9 ask  ADD AN_ADDRESS !NAME !PASSWORD !UNLOCK !BADGE
        3   tell EMAIL WRONG|MISSPELLED AN_ADDRESS !BADGE
        2.8 tell EMAIL DEAD !BADGE !LINK !PASSWORD
        2.9 tell ADDRESS NEW AN_ADDRESS !OTHER_MATTER
        2.8 tell ADDRESS SHOULD_READ !OTHER_MATTER
        2.7 ask  ADDRESS SHOW !BADGE !PAGE
        2.7 tell ADDRESS WRONG|MISSPELLED|OLD !OTHER_MATTER
    """,
    Intent.PROFILE_CHANGE: """
        never OTHER_MATTER
        3.3 ask  EMPLOYER|JOB_TITLE|POSTAL_ADDRESS CHANGE|CORRECT|ADD|DELETE|OLD|WRONG|NEW !LINKEDIN !LOGO
        3.2 ask  PROFILE CHANGE|CORRECT|ADD !LINKEDIN !ACCOUNT !PERSONAL_DATA !BADGE
        3.1 tell EMPLOYER|JOB_TITLE OLD|WRONG !ADDRESS !EMAIL
        3.1 ask  NEW_JOB CHANGE|CORRECT
        2.7 tell EMPLOYER|JOB_TITLE SHOULD_READ
        2.6 ask  NEW_JOB
        2.2 tell NEW_JOB
    """,
    Intent.UNLOCK: """
        3.6 ask  UNLOCK !OTHER_MATTER
        3.4 tell LOCKED ACCOUNT|LOGIN|CANNOT_LOGIN|PASSWORD|USERNAME !OTHER_MATTER
        3.4 tell TOO_MANY_TRIES LOGIN|CANNOT_LOGIN|ACCOUNT|LOCKED
        3.1 tell TOO_MANY_TRIES
        2.9 tell LOCKED !OTHER_MATTER !PAGE !WEBSITE !LINK !NOT_LOADING
    """,
    Intent.PASSWORD_RESET: """
        never OTHER_MATTER
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
        3.2 ask  REGISTER !NAME !ADDRESS !AN_ADDRESS !OTHER_MATTER !NEWSLETTER
        3.2 tell UNKNOWN_USER
        2.7 ask  HOW|CAN_I BADGE RECEIVE !CERTIFICATE !PICTURE !EMAIL !LINKEDIN !PDF !PRINT !RESUME !SIGNATURE
        2.8 tell BADGE NOT_FOUND !EMAIL
        2.9 tell INVALID ADDRESS|EMAIL !PASSWORD !LINK
        2.9 tell NOT_FOUND ADDRESS !PASSWORD !LINK
        2.3 ask  ACCOUNT CAN_I
        2.4 tell REGISTER
    """,
    Intent.RESEND: """
        never OTHER_MATTER
        3.3 ask  RESEND EMAIL|BADGE|NOT_RECEIVED|LOST !PASSWORD !LINKEDIN
        3.2 tell NOT_RECEIVED EMAIL|BADGE|LINK !PASSWORD !OTHER_MATTER
        3.2 tell LOST EMAIL|LINK !PASSWORD !TO_AN_ADDRESS
        3   ask  SEND EMAIL|BADGE LOST|AGAIN|NEW|NOT_RECEIVED|NOT_FOUND !PASSWORD !LINKEDIN
        3   ask  RECEIVE AGAIN EMAIL|BADGE|LOST !PASSWORD !LINKEDIN
        2.9 ask  AGAIN EMAIL BADGE !PASSWORD !LINKEDIN !CHANGE
        2.3 ask  RESEND !PASSWORD !LINKEDIN
        2.3 ask  SEND AGAIN|NEW !PASSWORD !LINKEDIN
        2.8 tell EMAIL NOT_FOUND !PASSWORD
        2.7 tell NOT_RECEIVED !OTHER_MATTER
        2.5 ask  SEND BADGE !NEWSLETTER !PASSWORD !PDF !LINKEDIN
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
        never OTHER_MATTER
        3.3 ask  PDF CERTIFICATE|PRINT|BADGE
        3.3 ask  PRINT BADGE|CERTIFICATE
        3.1 ask  PDF|PRINT !RESUME !WEBSITE
        3   ask  CERTIFICATE !LINKEDIN !LINKEDIN_SECTION !NAME !MISSPELLED !CHANGE !CORRECT
    """,
    Intent.RESUME_OR_WEBSITE: """
        never OTHER_MATTER
        3.4 ask  RESUME|EMBED BADGE|ADD|PICTURE|LINK|SHOW|CERTIFICATE
        3.3 ask  WEBSITE BADGE|ADD|PICTURE|SHOW|EMBED|LINK
        3.1 ask  RESUME|EMBED
    """,
    Intent.EMAIL_SIGNATURE: """
        3.6 ask  SIGNATURE BADGE|ADD|PICTURE|LINK|SHOW|EMAIL|HOW !OTHER_MATTER
        3.1 ask  SIGNATURE !OTHER_MATTER
        2.8 tell SIGNATURE BADGE
    """,
    Intent.REVOKE: """
        never WHY
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
        3.6 ask  DELETE NEWSLETTER !OTHER_MATTER
        3   tell STOP NEWSLETTER
        2.7 ask  STOP !PAGE !LINK !OTHER_MATTER
    """,
    Intent.PRIVACY: """
        never WHY
        3.6 tell PRIVACY_LAW
        3.5 ask  DELETE|EXPORT PERSONAL_DATA
        3.4 ask  DELETE ACCOUNT|LOGIN !NAME !ADDRESS !BADGE_FIRST
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


def _read_table() -> list[Frame]:
    frames = []
    for intent, lines in _TABLE.items():
        never_asked = 0
        for line in lines.strip().splitlines():
            first, *terms = line.split()
            if first == "never":
                never_asked = bits_of(" ".join(terms))
            else:
                frames.append(_read_frame(intent, float(first), terms, never_asked))
    return frames


def _read_frame(intent: Intent, weight: float, terms: list[str], never_asked: int) -> Frame:
    is_asked = terms[0] == "ask"
    names = " ".join(_GROUPS.get(term[1:], term[1:]) for term in terms if term.startswith("!"))
    needed = tuple(bits_of(term) for term in terms[1:] if not term.startswith("!"))
    return Frame(intent, weight, is_asked, needed, bits_of(names) | (never_asked if is_asked else 0))


FRAMES = tuple(_read_table())
