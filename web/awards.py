"""What the public may see of an award: everything on its badge page.

Here belong the look-up and what is shown of it. A held award ("this is not me") is found by nobody; a revoked one is,
because whoever was shown the badge must be able to see that it no longer counts.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Select, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from badges.assertions import AssertionState, Standing, judge_standing
from badges.tables import Assertion, BadgeClass, Earner, Image, Issuer
from web.images import path_of_image
from web.needs import Place


@dataclass(frozen=True)
class Award:
    """A badge as its public page shows it."""

    id: str
    url: str
    standing: Standing
    name: str
    description: str
    criteria: str
    earner_name: str
    issuer_name: str
    issuer_website: str | None
    issuer_language: str
    brand_color: str
    logo_path: str | None
    issued_on: date
    expires_on: date | None
    revocation_reason: str | None
    image_path: str
    image_url: str
    image_type: str
    image_width: int
    image_height: int
    image_alt: str

    @property
    def criteria_is_url(self) -> bool:
        """Whether the criteria stand on a page of their own."""
        return _is_web_address(self.criteria)


_Logo = aliased(Image)


def find_award(connection: Connection, assertion_id: str, place: Place, today: date) -> Award | None:
    """Return the award with this id as it stands on `today`; None if there is none or it is held."""
    row = connection.execute(_awards().where(col(Assertion.id) == assertion_id)).first()
    if row is None:
        return None
    standing = judge_standing(row.state, row.expires_on, row.held_at, today)
    if row.held_at is not None or standing is Standing.HELD:
        return None
    return _show_award(row, place, standing)


def list_awards(connection: Connection, earner_id: str, place: Place, today: date) -> list[Award]:
    """Return what an earner has been awarded, the newest first: revoked ones too, held ones not."""
    query = _awards().where(col(Assertion.earner_id) == earner_id, col(Assertion.held_at).is_(None))
    newest = query.order_by(col(Assertion.issued_on).desc(), col(Assertion.created_at).desc(), col(Assertion.id))
    return [
        _show_award(row, place, judge_standing(row.state, row.expires_on, row.held_at, today))
        for row in connection.execute(newest)
    ]


def find_newest_award(connection: Connection, earner_id: str) -> str | None:
    """Return the id of the earner's newest award that has a page."""
    query = (
        select(col(Assertion.id))
        .where(
            col(Assertion.earner_id) == earner_id,
            col(Assertion.held_at).is_(None),
            col(Assertion.state) != AssertionState.REVOKED,
        )
        .order_by(col(Assertion.issued_on).desc(), col(Assertion.created_at).desc(), col(Assertion.id))
    )
    return connection.execute(query.limit(1)).scalar_one_or_none()


def _is_web_address(text: str) -> bool:
    """Tell whether a link may lead there: nothing but http and https, whoever wrote it."""
    return text.startswith(("https://", "http://")) and not any(map(str.isspace, text))


def _awards() -> Select[*tuple[Any, ...]]:
    return (
        select(
            col(Assertion.id),
            col(Assertion.state),
            col(Assertion.issued_on),
            col(Assertion.expires_on),
            col(Assertion.held_at),
            col(Assertion.revocation_reason),
            col(Earner.name).label("earner_name"),
            col(BadgeClass.name),
            col(BadgeClass.description),
            col(BadgeClass.criteria),
            col(BadgeClass.image_caption),
            col(Issuer.name).label("issuer_name"),
            col(Issuer.website),
            col(Issuer.language),
            col(Issuer.brand_color),
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


def _show_award(row: Row[Any], place: Place, standing: Standing) -> Award:
    image_path = path_of_image(row.digest, row.media_type)
    return Award(
        id=row.id,
        url=f"{place.base_url}/badges/{row.id}",
        standing=standing,
        name=row.name,
        description=row.description,
        criteria=row.criteria,
        earner_name=row.earner_name,
        issuer_name=row.issuer_name,
        issuer_website=row.website if _is_web_address(row.website or "") else None,
        issuer_language=row.language,
        brand_color=row.brand_color,
        logo_path=place.root + path_of_image(row.logo_digest, row.logo_type) if row.logo_digest else None,
        issued_on=row.issued_on,
        expires_on=row.expires_on,
        revocation_reason=row.revocation_reason,
        image_path=place.root + image_path,
        image_url=place.base_url + image_path,
        image_type=row.media_type,
        image_width=row.width,
        image_height=row.height,
        image_alt=row.image_caption or row.name,
    )
