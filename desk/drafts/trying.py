"""The very mail of a draft before it goes: composed for one of its rows, judged, sent to oneself.

Nothing here awards anything, and nothing is told of whom the service knows already: a preview is made of the roster
alone. Links of such a mail name nobody, so they open nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, func, select
from sqlmodel import col

from badges.tables import BadgeClass, Issuer, IssuerContact
from badges.transactions import reading, take_turn_for
from desk.checking import image_loader
from desk.constants import Wanted
from desk.drafts.keeping import Draft, open_content
from desk.drafts.report import Recipient, recipient_of
from desk.members.audit import Act, Actor, Subject, note_act
from desk.members.tables import AuditEvent
from desk.office import Office
from desk.previewing import find_hosted_images
from desk.publishing import PublishRefused
from desk.roster.reading import read_roster
from desk.roster.rows import RosterFault, Row
from desk.sampling import KIND, queue_sample
from mailer.dkim import Signer
from mailer.lint.findings import Finding
from mailer.lint.published import lint_published
from mailer.parts import Parts, read_parts
from mailer.pictures import embed_images
from mailer.samples import Sample, compose_sample
from wire.address import Address, fold_address, parse_address

TESTS_AN_HOUR = 20
"""Test mails of one issuer."""


@dataclass(frozen=True)
class MailMeant:
    """Which mail, and to whom."""

    wanted: Wanted
    sample: Sample

    @property
    def language(self) -> str:
        """The language that it is written in."""
        assert self.wanted.language is not None
        return self.wanted.language


@dataclass(frozen=True)
class Composed:
    """A mail, taken apart as a mail program would; its pictures are in its HTML."""

    parts: Parts
    html: str
    size: int
    """Bytes, without a DKIM signature."""


@dataclass(frozen=True)
class TestQueued:
    """The mail is on its way."""

    __test__ = False
    address: str


@dataclass(frozen=True)
class TestRefused:
    """No mail; `reason` is one word: `address`, `often`, `template`."""

    __test__ = False
    reason: str
    detail: str = ""


def find_meant_mail(
    connection: Connection, draft: Draft, recipient: Recipient | None, language: str | None, now: datetime
) -> MailMeant | None:
    """Return the mail of a draft's badge to one of its rows; None if the badge is none of the issuer's."""
    chosen = language or (recipient.language if recipient else None) or draft.terms.language
    day = (draft.terms.at or now).date()
    return mean_badge(connection, draft.issuer_id, draft.badge, chosen, day, recipient)


def mean_badge(  # noqa: PLR0913, PLR0917 - whose, which, how
    connection: Connection,
    issuer_id: str,
    badge: str,
    language: str | None,
    day: date,
    recipient: Recipient | None = None,
) -> MailMeant | None:
    """Return the mail of a badge; None if it is none of the issuer's. `language` None: the issuer's."""
    query = (
        select(col(BadgeClass.id), col(BadgeClass.expires_after_months), col(Issuer.language))
        .join(Issuer, col(Issuer.id) == col(BadgeClass.issuer_id))
        .where(col(BadgeClass.slug) == badge, col(BadgeClass.issuer_id) == issuer_id)
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    badge_class_id, months, issuers = row
    sample = _make_sample(recipient, months, day)
    return MailMeant(Wanted(KIND, issuer_id, badge_class_id, language or issuers), sample)


def _make_sample(recipient: Recipient | None, months: int | None, day: date) -> Sample:
    if recipient is None:
        return Sample(valid_for=months, issued_on=day)
    return Sample(
        name=recipient.name,
        address=recipient.address,
        valid_for=months,
        issued_on=recipient.issued_on or day,
        expires_on=recipient.expires_on,
    )


def compose_meant(connection: Connection, office: Office, meant: MailMeant, now: datetime) -> Composed | PublishRefused:
    """Return the mail itself. Stores nothing."""
    published = office.publisher.prepare(connection, meant.wanted)
    if isinstance(published, PublishRefused):
        return published
    data = compose_sample(published, image_loader(connection), office.site, meant.sample, now, signer=Signer([]))
    parts = read_parts(data)
    inline = {f"cid:{content_id}": url for content_id, url in parts.images.items()}
    hosted = find_hosted_images(connection, office.site.base_url, parts.html or "")
    return Composed(parts, embed_images(parts.html or "", {**hosted, **inline}), len(data))


def judge_meant(connection: Connection, office: Office, meant: MailMeant, now: datetime) -> Sequence[Finding]:
    """Return what lint says of the mail's template, the worst first."""
    published = office.publisher.prepare(connection, meant.wanted)
    if isinstance(published, PublishRefused):
        return [Finding("template-broken", published.reason)]
    found = office.publisher.recall_findings(published)
    if found is None:
        found = lint_published(published, image_loader(connection), office.site, now)
        office.publisher.note_findings(published, found)
    return found


def find_recipient(office: Office, draft: Draft, line: int, now: datetime) -> Recipient | None:
    """Return the good row in that line of a draft; None if there is none."""
    with reading(office.engine).connect() as connection:
        source = open_content(connection, draft.id)
    roster = read_roster(source, draft.name, (draft.terms.at or now).date(), draft.said)
    if isinstance(roster, RosterFault):
        return None
    for row in roster.rows():
        if row.line >= line:
            return recipient_of(row) if isinstance(row, Row) and row.line == line else None
    return None


def list_test_addresses(connection: Connection, issuer_id: str, actor: Actor) -> list[str]:
    """Return where test mails may go: to whoever asks, if that is a member, and to the issuer's contacts. A token may
    be called anything, also somebody's address."""
    query = select(col(IssuerContact.address)).where(col(IssuerContact.issuer_id) == issuer_id)
    contacts = connection.execute(query.order_by(col(IssuerContact.address)).limit(50)).scalars()
    is_member = actor.member_id is not None and isinstance(parse_address(actor.name), Address)
    return list(dict.fromkeys([*([actor.name] if is_member else []), *contacts]))


def send_test(  # noqa: PLR0913, PLR0917 - who, which mail, to whom
    office: Office, actor: Actor, issuer_id: str, meant: MailMeant, address: str, now: datetime
) -> TestQueued | TestRefused:
    """Queue the mail to whoever asks, or to a contact of the issuer. It awards nothing; at most so many an hour."""
    with office.engine.begin() as connection:
        take_turn_for(connection, f"test mails of {issuer_id}")
        if address not in list_test_addresses(connection, issuer_id, actor):
            return TestRefused("address")
        about = col(AuditEvent.subject_kind) == "test_mail", col(AuditEvent.subject_id) == issuer_id
        recent = (
            select(func.count())
            .select_from(AuditEvent)
            .where(*about, col(AuditEvent.made_at) > now - timedelta(hours=1))
        )
        if connection.execute(recent).scalar_one() >= TESTS_AN_HOUR:
            return TestRefused("often")
        refused = office.publisher.prepare(connection, meant.wanted)
        if isinstance(refused, PublishRefused):
            return TestRefused("template", refused.reason)
        parsed = parse_address(address)
        assert isinstance(parsed, Address)  # it was when it was stored
        queue_sample(connection, office, meant.wanted, meant.sample, fold_address(parsed), now)
        subject, detail = Subject("test_mail", issuer_id), {"to": address, "language": meant.language}
        note_act(connection, actor, Act.TEST_SENT, now, issuer_id=issuer_id, subject=subject, detail=detail)
    return TestQueued(address)
