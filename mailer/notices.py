"""The kinds of mail that badgepost sends, and what varies in each from recipient to recipient.

Here belongs the list of kinds with their slots. How a slot gets its text stands in `filling`, what a mail looks like
in `templates/email/`, and what the whole of a kind has in common (issuer, badge, language) is folded in when its
template is published.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Stream(StrEnum):
    """Which of two streams a mail belongs to: they leave from different addresses, so receivers can tell them apart."""

    ACCOUNT = "account"
    """What somebody needs in order to have or keep their badge; no unsubscribe. After a crash it is sent again."""

    NOTICES = "notices"
    """What they may do without: one-click unsubscribe (RFC 8058). After a crash a doubtful one is held."""


class Form(StrEnum):
    """What a slot may hold."""

    TEXT = "text"
    URL = "url"
    """An absolute http or https URL, alone in its attribute or line."""


@dataclass(frozen=True)
class Slot:
    """A place in a template that is filled for each recipient.

    An optional slot may be absent; a template may ask with `{% if name %}` whether it is there. No other slot may
    stand in a condition, and none may be filtered, looped over, compared, or stand in a tag's name, class, id or style.
    """

    name: str
    form: Form = Form.TEXT
    optional: bool = False
    follows: str | None = None
    """Another optional slot: this one is present exactly when that one is, so they ask for no variants of their own."""


@dataclass(frozen=True)
class Notice:
    """A kind of mail."""

    kind: str
    stream: Stream
    slots: tuple[Slot, ...]
    shows_badge: bool = True
    """The badge image is part of the mail, and `badge` is among the template's constants."""
    shows_wording: bool = False
    """The issuer's own block is part of the mail. It may ask for slots of the issuance mail, which others lack."""
    to_earner: bool = True
    """The recipient is the earner that the mail is about; else it is the issuer."""


_WHO = (Slot("earner_name"), Slot("user_name"))
_AWARD = (
    Slot("issued_on"),
    Slot("expires_on", optional=True),
    Slot("credential_id"),
    Slot("badge_url", Form.URL),
)
_NOT_ME = (Slot("not_me_url", Form.URL),)
_BROWSER = (Slot("browser_url", Form.URL),)
_UNSUBSCRIBE = (Slot("unsubscribe_url", Form.URL),)
_PASSWORD = (Slot("password_url", Form.URL, optional=True),)
_LINKEDIN = (
    Slot("linkedin_url", Form.URL),
    Slot("linkedin_issued"),
    Slot("linkedin_expires", optional=True, follows="expires_on"),
)

_ALL = (
    Notice(
        "issuance",
        Stream.ACCOUNT,
        _WHO + _AWARD + _LINKEDIN + _PASSWORD + _NOT_ME + _BROWSER,
        shows_wording=True,
    ),
    Notice(
        "reminder",
        Stream.NOTICES,
        _WHO + _AWARD + _LINKEDIN + _PASSWORD + _NOT_ME + _BROWSER + _UNSUBSCRIBE,
        shows_wording=True,
    ),
    Notice("expiry_notice", Stream.NOTICES, _WHO + _AWARD + _BROWSER + _UNSUBSCRIBE),
    Notice("password_link", Stream.ACCOUNT, (*_WHO, Slot("password_url", Form.URL)), shows_badge=False),
    Notice("password_changed", Stream.ACCOUNT, (*_WHO, Slot("changed_on")), shows_badge=False),
    Notice("name_changed", Stream.ACCOUNT, (*_WHO, Slot("old_name"), Slot("changed_on")), shows_badge=False),
    Notice(
        "not_me_report",
        Stream.ACCOUNT,
        (*_WHO, Slot("issued_on"), Slot("credential_id"), Slot("reported_on")),
        to_earner=False,
    ),
)

NOTICES: Mapping[str, Notice] = {notice.kind: notice for notice in _ALL}
"""Every kind of mail by its name. `not_me_report` goes to the issuer, the others to the earner."""
