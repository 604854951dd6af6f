"""From issuer and badge rows to the constants of a template.

Here belongs what a template needs to know of the database before it is published; what it does with that stands in
`templates/email/`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection, Select, select
from sqlmodel import col

from badges.branding import Color, derive_palette, parse_color
from badges.images import JPEG
from badges.tables import BadgeClass, Image, Issuer
from mailer.notices import NOTICES
from mailer.templates.catalogues import SOURCE_LANGUAGE
from mailer.templates.constants import (
    INLINE_PREFIX,
    BadgeConstants,
    Constants,
    IssuerConstants,
    LinkedinConstants,
    SiteConstants,
)

_INLINE_SRC = f"{INLINE_PREFIX}badge@badgepost"
"""Of the badge's own part. What follows the prefix is a Content-ID, so it has an @ (RFC 2045 section 7)."""

SERVICE_COLOR = Color(0x3D, 0x4A, 0x5C)
"""Of mails that the service writes in its own name: a grey that is no issuer's brand."""

_BADGE_BOX = (300, 300)
"""Pixels that a badge takes in a mail at most; its file may have more, for sharp screens."""
_LOGO_BOX = (260, 48)
"""The same for an issuer's logo."""


@dataclass(frozen=True)
class Wanted:
    """Which template an act needs."""

    kind: str
    issuer_id: str | None
    """None: the service speaks for itself."""
    badge_class_id: str | None = None
    language: str | None = None
    """None: the issuer's, or English."""


def gather_constants(
    connection: Connection, wanted: Wanted, site: SiteConstants, instead: Mapping[str, Any] | None = None
) -> Constants:
    """Return all that a template of this issuer, badge class and language has in common. No row missing is a value.

    `instead` holds values of columns of `Issuer` that take the place of those on record: what somebody is trying out.
    """
    if wanted.issuer_id is None:
        return _describe_service(wanted, site)
    on_record = connection.execute(_ISSUERS.where(col(Issuer.id) == wanted.issuer_id)).one()
    issuer = SimpleNamespace(**{**on_record._mapping, **(instead or {})})
    badge = None
    notice = NOTICES[wanted.kind]
    if notice.shows_badge:
        badge = _gather_badge(connection, wanted, issuer.image_delivery, site)
    return Constants(
        issuer=_describe_issuer(issuer, site),
        badge=badge,
        language=wanted.language or issuer.language,
        site=site,
        linkedin=LinkedinConstants(issuer.name, issuer.linkedin_organization_id, badge.name if badge else ""),
        sender_name=issuer.sender_name or issuer.name,
        reply_address=issuer.reply_address if notice.replies_to_issuer else None,
        wording=issuer.wording if notice.shows_wording else None,
    )


_ISSUERS: Select[*tuple[Any, ...]] = select(
    col(Issuer.name),
    col(Issuer.website),
    col(Issuer.support_email),
    col(Issuer.domain),
    col(Issuer.brand_color),
    col(Issuer.sender_name),
    col(Issuer.language),
    col(Issuer.image_delivery),
    col(Issuer.linkedin_organization_id),
    col(Issuer.wording),
    col(Issuer.reply_address),
    col(Issuer.logo_digest),
    col(Image.media_type).label("logo_type"),
    col(Image.width).label("logo_width"),
    col(Image.height).label("logo_height"),
).outerjoin(Image, col(Image.digest) == col(Issuer.logo_digest))

_BADGES: Select[*tuple[Any, ...]] = select(
    col(BadgeClass.name),
    col(BadgeClass.description),
    col(BadgeClass.criteria),
    col(BadgeClass.image_caption),
    col(Image.digest),
    col(Image.media_type),
    col(Image.width),
    col(Image.height),
).join(Image, col(Image.digest) == col(BadgeClass.image_digest))


def _describe_service(wanted: Wanted, site: SiteConstants) -> Constants:
    palette = derive_palette(SERVICE_COLOR)
    service = IssuerConstants(
        name=site.name,
        website=site.base_url,
        support_email=site.support_address,
        color=palette.color,
        color_text=palette.color_text,
        link_color=palette.link_color,
        link_color_dark=palette.link_color_dark,
        logo_url=None,
        domain=site.support_address.rpartition("@")[2],
        is_service=True,
    )
    return Constants(
        issuer=service,
        badge=None,
        language=wanted.language or SOURCE_LANGUAGE,
        site=site,
        linkedin=LinkedinConstants(site.name, None, ""),
        sender_name=site.name,
    )


def _describe_issuer(issuer: SimpleNamespace, site: SiteConstants) -> IssuerConstants:
    color = parse_color(issuer.brand_color)
    assert isinstance(color, Color), color.reason  # was checked when it was stored
    palette = derive_palette(color)
    has_logo = issuer.logo_digest is not None
    logo_width, logo_height = _fit(issuer.logo_width, issuer.logo_height, _LOGO_BOX) if has_logo else (0, 0)
    return IssuerConstants(
        name=issuer.name,
        website=issuer.website,
        support_email=issuer.support_email,
        color=palette.color,
        color_text=palette.color_text,
        link_color=palette.link_color,
        link_color_dark=palette.link_color_dark,
        logo_url=_url_of_image(issuer.logo_digest, issuer.logo_type, site) if has_logo else None,
        domain=issuer.domain,
        logo_width=logo_width,
        logo_height=logo_height,
    )


def _gather_badge(connection: Connection, wanted: Wanted, delivery: str, site: SiteConstants) -> BadgeConstants:
    badge = connection.execute(_BADGES.where(col(BadgeClass.id) == wanted.badge_class_id)).one()
    hosted = delivery == "hosted"
    width, height = _fit(badge.width, badge.height, _BADGE_BOX)
    return BadgeConstants(
        name=badge.name,
        description=badge.description,
        criteria=badge.criteria,
        image_caption=badge.image_caption,
        image_src=_url_of_image(badge.digest, badge.media_type, site) if hosted else _INLINE_SRC,
        image_width=width,
        image_height=height,
        image_digest=badge.digest,
    )


def _fit(width: int, height: int, box: tuple[int, int]) -> tuple[int, int]:
    """Return the size in a mail: within `box` (width, height), in proportion, never larger than the picture is."""
    scale = min(1, box[0] / width, box[1] / height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _url_of_image(digest: str, media_type: str, site: SiteConstants) -> str:
    return f"{site.base_url}/images/{digest}.{'jpg' if media_type == JPEG else 'png'}"
