"""An issuer's badge classes as its managers see them. Reads only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, literal, select
from sqlmodel import col

from badges.images import path_of_image
from badges.tables import Assertion, BadgeClass, Image
from desk.issuers.badge_classes import FIELDS
from desk.issuers.versions import version_of

MOST_COUNTED = 1000
"""Awards of a badge are counted up to here, so that a list takes no longer the more there are."""


@dataclass(frozen=True, slots=True)
class ListedBadge:
    """A badge class, with what has become of it."""

    badge_class_id: str
    slug: str
    record: Mapping[str, Any]
    """What it says, by `BadgeWords`' names, and the digest of its picture."""
    image_path: str
    retired_at: datetime | None
    awards: int
    """At most `MOST_COUNTED` + 1."""

    @property
    def version(self) -> str:
        """What a change of it is based on."""
        return version_of(self.record)


def list_badges(connection: Connection, issuer_id: str, after: str = "", limit: int = 50) -> list[ListedBadge]:
    """Return badge classes by slug, those behind `after`; retired ones stand among the others."""
    query = _BADGES.where(col(BadgeClass.issuer_id) == issuer_id, col(BadgeClass.slug) > after)
    rows = connection.execute(query.order_by(col(BadgeClass.slug)).limit(limit))
    return [_read(row) for row in rows]


def find_badge(connection: Connection, issuer_id: str, slug: str) -> ListedBadge | None:
    """Return one badge class of the issuer."""
    query = _BADGES.where(col(BadgeClass.issuer_id) == issuer_id, col(BadgeClass.slug) == slug)
    row = connection.execute(query).first()
    return None if row is None else _read(row)


def _count_awards() -> Any:
    some = (
        select(literal(1).label("one"))
        .where(col(Assertion.badge_class_id) == col(BadgeClass.id))
        .correlate(BadgeClass)
        .limit(MOST_COUNTED + 1)
        .subquery()
    )
    return select(func.count()).select_from(some).scalar_subquery()


_BADGES: Select[*tuple[Any, ...]] = select(
    *(BadgeClass.__table__.c[name] for name in (*FIELDS, "id", "slug", "retired_at")),  # type: ignore[attr-defined]
    col(Image.media_type),
    _count_awards().label("awards"),
).join(Image, col(Image.digest) == col(BadgeClass.image_digest))


def _read(row: Any) -> ListedBadge:
    record = {name: getattr(row, name) for name in FIELDS}
    path = path_of_image(row.image_digest, row.media_type)
    return ListedBadge(row.id, row.slug, record, path, row.retired_at, row.awards)
