"""Achievements as they are now, kept word for word for the credentials that will name them.

Here belong taking and finding them. What one holds is said in `badges.openbadges.achievement`.
"""

from typing import Any

from sqlalchemy import Connection, Select, select, text
from sqlalchemy.orm import aliased
from sqlmodel import col

from badges.credential_tables import Achievement
from badges.openbadges.achievement import Achieved, Picture
from badges.tables import BadgeClass, Image, Issuer

_KEEP = text("""
    INSERT INTO achievement (digest, badge_class_id, content) VALUES (:digest, :badge_class_id, :content)
    ON CONFLICT (digest) DO NOTHING
""")
_Logo = aliased(Image)


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


def _look_at(connection: Connection, badge_class_id: str) -> Achieved:
    row = connection.execute(_badge_classes().where(col(BadgeClass.id) == badge_class_id)).one()
    return Achieved(
        issuer_id=row.issuer_id,
        issuer_name=row.issuer_name,
        website=row.website,
        support_email=row.support_email,
        logo=Picture(row.logo_digest, row.logo_type) if row.logo_digest else None,
        badge_class_id=badge_class_id,
        name=row.name,
        description=row.description,
        criteria=row.criteria,
        image=Picture(row.image_digest, row.image_type),
        caption=row.image_caption,
    )


def _badge_classes() -> Select[*tuple[Any, ...]]:
    return (
        select(
            col(Issuer.id).label("issuer_id"),
            col(Issuer.name).label("issuer_name"),
            col(Issuer.website),
            col(Issuer.support_email),
            col(_Logo.digest).label("logo_digest"),
            col(_Logo.media_type).label("logo_type"),
            col(BadgeClass.name),
            col(BadgeClass.description),
            col(BadgeClass.criteria),
            col(BadgeClass.image_caption),
            col(Image.digest).label("image_digest"),
            col(Image.media_type).label("image_type"),
        )
        .join(BadgeClass, col(BadgeClass.issuer_id) == col(Issuer.id))
        .join(Image, col(Image.digest) == col(BadgeClass.image_digest))
        .outerjoin(_Logo, col(_Logo.digest) == col(Issuer.logo_digest))
    )
