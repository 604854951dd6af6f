"""Filling: from the facts recorded with a message to the text of each slot, in the language of its template.

Here belongs how each slot gets its text: dates in words, links minted when the mail is made. Which slots a kind has
stands in `notices`, which facts in docs/flow.md; what becomes of the text, in
`mailer.templates.published`. Pure: the time is an argument.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from babel.dates import format_skeleton

from badges.dates import write_date
from badges.linkedin import finish_add_to_profile_url, start_of_add_to_profile_url
from badges.links import LinkMaker, Payload, Purpose
from mailer.notices import NOTICES
from mailer.quoting import greet_by, tidy_lines
from mailer.request_words import name_wish, say_changes, say_lacks
from mailer.templates.published import Traits

Facts = Mapping[str, Any]
"""What was recorded when the message was enqueued (docs/flow.md lists the keys of each kind)."""


@dataclass(frozen=True)
class Site:
    """The service that sends: where its links lead and which addresses its mails bear."""

    base_url: str
    """Without a slash at the end."""
    mail_domain: str
    account_from: str
    notices_from: str
    feedback_id: str

    @property
    def request_password_url(self) -> str:
        """The page where an earner asks for a new password link."""
        return f"{self.base_url}/password"


def fill_slots(  # noqa: PLR0913, PLR0917 - everything that a mail depends on
    kind: str,
    facts: Facts,
    traits: Traits,
    site: Site,
    links: LinkMaker,
    message_id: str,
    now: datetime,
    *,
    with_authority: bool = True,
) -> dict[str, str | None]:
    """Return the text of every slot of `kind`; None for an optional one that is absent.

    `message_id` is the id of the message's row. With `with_authority` False no link that allows its bearer anything is
    minted: for a mail that is shown again in a browser or to staff.
    """
    mail = _Mail(kind, facts, traits, site, links, message_id, now, with_authority)
    return {slot.name: _FILLERS[slot.name](mail) for slot in NOTICES[kind].slots}


@dataclass(frozen=True, slots=True)
class _Mail:
    kind: str
    facts: Facts
    traits: Traits
    site: Site
    links: LinkMaker
    message_id: str
    now: datetime
    with_authority: bool

    def mint_url(self, path: str, purpose: Purpose, payload: Payload) -> str:
        if not self.with_authority:
            return f"{self.site.base_url}/"
        return self._mint(path, purpose, payload)

    def browser_url(self) -> str:
        # It shows the mail without authority, so it is the same link there.
        return self._mint("mail", Purpose.BROWSER, [self.message_id])

    def _mint(self, path: str, purpose: Purpose, payload: Payload) -> str:
        return f"{self.site.base_url}/{path}/{self.links.mint(purpose, payload, self.now)}"

    def badge_url(self) -> str:
        return f"{self.site.base_url}/badges/{self.facts['assertion']}"

    def portfolio_url(self, page: str = "") -> str | None:
        """Return the owner's page of the badge, or one beneath it. It opens for its owner only, once logged in."""
        assertion = self.facts["assertion"]
        return f"{self.site.base_url}/portfolio/{assertion}{page}" if assertion else None

    def newest_badge_url(self) -> str | None:
        return self.badge_url() if self.facts["assertion"] else None

    def signature_snippet(self) -> str | None:
        return f"{self.facts['badge']}\n{self.badge_url()}" if self.facts["badge"] else None

    def undo_url(self) -> str | None:
        group = self.facts["group"]
        return self.mint_url("undo", Purpose.UNDO, [group]) if group else None

    def grant_url(self) -> str | None:
        proposal = self.facts["proposal"]
        return self.mint_url("grant", Purpose.GRANT, [proposal]) if proposal else None

    def confirm_url(self) -> str:
        return self.mint_url("confirm", Purpose.CONFIRM, [self.facts["proposal"], self.facts["contact"]])

    def bounces_url(self) -> str:
        """Return the issuer's page; in a copy, which strangers may hold, none that names the issuer's pages."""
        page = f"/issuers/{self.facts['slug']}/bounces" if self.with_authority else ""
        return f"{self.site.base_url}/console{page}"

    def unlock_url(self) -> str | None:
        return self._url_of_lock("earner", "unlock", Purpose.UNLOCK)

    def ask_unlock_url(self) -> str | None:
        return self._url_of_lock("issuer", "ask-unlock", Purpose.ASK_UNLOCK)

    def _url_of_lock(self, policy: str, path: str, purpose: Purpose) -> str | None:
        facts = self.facts
        return self.mint_url(path, purpose, [facts["account"], facts["stamp"]]) if facts["policy"] == policy else None

    def member_url(self, page: str, purpose: Purpose) -> str | None:
        member, serial = self.facts["member"], self.facts["serial"]
        return self.mint_url(f"console/{page}", purpose, [member, serial]) if serial else None

    def changes(self) -> str | None:
        changes = self.facts["changes"]
        return tidy_lines(say_changes(changes, self.traits.language)) if changes else None

    def text(self, fact: str) -> str | None:
        return self.facts[fact] or None

    def password_url(self) -> str | None:
        asked_for = self.kind == "password_link"
        if not self.with_authority:
            return self.site.request_password_url if asked_for else None
        serial = self.facts["serial"]
        if serial is None:
            return None
        purpose = Purpose.PASSWORD if asked_for else Purpose.FIRST_PASSWORD
        return self._mint("p", purpose, [self.facts["account"], serial])

    def linkedin_url(self) -> str:
        traits = self.traits
        start = _start_of_linkedin_url(traits.badge_name or "", traits.organization_id, traits.organization)
        expires = self.facts["expires"]
        return finish_add_to_profile_url(
            start,
            read_date(self.facts["issued"]),
            read_date(expires) if expires else None,
            self.badge_url(),
            self.facts["assertion"],
        )

    def day(self, fact: str) -> str | None:
        value = self.facts[fact]
        return write_day(value, self.traits.language) if value else None

    def month(self, fact: str) -> str | None:
        value = self.facts[fact]
        return write_month(value, self.traits.language) if value else None


_FILLERS: Mapping[str, Callable[[_Mail], str | None]] = {
    "earner_name": lambda mail: mail.facts["name"],
    "member_name": lambda mail: mail.facts["name"],
    "old_name": lambda mail: mail.facts["old_name"],
    "user_name": lambda mail: mail.facts["address"],
    "issued_on": lambda mail: mail.day("issued"),
    "expires_on": lambda mail: mail.day("expires"),
    "changed_on": lambda mail: mail.day("changed"),
    "reported_on": lambda mail: mail.day("reported"),
    "locked_on": lambda mail: mail.day("locked"),
    "linkedin_issued": lambda mail: mail.month("issued"),
    "linkedin_expires": lambda mail: mail.month("expires"),
    "credential_id": lambda mail: mail.text("assertion"),
    "badge_url": _Mail.newest_badge_url,
    "portfolio_badge_url": _Mail.portfolio_url,
    "signature_url": lambda mail: mail.portfolio_url("/signature"),
    "resume_url": lambda mail: mail.portfolio_url("/resume"),
    "linkedin_url": _Mail.linkedin_url,
    "password_url": _Mail.password_url,
    "browser_url": _Mail.browser_url,
    "not_me_url": lambda mail: mail.mint_url("not-me", Purpose.NOT_ME, [mail.facts["assertion"]]),
    "badge_name": lambda mail: mail.text("badge"),
    "signature_snippet": _Mail.signature_snippet,
    "new_address": lambda mail: mail.facts["new_address"],
    "old_address": lambda mail: mail.facts["old_address"],
    "writer_name": lambda mail: greet_by(mail.facts["name"]),
    "writer": lambda mail: mail.facts["writer"],
    "reference": lambda mail: mail.facts["reference"],
    "reason": lambda mail: mail.text("reason"),
    "text": lambda mail: tidy_lines(mail.facts["text"]),
    "changes": _Mail.changes,
    "unreached": lambda mail: tidy_lines("\n".join(mail.facts["people"])),
    "bounces_url": _Mail.bounces_url,
    "lacking": lambda mail: say_lacks(mail.facts["lacks"], mail.traits.language),
    "wish": lambda mail: name_wish(mail.facts["intent"], mail.traits.language),
    "issuer_name": lambda mail: mail.facts["issuer_name"],
    "issuer_support": lambda mail: mail.facts["issuer_support"],
    "undo_url": _Mail.undo_url,
    "undo_until": lambda mail: mail.day("undo_until"),
    "grant_url": _Mail.grant_url,
    "confirm_url": _Mail.confirm_url,
    "unlock_url": _Mail.unlock_url,
    "ask_unlock_url": _Mail.ask_unlock_url,
    "confirm_address_url": lambda mail: mail.mint_url(
        "confirm-address", Purpose.CONFIRM_ADDRESS, [mail.facts["pending"]]
    ),
    "webhook": lambda mail: mail.facts["webhook"],
    "failing_since": lambda mail: mail.day("failing_since"),
    "invited_by": lambda mail: mail.facts["invited_by"],
    "changed_by": lambda mail: mail.facts["changed_by"],
    "invite_url": lambda mail: mail.member_url("invitation", Purpose.INVITE),
    "member_password_url": lambda mail: mail.member_url("password", Purpose.MEMBER_PASSWORD),
    "stop_url": lambda mail: mail.mint_url("stop-address", Purpose.STOP_ADDRESS, [mail.facts["pending"]]),
    "unsubscribe_url": lambda mail: mail.mint_url("unsubscribe", Purpose.UNSUBSCRIBE, [mail.message_id]),
}

_start_of_linkedin_url = lru_cache(maxsize=256)(start_of_add_to_profile_url)


@lru_cache(maxsize=1024)
def read_date(text: str) -> date:
    """Return the day of a recorded date or moment (ISO 8601). A moment's day is the one in UTC."""
    return datetime.fromisoformat(text).date()


@lru_cache(maxsize=1024)
def write_day(text: str, language: str) -> str:
    """Return a recorded date in words ("November 23, 2026"), a recorded moment with its time in UTC."""
    moment = datetime.fromisoformat(text)
    day = write_date(moment, language)
    return f"{day}, {moment:%H:%M} UTC" if "T" in text else day


@lru_cache(maxsize=1024)
def write_month(text: str, language: str) -> str:
    """Return month and year of a recorded date in words ("November 2026"), as LinkedIn asks for them."""
    return format_skeleton("yMMMM", read_date(text), locale=language)
