"""Achievements as they are now, kept word for word for the credentials that will name them.

Here belong taking and finding them, and an issuer as it is now. What one holds is said in
`badges.openbadges.achievement`.
"""

from typing import Any

from sqlalchemy import Connection, Row, Select, or_, select, text
from sqlalchemy.orm import aliased
from sqlmodel import col

from badges.credential_tables import Achievement
from badges.openbadges.achievement import Achieved, Picture, Profile
from badges.tables import BadgeClass, Image, Issuer

_KEEP = text("""
    INSERT INTO achievement (digest, badge_class_id, content) VALUES (:digest, :badge_class_id, :content)
    ON CONFLICT (digest) DO NOTHING
""")
_Logo = aliased(Image)
_Query = Select[*tuple[Any, ...]]


def keep_achievement(connection: Connection, badge_class_id: str) -> Achieved:
    """Return the badge class as it is now, and keep these words for good."""
    achieved = _look_at(connection, badge_class_id)
    row = {"digest": achieved.digest, "badge_class_id": badge_class_id, "content": achieved.to_json()}
    connection.execute(_KEEP, row)
    return achieved


def find_achievement(connection: Connection, digest: str) -> Achieved | None:
    """Return the achievement of this name."""
    query = select(col(Achievement.content)).where(col(Achievement.digest) == digest)
    content = connection.execute(query).scalar_one_or_none()
    return None if content is None else Achieved.from_json(content)


def find_profile(connection: Connection, name: str) -> Profile | None:
    """Return the issuer with this id or slug as it is now."""
    query = _with_logo(select(*_PROFILE)).where(or_(col(Issuer.id) == name, col(Issuer.slug) == name))
    row = connection.execute(query.order_by(col(Issuer.id) != name).limit(1)).first()
    return None if row is None else _read_profile(row)


def _look_at(connection: Connection, badge_class_id: str) -> Achieved:
    row = connection.execute(_with_logo(_badge_classes()).where(col(BadgeClass.id) == badge_class_id)).one()
    return Achieved(
        issuer=_read_profile(row),
        badge_class_id=badge_class_id,
        name=row.name,
        description=row.description,
        criteria=row.criteria,
        image=Picture(row.image_digest, row.image_type),
        caption=row.image_caption,
    )


_PROFILE: tuple[Any, ...] = (
    col(Issuer.id).label("issuer_id"),
    col(Issuer.name).label("issuer_name"),
    col(Issuer.website),
    col(Issuer.support_email),
    col(_Logo.digest).label("logo_digest"),
    col(_Logo.media_type).label("logo_type"),
)


def _read_profile(row: Row[Any]) -> Profile:
    logo = Picture(row.logo_digest, row.logo_type) if row.logo_digest else None
    return Profile(row.issuer_id, row.issuer_name, row.website, row.support_email, logo)


def _with_logo(query: _Query) -> _Query:
    return query.outerjoin(_Logo, col(_Logo.digest) == col(Issuer.logo_digest))


def _badge_classes() -> _Query:
    return (
        select(
            *_PROFILE,
            col(BadgeClass.name),
            col(BadgeClass.description),
            col(BadgeClass.criteria),
            col(BadgeClass.image_caption),
            col(Image.digest).label("image_digest"),
            col(Image.media_type).label("image_type"),
        )
        .select_from(Issuer)
        .join(BadgeClass, col(BadgeClass.issuer_id) == col(Issuer.id))
        .join(Image, col(Image.digest) == col(BadgeClass.image_digest))
    )
