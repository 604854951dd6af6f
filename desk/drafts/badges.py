"""Which badges an issuer can award now."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select
from sqlmodel import col

from badges.images import path_of_image
from badges.tables import BadgeClass, Image

MOST = 500
"""That a person can choose from."""


@dataclass(frozen=True, slots=True)
class AwardableBadge:
    """A badge class in use."""

    slug: str
    name: str
    image_path: str


def list_awardable(connection: Connection, issuer_id: str) -> Sequence[AwardableBadge]:
    """Return the badges that are in use, by name."""
    query = (
        select(col(BadgeClass.slug), col(BadgeClass.name), col(Image.digest), col(Image.media_type))
        .join(Image, col(Image.digest) == col(BadgeClass.image_digest))
        .where(col(BadgeClass.issuer_id) == issuer_id, col(BadgeClass.retired_at).is_(None))
        .order_by(col(BadgeClass.name), col(BadgeClass.slug))
        .limit(MOST)
    )
    return [AwardableBadge(slug, name, path_of_image(*image)) for slug, name, *image in connection.execute(query)]
