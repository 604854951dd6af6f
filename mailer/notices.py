"""The kinds of mail that badgepost sends, and what varies in each from recipient to recipient.

Here belongs the list of kinds with their slots. How a slot gets its text stands in `filling`, what a mail looks like
in `templates/email/`, and what the whole of a kind has in common (issuer, badge, language) is folded in when its
template is published.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
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
    LINES = "lines"
    """Text of several lines, alone in its line of the text part and never in an attribute or a subject."""
    QUOTE = "quote"
    """The same, with "> " before each line of the text part: somebody else's words, which cannot pass for ours."""


SPREAD = frozenset({Form.LINES, Form.QUOTE})
"""Forms whose values may have several lines."""


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
    """The recipient is the earner that the mail is about; else an issuer, or whoever wrote to us."""
    answers: bool = False
    """It answers a mail and threads with it (`mailer.replying`); the service may write it in its own name."""
    only_service: bool = False
    """Only the service writes it, in its own name: the recipient may have to do with no issuer."""
    replies_to_issuer: bool = False
    """Replies go to the issuer's reply address, if it has one: it is the issuer that speaks."""
    by_person: bool = False
    """A person wrote what it says, so it is no automatic mail (RFC 3834 section 5)."""
    replies_to_earner: bool = False
    """Replies go to the earner that it is about."""

    @property
    def may_be_ours(self) -> bool:
        """The service may write it in its own name."""
        return self.answers or self.only_service


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
_USE = (Slot("portfolio_badge_url", Form.URL), Slot("signature_url", Form.URL), Slot("resume_url", Form.URL))

_ADDRESSES = (Slot("old_address"), Slot("new_address"))
_REASON = Slot("reason", optional=True)
_CHANGES = Slot("changes", Form.LINES)
_GRANT = (Slot("grant_url", Form.URL, True, "changes"), Slot("expires_on", Form.TEXT, True, "changes"))
_NEWEST_BADGE = (Slot("badge_name", optional=True), Slot("badge_url", Form.URL, True, "badge_name"))
_PORTFOLIO_BADGE, _SIGNATURE, _RESUME = (replace(slot, optional=True, follows="badge_name") for slot in _USE)
_QUESTIONS = (
    "registration",
    "password",
    "unlock",
    "name_change",
    "email_change",
    "profile_change",
    "login_trouble",
    "resend",
)
"""What people ask again and again (docs/templates.md). A writer on record is shown the newest badge, too."""


def _tell_earner(kind: str, *slots: Slot) -> Notice:
    """Return a mail that tells an earner what was done to their account."""
    return Notice(kind, Stream.ACCOUNT, (*_WHO, *slots), shows_badge=False)


def _tell_member(kind: str, *slots: Slot) -> Notice:
    """Return a mail to somebody who works in the console, or is to."""
    own = (Slot("member_name"), Slot("user_name"))
    return Notice(kind, Stream.ACCOUNT, own + slots, shows_badge=False, to_earner=False, only_service=True)


def _answer(kind: str, *slots: Slot) -> Notice:
    """Return an answer to whoever wrote to us."""
    own = (Slot("writer_name", optional=True), Slot("reference"))
    return Notice(kind, Stream.ACCOUNT, own + slots, shows_badge=False, to_earner=False, answers=True)


_ALL = (
    Notice(
        "issuance",
        Stream.ACCOUNT,
        _WHO + _AWARD + _LINKEDIN + _PASSWORD + _USE + _NOT_ME + _BROWSER,
        shows_wording=True,
        replies_to_issuer=True,
    ),
    Notice(
        "reminder",
        Stream.NOTICES,
        _WHO + _AWARD + _LINKEDIN + _PASSWORD + _USE + _NOT_ME + _BROWSER + _UNSUBSCRIBE,
        shows_wording=True,
        replies_to_issuer=True,
    ),
    Notice("expiry_notice", Stream.NOTICES, _WHO + _AWARD + _BROWSER + _UNSUBSCRIBE, replies_to_issuer=True),
    Notice("password_link", Stream.ACCOUNT, (*_WHO, Slot("password_url", Form.URL)), shows_badge=False),
    Notice("password_changed", Stream.ACCOUNT, (*_WHO, Slot("changed_on")), shows_badge=False),
    Notice("name_changed", Stream.ACCOUNT, (*_WHO, Slot("old_name"), Slot("changed_on")), shows_badge=False),
    Notice(
        "not_me_report",
        Stream.ACCOUNT,
        (*_WHO, Slot("issued_on"), Slot("credential_id"), Slot("reported_on")),
        to_earner=False,
    ),
    Notice(
        "bounce_digest",
        Stream.ACCOUNT,
        (Slot("unreached", Form.LINES), Slot("reported_on"), Slot("bounces_url", Form.URL)),
        shows_badge=False,
        to_earner=False,
    ),
    _tell_earner("account_unlocked"),
    _tell_earner("badge_revoked", Slot("badge_name"), _REASON),
    _tell_earner("address_changed", *_ADDRESSES),
    _tell_earner(
        "account_locked",
        Slot("locked_on"),
        Slot("issuer_name"),
        Slot("issuer_support"),
        Slot("unlock_url", Form.URL, optional=True),
        Slot("ask_unlock_url", Form.URL, optional=True),
    ),
    Notice(
        "confirm_address",
        Stream.ACCOUNT,
        (Slot("new_address"), Slot("confirm_address_url", Form.URL)),
        shows_badge=False,
        to_earner=False,  # but to an address that may be a stranger's, who is told nobody's name
        only_service=True,
    ),
    _tell_earner("address_named", Slot("new_address"), Slot("stop_url", Form.URL)),
    _tell_earner("address_added", Slot("new_address")),
    _tell_earner("address_removed", Slot("old_address")),
    _tell_earner("primary_changed", *_ADDRESSES),
    _tell_earner("account_deleted", Slot("changed_on")),
    _tell_member(
        "member_invited",
        Slot("invited_by"),
        Slot("issuer_name", optional=True),
        Slot("invite_url", Form.URL, optional=True),
    ),
    _tell_member("member_password", Slot("member_password_url", Form.URL)),
    _tell_member("member_password_changed", Slot("changed_on")),
    _tell_member("member_factor_reset", Slot("changed_on"), Slot("changed_by")),
    _tell_member("webhook_disabled", Slot("webhook"), Slot("issuer_name"), Slot("failing_since", optional=True)),
    *(_answer(f"answer_{question}", *_NEWEST_BADGE) for question in _QUESTIONS),
    _answer(
        "answer_linkedin_add", *_NEWEST_BADGE, _PORTFOLIO_BADGE, Slot("credential_id", Form.TEXT, True, "badge_name")
    ),
    _answer("answer_linkedin_image", *_NEWEST_BADGE, _PORTFOLIO_BADGE),
    _answer("answer_pdf", *_NEWEST_BADGE, _PORTFOLIO_BADGE),
    _answer("answer_resume", *_NEWEST_BADGE, _RESUME),
    _answer("answer_signature", *_NEWEST_BADGE, _SIGNATURE, Slot("signature_snippet", Form.LINES, True, "badge_name")),
    _answer(
        "change_receipt", _CHANGES, Slot("undo_url", Form.URL, True), Slot("undo_until", Form.TEXT, True, "undo_url")
    ),
    _answer("no_change_receipt", _CHANGES),
    _answer("question", Slot("lacking", Form.LINES), replace(_CHANGES, optional=True)),
    _answer("request_relayed", Slot("issuer_name"), Slot("issuer_support")),
    _answer("link_sent", _CHANGES),
    _answer("mail_resent", _CHANGES),
    _answer("unsubscribed", Slot("user_name")),
    _answer("ticket_received"),
    _answer("request_declined", _CHANGES, _REASON),
    _answer("change_undone", _CHANGES),
    replace(_answer("staff_reply", Slot("text", Form.LINES)), by_person=True),
    Notice(
        "confirm_request",
        Stream.ACCOUNT,
        (Slot("writer"), _CHANGES, Slot("confirm_url", Form.URL), Slot("expires_on"), Slot("reference")),
        shows_badge=False,
        to_earner=False,
    ),
    *(
        Notice(kind, Stream.ACCOUNT, (Slot(address), Slot("writer"), Slot("changed_on")), False, to_earner=False)
        for kind, address in (("contact_added", "new_address"), ("contact_removed", "old_address"))
    ),
    Notice(
        "relayed_request",
        Stream.ACCOUNT,
        (*_WHO, Slot("wish"), Slot("text", Form.QUOTE), replace(_CHANGES, optional=True), *_GRANT, Slot("reference")),
        shows_badge=False,
        to_earner=False,
        replies_to_earner=True,
    ),
)

NOTICES: Mapping[str, Notice] = {notice.kind: notice for notice in _ALL}
"""Every kind of mail by its name."""
