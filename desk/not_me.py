""" "This is not me": somebody got a mail about an award that is not theirs.

Here belongs what the button in the mail does: hold the award, stop what is still to be sent about it, tell the
issuer. It shows nothing about the earner; what becomes of a held award is for the issuer to say. Who got the mail at an
address that the issuer has corrected since says nothing about the award of whoever has it now.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, select, update
from sqlmodel import col

from badges.credential_tables import Credential
from badges.links import Expired, Forged, Genuine, LinkMaker, Purpose
from badges.tables import Assertion, BadgeClass, Issuer
from desk.hooks.events import EventKind
from desk.hooks.telling import tell_of_award
from desk.mailing import Letter, write_letter
from desk.office import Office
from desk.people import find_by_id
from desk.withdrawing import withdraw_mails_about


@dataclass(frozen=True)
class AwardHeld:
    """Done, now or earlier: the award is shown to nobody until the issuer has looked at it."""

    again: bool = False


@dataclass(frozen=True)
class NotMeLink:
    """A link of ours: which award it is about, and when it was mailed."""

    assertion_id: str
    minted_at: datetime


@dataclass(frozen=True)
class NotMeRefused:
    """No link of ours, or too old: also one that went to an address that has been corrected since."""

    expired: bool


def report_not_me(office: Office, token: str, now: datetime) -> AwardHeld | NotMeRefused:
    """Hold the award that the link names and tell its issuer. Once: saying it again changes nothing."""
    link = read_not_me_link(office.links, token, now)
    if isinstance(link, NotMeRefused):
        return link
    assertion_id = link.assertion_id
    with office.engine.begin() as connection:
        if _went_elsewhere(connection, link):
            return NotMeRefused(expired=True)
        held = connection.execute(
            update(Assertion)
            .where(col(Assertion.id) == assertion_id, col(Assertion.held_at).is_(None))
            .values(held_at=now)
        )
        if held.rowcount:
            award = _find_award(connection, assertion_id)
            withdraw_mails_about(connection, award.earner_id, assertion_id, now)
            _tell_issuer(connection, office, award, now)
            tell_of_award(connection, assertion_id, EventKind.AWARD_HELD, award.earner_id, now)
    return AwardHeld(again=not held.rowcount)


def read_not_me_link(links: LinkMaker, token: str, now: datetime) -> NotMeLink | NotMeRefused:
    """Return what the link names. Changes nothing and looks at no record."""
    match links.unsign(Purpose.NOT_ME, token, now):
        case Genuine([str() as assertion_id], minted_at):
            return NotMeLink(assertion_id, minted_at)
        case Expired():
            return NotMeRefused(expired=True)
        case Genuine() | Forged():
            return NotMeRefused(expired=False)


def _went_elsewhere(connection: Connection, link: NotMeLink) -> bool:
    """Tell whether another address was attested when the link was mailed: a correction replaces the credential."""
    attested = select(col(Credential.address), col(Credential.replaced_at)).where(
        col(Credential.assertion_id) == link.assertion_id
    )
    lasted = {row.replaced_at or _NOT_YET: row.address for row in connection.execute(attested)}
    then = [moment for moment in lasted if moment > link.minted_at + _SECOND]  # links are dated to the second
    return bool(then) and lasted[min(then)] != lasted[max(then)]


_NOT_YET = datetime.max.replace(tzinfo=UTC)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class _Award:
    assertion_id: str
    earner_id: str
    badge_class_id: str
    issued_on: date
    issuer_id: str
    support_email: str
    language: str


def _tell_issuer(connection: Connection, office: Office, award: _Award, now: datetime) -> None:
    person = find_by_id(connection, award.earner_id)
    if person is None:
        return
    letter = Letter(
        kind="not_me_report",
        key=f"not-me/{award.assertion_id}/{now.astimezone(UTC).isoformat(timespec='seconds')}",
        issuer_id=award.issuer_id,
        badge_class_id=award.badge_class_id,
        earner_id=award.earner_id,
        rcpt_to=award.support_email,
        language=award.language,
        facts={
            "name": person.name,
            "address": person.address,
            "issued": award.issued_on.isoformat(),
            "assertion": award.assertion_id,
            "reported": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ"),
        },
    )
    write_letter(connection, office, letter, now)


def _find_award(connection: Connection, assertion_id: str) -> _Award:
    query = (
        select(
            col(Assertion.id),
            col(Assertion.earner_id),
            col(Assertion.badge_class_id),
            col(Assertion.issued_on),
            col(BadgeClass.issuer_id),
            col(Issuer.support_email),
            col(Issuer.language),
        )
        .join(BadgeClass, col(BadgeClass.id) == col(Assertion.badge_class_id))
        .join(Issuer, col(Issuer.id) == col(BadgeClass.issuer_id))
        .where(col(Assertion.id) == assertion_id)
    )
    return _Award(*connection.execute(query).one())
