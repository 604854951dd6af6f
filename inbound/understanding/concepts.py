"""The concepts that a lexicon's words stand for, and sets of them as numbers.

Here belongs their list: each has its meaning beside its words in `lexicon/en.yaml`. A set of concepts is an `int` with
one bit a concept, so that a clause is compared with hundreds of frames in a few microseconds.
"""

_LISTED = """
    NAME OTHER_NAME USERNAME ADDRESS EMAIL POSTAL_ADDRESS EMPLOYER JOB_TITLE PROFILE NEW_JOB ACCOUNT PASSWORD LOGIN PAGE
    WEBSITE LINK BADGE LINKEDIN LINKEDIN_SECTION PICTURE LOGO CERTIFICATE PDF PRINT RESUME EMBED SIGNATURE
    OTHER_SIGNATURE NEWSLETTER PERSONAL_DATA PRIVACY_LAW OTHER_MATTER
    CHANGE CORRECT ADD SHOW DOWNLOAD SEND AGAIN RESEND NEW RECEIVE DELETE REVOKE UNLOCK RESET STOP UNSUBSCRIBE REGISTER
    OPEN FIND WORK REMEMBER ACCEPT EXPORT
    LOCKED TOO_MANY_TRIES EXPIRED WRONG MISSPELLED OLD MARRIED SHOULD_READ MISSING INSTEAD NOT_LOADING LOST FORGOT
    INVALID UNKNOWN_USER DEAD NOT_RECEIVED CANNOT_LOGIN NOT_WORKING NOT_FOUND ISSUED_BY_MISTAKE PHISHING MISUSE
    PLEASE COULD_YOU WANT HOW CAN_I WHY HELP NEGATION CANNOT NOT_ASKING DONE NEVER_MIND THANKS REMINDER FYI CONDITION
    LATER FROM_DAY DATE WHENEVER DEADLINE REPORTED BELOW DO_THIS SALES JOIN ORDINAL
"""
NAMES = tuple(_LISTED.split())
"""Every concept of the lexicons."""
_BY_FORM = "AN_ADDRESS TWO_ADDRESSES TO_AN_ADDRESS ARROW TO_A_NAME TWO_NAMES TABLE BADGE_FIRST"
TOLD_BY_FORM = tuple(_BY_FORM.split())
"""Concepts that no lexicon holds: an address, two of them, one behind "to", an arrow from old to new, "to Jane Roe",
two names that share a part, an attached list, a badge named before the account that it is in."""

BITS = {name: 1 << number for number, name in enumerate((*NAMES, *TOLD_BY_FORM))}

THINGS = sum(BITS[name] for name in NAMES[: NAMES.index("CHANGE")])
"""What a wish may be about."""


def bits_of(names: str) -> int:
    """Return the set of the concepts in `names`, with blanks or `|` between. KeyError for one that does not exist."""
    found = 0
    for name in names.replace("|", " ").split():
        found |= BITS[name]
    return found


def name_bits(concepts: int) -> list[str]:
    """Return the names of a set's concepts: for tests and reports."""
    return [name for name, bit in BITS.items() if concepts & bit]
