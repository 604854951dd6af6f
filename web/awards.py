"""What is shown of awards: to the public on a badge page, to its owner in the portfolio.

Here belong the look-ups and what is shown. A held award ("this is not me") is found by nobody, one that is hidden only
by its owner; a revoked one is found, because whoever was shown the badge must be able to see that it no longer counts.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, Row, Select, bindparam, func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from badges.assertions import AssertionState, Standing, judge_standing
from badges.images import path_of_image
from badges.openbadges.achievement import is_web_address
from badges.tables import Assertion, BadgeClass, Earner, Image, Issuer
from web.needs import Place


@dataclass(frozen=True)
class Award:
    """A badge as pages show it."""

    id: str
    url: str
    standing: Standing
    name: str
    description: str
    criteria: str
    evidence_url: str | None
    """A page that shows what this award rests on."""
    narrative: str | None
    """What the issuer says of this award."""
    earner_name: str
    issuer_id: str
    issuer_name: str
    issuer_website: str | None
    issuer_language: str
    brand_color: str
    logo_digest: str | None
    logo_path: str | None
    issued_on: date
    expires_on: date | None
    expired_on: date | None
    """Its last day, if that has passed. The issuer may also have ended it before."""
    revocation_reason: str | None
    image_digest: str
    image_path: str
    image_width: int
    image_height: int
    image_alt: str
    linkedin_organization_id: int | None
    offers_certificate: bool
    is_hidden: bool
    """Whether its owner shows it to nobody: only pages of the owner's see such a one."""

    @property
    def can_share(self) -> bool:
        """Whether a link to its public page would say something good, and anything at all."""
        return not self.is_hidden and self.standing is not Standing.REVOKED

    @property
    def criteria_is_url(self) -> bool:
        """Whether the criteria stand on a page of their own."""
        return is_web_address(self.criteria)

    @property
    def evidence_host(self) -> str | None:
        """Where `evidence_url` leads."""
        return urlsplit(self.evidence_url).hostname if self.evidence_url else None


_Logo = aliased(Image)
# Made once: to put a statement together takes longer than to run it.
_AWARDS: Select[*tuple[Any, ...]] = (
    select(
        col(Assertion.id),
        col(Assertion.state),
        col(Assertion.issued_on),
        col(Assertion.expires_on),
        col(Assertion.hidden_at),
        col(Assertion.evidence_url),
        col(Assertion.narrative),
        col(Assertion.revocation_reason),
        col(Earner.name).label("earner_name"),
        col(BadgeClass.name),
        col(BadgeClass.description),
        col(BadgeClass.criteria),
        col(BadgeClass.image_caption),
        col(Issuer.id).label("issuer_id"),
        col(Issuer.name).label("issuer_name"),
        col(Issuer.website),
        col(Issuer.language),
        col(Issuer.brand_color),
        col(Issuer.linkedin_organization_id),
        col(Issuer.pdf_certificates),
        col(Image.digest),
        col(Image.media_type),
        col(Image.width),
        col(Image.height),
        col(_Logo.digest).label("logo_digest"),
        col(_Logo.media_type).label("logo_type"),
    )
    .join(Earner, col(Earner.id) == col(Assertion.earner_id))
    .join(BadgeClass, col(BadgeClass.id) == col(Assertion.badge_class_id))
    .join(Issuer, col(Issuer.id) == col(BadgeClass.issuer_id))
    .join(Image, col(Image.digest) == col(BadgeClass.image_digest))
    .outerjoin(_Logo, col(_Logo.digest) == col(Issuer.logo_digest))
)
_IS_NOT_HELD = col(Assertion.held_at).is_(None)
_IS_SHOWN = col(Assertion.hidden_at).is_(None)
_THIS = _AWARDS.where(col(Assertion.id) == bindparam("assertion_id"), _IS_NOT_HELD)
_PUBLIC = _THIS.where(_IS_SHOWN)
_OWN = _THIS.where(col(Assertion.earner_id) == bindparam("earner_id"))
_NEWEST_FIRST = (col(Assertion.issued_on).desc(), col(Assertion.created_at).desc(), col(Assertion.id))


@dataclass(frozen=True)
class AwardPage:
    """Some of an earner's badges, and of how many."""

    awards: list[Award]
    count: int


AwardRow = Row[Any]
"""What is on record of an award. Rows that show the same are equal, and so are their hashes."""


def read_public_award(connection: Connection, assertion_id: str) -> AwardRow | None:
    """Return what is on record of the award, if the public may see it; None if there is none, or none to be seen."""
    return connection.execute(_PUBLIC, {"assertion_id": assertion_id}).first()


def find_award(connection: Connection, assertion_id: str, place: Place, today: date) -> Award | None:
    """Return the award with this id as the public sees it on `today`; None as in `read_public_award`."""
    row = read_public_award(connection, assertion_id)
    return None if row is None else show_award(row, place, today)


def find_own_award(
    connection: Connection, earner_id: str, assertion_id: str, place: Place, today: date
) -> Award | None:
    """Return the award with this id as its owner sees it; None if the earner has no such award."""
    row = connection.execute(_OWN, {"earner_id": earner_id, "assertion_id": assertion_id}).first()
    return None if row is None else show_award(row, place, today)


def list_awards(  # noqa: PLR0913, PLR0917 - whose, where, when, which
    connection: Connection, earner_id: str, place: Place, today: date, limit: int, offset: int
) -> AwardPage:
    """Return some of what an earner has been awarded, the newest first: revoked and hidden ones too, held ones not."""
    theirs = (col(Assertion.earner_id) == earner_id, _IS_NOT_HELD)
    count = connection.execute(select(func.count()).select_from(Assertion).where(*theirs)).scalar_one()
    newest = _AWARDS.where(*theirs).order_by(*_NEWEST_FIRST).limit(limit).offset(offset)
    return AwardPage([show_award(row, place, today) for row in connection.execute(newest)], count)


def find_newest_award(connection: Connection, earner_id: str) -> str | None:
    """Return the id of the earner's newest award that has a page."""
    query = (
        select(col(Assertion.id))
        .where(
            col(Assertion.earner_id) == earner_id,
            _IS_NOT_HELD,
            _IS_SHOWN,
            col(Assertion.state) != AssertionState.REVOKED,
        )
        .order_by(*_NEWEST_FIRST)
    )
    return connection.execute(query.limit(1)).scalar_one_or_none()


def show_award(row: AwardRow, place: Place, today: date) -> Award:
    """Return what pages show on `today` of what is on record."""
    return Award(
        id=row.id,
        url=f"{place.base_url}/badges/{row.id}",
        standing=judge_standing(row.state, row.expires_on, None, today),
        name=row.name,
        description=row.description,
        criteria=row.criteria,
        evidence_url=row.evidence_url if is_web_address(row.evidence_url or "") else None,
        narrative=row.narrative,
        earner_name=row.earner_name,
        issuer_id=row.issuer_id,
        issuer_name=row.issuer_name,
        issuer_website=row.website if is_web_address(row.website or "") else None,
        issuer_language=row.language,
        brand_color=row.brand_color,
        logo_digest=row.logo_digest,
        logo_path=place.root + path_of_image(row.logo_digest, row.logo_type) if row.logo_digest else None,
        issued_on=row.issued_on,
        expires_on=row.expires_on,
        expired_on=row.expires_on if row.expires_on is not None and row.expires_on < today else None,
        revocation_reason=row.revocation_reason,
        image_digest=row.digest,
        image_path=place.root + path_of_image(row.digest, row.media_type),
        image_width=row.width,
        image_height=row.height,
        image_alt=row.image_caption or row.name,
        linkedin_organization_id=row.linkedin_organization_id,
        offers_certificate=row.pdf_certificates,
        is_hidden=row.hidden_at is not None,
    )
