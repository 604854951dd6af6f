"""The words of the support policy (docs/support-policy.md): who wrote, what they want, what is done.

Here belong these three lists, because mail, console, API, audit log and rules file all speak them. What they lead to
is decided by the rules.
"""

from enum import StrEnum


class Role(StrEnum):
    """Who wrote a mail."""

    ISSUER = "issuer"
    """A registered contact of an issuer, and the mail is authenticated for that contact's domain."""
    CLAIMED_ISSUER = "claimed_issuer"
    """From names a registered contact, but nothing proves it."""
    EARNER = "earner"
    """From is an address of an earner, proven or not."""
    UNKNOWN = "unknown"


class Intent(StrEnum):
    """What a mail asks for."""

    NAME_CHANGE = "name_change"
    EMAIL_CHANGE = "email_change"
    PROFILE_CHANGE = "profile_change"
    UNLOCK = "unlock"
    PASSWORD_RESET = "password_reset"
    LOGIN_TROUBLE = "login_trouble"
    REGISTRATION = "registration"
    RESEND = "resend"
    LINKEDIN_ADD = "linkedin_add"
    LINKEDIN_IMAGE = "linkedin_image"
    PDF_CERTIFICATE = "pdf_certificate"
    RESUME_OR_WEBSITE = "resume_or_website"
    EMAIL_SIGNATURE = "email_signature"
    REVOKE = "revoke"
    UNSUBSCRIBE = "unsubscribe"
    PRIVACY = "privacy"
    ABUSE = "abuse"
    OTHER = "other"


CHANGES_A_RECORD = frozenset({Intent.NAME_CHANGE, Intent.EMAIL_CHANGE, Intent.UNLOCK, Intent.REVOKE, Intent.PRIVACY})
"""One of these wins over whatever else a mail asks for; two of them in one mail are for a person to split."""

NAMES_ITS_EARNER = frozenset(
    {
        Intent.NAME_CHANGE,
        Intent.UNLOCK,
        Intent.EMAIL_CHANGE,
        Intent.PASSWORD_RESET,
        Intent.RESEND,
        Intent.REVOKE,
    }
)
"""From an issuer, a mail that asks for one of these must say for which earner."""


class Outcome(StrEnum):
    """What is done with a mail."""

    APPLY = "apply"
    """Do it now; answer with what changed and a link that undoes it."""
    CONFIRM = "confirm"
    """Mail the issuer's registered contacts a signed link that shows the exact change."""
    APPROVE = "approve"
    """Put the proposed change before support staff."""
    ASK = "ask"
    """Answer, asking for what is missing."""
    REDIRECT = "redirect"
    """Tell the earner that the issuer decides, and relay the request to the issuer's support address."""
    SEND_LINK = "send_link"
    """Mail a password link to the address on record."""
    RESEND = "resend"
    """Send the issuance mail again to the address on record."""
    ANSWER = "answer"
    """Answer from the guides."""
    TICKET = "ticket"
    """A person reads it."""
    DROP = "drop"
    """Keep it, answer nothing."""
    BOUNCE = "bounce"
    """Book it against the message that it reports on."""
