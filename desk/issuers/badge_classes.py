"""Making and changing a badge class: each an act with its trace in the audit trail.

Here belong the acts. Nothing that was attested changes with a badge class: credentials name an achievement by its
digest (`desk.credentials.snapshots`), mails that wait keep the template they were queued with. What a badge class says
holds for awards from now on, and for credentials that are made anew.
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, update
from sqlmodel import col

from badges.ids import make_id
from badges.images import CheckedImage
from badges.tables import BadgeClass, Issuer
from badges.transactions import take_turn
from desk.constants import Wanted
from desk.issuers.fields import BadgeWords, FieldFault, FieldFaults
from desk.issuers.pictures import Upload, draw_emblem, read_picture, store_picture
from desk.issuers.versions import OutOfStep, find_changes, version_of
from desk.members.audit import Act, Actor, Subject, note_act
from desk.office import Office
from desk.publishing import PublishRefused

LONGEST_SLUG = 64


@dataclass(frozen=True, slots=True)
class BadgeClassSaved:
    """The badge class is on record as it was written."""

    badge_class_id: str
    slug: str
    changed: bool = True


@dataclass(frozen=True, slots=True)
class NoBadgeClass:
    """The issuer has no such badge class."""


class _RefusedError(Exception):
    """Takes the transaction back."""

    def __init__(self, faults: FieldFaults) -> None:
        super().__init__(faults)
        self.faults = faults


def create_badge_class(  # noqa: PLR0913, PLR0917 - what, by whom, when
    office: Office, issuer_id: str, words: BadgeWords, picture: Upload | None, actor: Actor, now: datetime
) -> BadgeClassSaved | FieldFaults:
    """Make a badge class. Without a picture it gets an emblem of its name."""
    image = read_picture(picture, "image") if picture else None
    if isinstance(image, FieldFaults):
        return image
    try:
        with office.engine.begin() as connection:
            take_turn(connection)
            issuer = connection.execute(_ISSUERS.where(col(Issuer.id) == issuer_id)).one()
            slug = _find_free_slug(connection, issuer.slug, words.name)
            image = image or draw_emblem(words.name, issuer.name, issuer.brand_color)
            badge_class_id, values = make_id(), words.model_dump()
            own = {"id": badge_class_id, "slug": slug, "issuer_id": issuer_id}
            digest = {"image_digest": store_picture(connection, image)}
            connection.execute(insert(BadgeClass).values(**own, **values, **digest))
            _try(connection, office, issuer_id, badge_class_id)
            subject = Subject("badge_class", badge_class_id)
            detail = {"slug": slug, **values, **digest}
            note_act(connection, actor, Act.BADGE_CREATED, now, issuer_id=issuer_id, subject=subject, detail=detail)
    except _RefusedError as refused:
        return refused.faults
    return BadgeClassSaved(badge_class_id, slug)


@dataclass(frozen=True, slots=True)
class BadgeChange:
    """What is to become of a badge class."""

    words: BadgeWords
    picture: Upload | None = None
    """None: the picture stays."""
    draws_emblem: bool = False
    """An emblem takes the picture's place."""
    version: str | None = None
    """Which version was changed (`desk.issuers.versions`); None: whatever stands now."""


def change_badge_class(  # noqa: PLR0913, PLR0917 - what, by whom, when
    office: Office, issuer_id: str, slug: str, change: BadgeChange, actor: Actor, now: datetime
) -> BadgeClassSaved | FieldFaults | OutOfStep | NoBadgeClass:
    """Change what a badge class says from now on. An emblem follows the name."""
    image = read_picture(change.picture, "image") if change.picture else None
    if isinstance(image, FieldFaults):
        return image
    try:
        with office.engine.begin() as connection:
            take_turn(connection)
            return _change(connection, office, issuer_id, slug, replace(change, picture=None), image, actor, now)
    except _RefusedError as refused:
        return refused.faults


def _change(  # noqa: PLR0913, PLR0917
    connection: Connection,
    office: Office,
    issuer_id: str,
    slug: str,
    change: BadgeChange,
    image: CheckedImage | None,
    actor: Actor,
    now: datetime,
) -> BadgeClassSaved | OutOfStep | NoBadgeClass:
    found = connection.execute(_of(issuer_id, slug).with_for_update(of=BadgeClass)).first()
    if found is None:
        return NoBadgeClass()
    before = record_of(found)
    if change.version is not None and change.version != version_of(before):
        return OutOfStep(before, version_of(before))
    if image is None and (change.draws_emblem or _is_emblem(found, change.words.name)):
        image = draw_emblem(change.words.name, found.issuer_name, found.brand_color)
    digest = store_picture(connection, image) if image else found.image_digest
    after = {**change.words.model_dump(), "image_digest": digest}
    if after == before:
        return BadgeClassSaved(found.id, slug, changed=False)
    connection.execute(update(BadgeClass).where(col(BadgeClass.id) == found.id).values(after))
    _try(connection, office, issuer_id, found.id)
    subject, detail = Subject("badge_class", found.id), find_changes(before, after)
    note_act(connection, actor, Act.BADGE_CHANGED, now, issuer_id=issuer_id, subject=subject, detail=detail)
    return BadgeClassSaved(found.id, slug)


def retire_badge_class(
    office: Office, issuer_id: str, slug: str, actor: Actor, now: datetime
) -> BadgeClassSaved | NoBadgeClass:
    """Award it no more. What was awarded stays as it is."""
    return _put_retired(office, issuer_id, slug, actor, now, retired_at=now)


def restore_badge_class(
    office: Office, issuer_id: str, slug: str, actor: Actor, now: datetime
) -> BadgeClassSaved | NoBadgeClass:
    """Let a retired badge class be awarded again."""
    return _put_retired(office, issuer_id, slug, actor, now, retired_at=None)


def _put_retired(  # noqa: PLR0913
    office: Office, issuer_id: str, slug: str, actor: Actor, now: datetime, *, retired_at: datetime | None
) -> BadgeClassSaved | NoBadgeClass:
    with office.engine.begin() as connection:
        found = connection.execute(_of(issuer_id, slug).with_for_update(of=BadgeClass)).first()
        if found is None:
            return NoBadgeClass()
        if (found.retired_at is None) == (retired_at is None):
            return BadgeClassSaved(found.id, slug, changed=False)
        connection.execute(update(BadgeClass).where(col(BadgeClass.id) == found.id).values(retired_at=retired_at))
        act = Act.BADGE_RESTORED if retired_at is None else Act.BADGE_RETIRED
        note_act(connection, actor, act, now, issuer_id=issuer_id, subject=Subject("badge_class", found.id))
    return BadgeClassSaved(found.id, slug)


_ISSUERS: Select[*tuple[Any, ...]] = select(col(Issuer.slug), col(Issuer.name), col(Issuer.brand_color))
FIELDS = (*BadgeWords.model_fields, "image_digest")
"""What a badge class says, in columns: its version is told from them."""


def _of(issuer_id: str, slug: str) -> Select[*tuple[Any, ...]]:
    own = (BadgeClass.__table__.c[name] for name in (*FIELDS, "id", "retired_at"))  # type: ignore[attr-defined]
    return (
        select(*own, col(Issuer.name).label("issuer_name"), col(Issuer.brand_color))
        .join(Issuer, col(Issuer.id) == col(BadgeClass.issuer_id))
        .where(col(BadgeClass.issuer_id) == issuer_id, col(BadgeClass.slug) == slug)
    )


def record_of(row: Row[Any]) -> dict[str, Any]:
    """Return what the version of a badge class is told from."""
    return {name: getattr(row, name) for name in FIELDS}


def _is_emblem(found: Row[Any], new_name: str) -> bool:
    if new_name == found.name:
        return False
    emblem = draw_emblem(found.name, found.issuer_name, found.brand_color)
    return emblem.digest == str(found.image_digest)


def _try(connection: Connection, office: Office, issuer_id: str, badge_class_id: str) -> None:
    """Take everything back if the mail that brings the badge could not be made."""
    outcome = office.publisher.try_out(connection, Wanted("issuance", issuer_id, badge_class_id))
    if isinstance(outcome, PublishRefused):
        raise _RefusedError(FieldFaults({"name": FieldFault("invalid", outcome.reason)}))


def _find_free_slug(connection: Connection, issuer_slug: str, name: str) -> str:
    """Return a slug of issuer and badge: those of all issuers are one list, and none is to tell of another's."""
    start = make_slug(f"{issuer_slug} {name}")
    taken = set(
        connection.execute(select(col(BadgeClass.slug)).where(col(BadgeClass.slug).startswith(start))).scalars()
    )
    number, slug = 1, start
    while slug in taken:
        number += 1
        slug = f"{start}-{number}"
    return slug


def make_slug(words: str) -> str:
    """Return `words` in a-z, 0-9 and single hyphens, shorter than a slug may be by room for a number."""
    plain = unicodedata.normalize("NFKD", words.casefold()).encode("ascii", "ignore").decode()
    parts = re.findall("[a-z0-9]+", plain)
    return "-".join(parts)[: LONGEST_SLUG - 6].strip("-") or "badge"
