"""Looking at mails before anybody gets one: which templates a question is about, and what lint says of each.

Here belong the look-ups, and the gate that issuing goes through. What is looked at stands in `mailer.lint`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, select
from sqlmodel import col

from badges.tables import BadgeClass, Image, Issuer
from desk.constants import Wanted
from desk.office import Office
from desk.publishing import PublishRefused
from mailer.compose import LoadImage
from mailer.lint.findings import Finding, refusals
from mailer.lint.published import lint_published
from mailer.mime import ImageBytes
from mailer.notices import NOTICES
from mailer.templates.published import Published

SERVICE = "(service)"
"""In place of a slug, which has no brackets."""


@dataclass(frozen=True)
class Question:
    """Which templates are meant; what is None is not narrowed down."""

    badge: str | None = None
    """A badge's slug."""
    issuer: str | None = None
    """An issuer's slug."""
    kind: str | None = None
    language: str | None = None
    """None: each issuer's own."""


@dataclass(frozen=True)
class Meant:
    """A template, and what people call what it is about."""

    wanted: Wanted
    slug: str
    """The badge's, or the issuer's for a kind that shows no badge; `SERVICE` for mails in the service's own name."""

    def __str__(self) -> str:
        language = f" in {self.wanted.language}" if self.wanted.language else ""
        return f"{self.slug}: {self.wanted.kind}{language}"


def find_meant(connection: Connection, question: Question) -> list[Meant]:
    """Return every template that `question` is about: one a badge for kinds that show one, else one an issuer.

    If it is about no badge or issuer of its own, what the service writes in its own name comes first.
    """
    query = (
        select(col(Issuer.id), col(Issuer.slug), col(BadgeClass.id), col(BadgeClass.slug))
        .join(BadgeClass, col(BadgeClass.issuer_id) == col(Issuer.id))
        .order_by(col(Issuer.slug), col(BadgeClass.slug))
    )
    if question.badge is not None:
        query = query.where(col(BadgeClass.slug) == question.badge)
    if question.issuer is not None:
        query = query.where(col(Issuer.slug) == question.issuer)
    kinds = [notice for notice in NOTICES.values() if question.kind in {None, notice.kind}]
    meant: dict[Meant, None] = {}
    if question.badge is None and question.issuer is None:
        own = (notice for notice in kinds if notice.may_be_ours)
        meant = dict.fromkeys(Meant(Wanted(notice.kind, None, None, question.language), SERVICE) for notice in own)
    for issuer_id, issuer, badge_class_id, badge in connection.execute(query):
        for notice in (notice for notice in kinds if not notice.only_service):
            badge_part = badge_class_id if notice.shows_badge else None
            wanted = Wanted(notice.kind, issuer_id, badge_part, question.language)
            meant[Meant(wanted, badge if notice.shows_badge else issuer)] = None
    return list(meant)


def check_template(
    connection: Connection, office: Office, wanted: Wanted, now: datetime, clients: Iterable[str] | None = None
) -> list[Finding] | PublishRefused:
    """Return what is wrong with the mails of one template. Stores nothing. For `clients` see `lint_mail`."""
    published = office.publisher.prepare(connection, wanted)
    if isinstance(published, PublishRefused):
        return published
    return lint_published(published, image_loader(connection), office.site, now, clients)


def refuse_flawed(connection: Connection, office: Office, published: Published, now: datetime) -> PublishRefused | None:
    """Return why the mails of a template must not leave, in one line, or None: the gate before a batch."""
    if office.publisher.is_sound(published):
        return None
    errors = refusals(lint_published(published, image_loader(connection), office.site, now))
    if not errors:
        office.publisher.note_sound(published)
        return None
    more = f"; `badgepost lint` tells {len(errors) - 1} more" if len(errors) > 1 else ""
    where = f" ({errors[0].where})" if errors[0].where else ""
    return PublishRefused(f"{published.kind} mail: {errors[0].code}: {errors[0].message}{where}{more}")


def image_loader(connection: Connection) -> LoadImage:
    """Return `read_image` for this connection."""
    return partial(read_image, connection)


def read_image(connection: Connection, digest: str) -> ImageBytes:
    """Return a stored picture. Raises `KeyError` if there is none of that digest."""
    query = select(col(Image.media_type), col(Image.content)).where(col(Image.digest) == digest)
    row = connection.execute(query).first()
    if row is None:
        raise KeyError(f"there is no image {digest}")
    return ImageBytes(row.media_type, row.content)
