"""The profile: what earners say of themselves, their photo, and the language that we write to them in.

Here belong reading and changing it. What a field may hold stands in `details`, what a photo may be in `badges.photos`.
The name is no part of it: an issuer vouches for that (`asking_name`).
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, select, text, update
from sqlmodel import col

from badges.account_tables import Profile
from badges.columns import to_microseconds
from badges.photos import Photo
from badges.tables import Earner
from desk.accounts.details import Details
from desk.accounts.trail import EventKind, note_event

_KEEP = text("""
    INSERT INTO profile (earner_id, employer, title, phone, website, changed_at)
    VALUES (:earner_id, :employer, :title, :phone, :website, :now)
    ON CONFLICT (earner_id) DO UPDATE SET employer = :employer, title = :title, phone = :phone, website = :website,
        changed_at = :now
""")
_KEEP_PHOTO = text("""
    INSERT INTO profile (earner_id, employer, title, phone, website, photo, changed_at)
    VALUES (:earner_id, '', '', '', '', :photo, :now)
    ON CONFLICT (earner_id) DO UPDATE SET photo = :photo, changed_at = :now
""")


@dataclass(frozen=True, slots=True)
class OwnProfile:
    """A profile as its owner sees it."""

    details: Details
    language: str | None
    """None: mails come in the language of each issuer."""
    has_photo: bool


def read_profile(connection: Connection, earner_id: str) -> OwnProfile:
    """Return somebody's profile; empty if they have said nothing yet."""
    fields = select(
        col(Profile.employer),
        col(Profile.title),
        col(Profile.phone),
        col(Profile.website),
        col(Profile.photo).is_not(None),
    ).where(col(Profile.earner_id) == earner_id)
    row = connection.execute(fields).first()
    language = connection.execute(select(col(Earner.language)).where(col(Earner.id) == earner_id)).scalar_one()
    return OwnProfile(Details(*row[:4]) if row else Details(), language, bool(row and row[4]))


def read_photo(connection: Connection, earner_id: str) -> bytes | None:
    """Return somebody's photo, a JPEG."""
    query = select(col(Profile.photo)).where(col(Profile.earner_id) == earner_id)
    return connection.execute(query).scalar_one_or_none()


def change_details(  # noqa: PLR0913, PLR0917 - whose, what, whence and when
    engine: Engine, earner_id: str, details: Details, language: str | None, source: str, now: datetime
) -> None:
    """Keep what the earner says now; the trail notes which fields are others."""
    with engine.begin() as connection:
        old = read_profile(connection, earner_id)
        was, will = asdict(old.details), asdict(details)
        changed = [field for field in will if will[field] != was[field]]
        if changed:
            connection.execute(_KEEP, {**will, **_whose(earner_id, now)})
        if language != old.language:
            connection.execute(update(Earner).where(col(Earner.id) == earner_id).values(language=language))
            changed.append("language")
        if changed:
            _note(connection, earner_id, ", ".join(changed), source, now)


def put_photo(engine: Engine, earner_id: str, photo: Photo | None, source: str, now: datetime) -> None:
    """Keep another photo, or none."""
    with engine.begin() as connection:
        if photo is None and not read_profile(connection, earner_id).has_photo:
            return
        connection.execute(_KEEP_PHOTO, {"photo": photo.content if photo else None, **_whose(earner_id, now)})
        _note(connection, earner_id, "photo" if photo else "photo removed", source, now)


def _whose(earner_id: str, now: datetime) -> dict[str, Any]:
    return {"earner_id": earner_id, "now": to_microseconds(now)}


def _note(connection: Connection, earner_id: str, detail: str, source: str, now: datetime) -> None:
    note_event(connection, earner_id, EventKind.PROFILE_CHANGED, now, source=source, detail=detail)
