"""Importing a programme: issuers, badges and earners from a file, all or nothing, and no mail.

Here belongs the act: it judges the whole file first, with the pictures it names and what is in the database, and
writes only if nothing is wrong. The same file again changes nothing. The form of the file stands in
`programme_document`, the rows in `programme_rows`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, select
from sqlmodel import col

from badges.images import JPEG, PNG, CheckedImage, ImageFault, check_image
from badges.tables import BadgeClass, EarnerAddress, Issuer
from badges.transactions import take_turn
from desk.issuers.pictures import draw_emblem, store_picture
from desk.programme_document import EarnerEntry, ProgrammeDocument, ProgrammeFaults, read_document
from desk.programme_rows import KnownBadge, ProgrammeRows
from desk.wordings import find_wording_fault

_SUFFIXES = {".png": PNG, ".jpg": JPEG, ".jpeg": JPEG}


@dataclass(frozen=True)
class ProgrammeImported:
    """What an import came to, by kind of row: issuers, contacts, badges, earners, addresses, accounts, awards."""

    created: Mapping[str, int]
    changed: Mapping[str, int]
    unchanged: Mapping[str, int]

    @property
    def changed_anything(self) -> bool:
        return bool(self.created or self.changed)


@dataclass
class _Pictures:
    """The pictures of a programme, checked, by the path of the key that names them; drawn where none is named."""

    by_key: dict[str, CheckedImage] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def import_programme(
    engine: Engine, document: Any, images_base: Path, now: datetime
) -> ProgrammeImported | ProgrammeFaults:
    """Write the programme in `document`, a parsed JSON file whose image paths start from the folder `images_base`."""
    programme = read_document(document)
    if isinstance(programme, ProgrammeFaults):
        return programme
    pictures = _collect_pictures(programme, images_base)
    with engine.begin() as connection:
        take_turn(connection)
        faults = (*pictures.faults, *_judge_wordings(programme), *_compare_with_records(connection, programme))
        if faults:
            return ProgrammeFaults(faults)
        return _write_programme(connection, programme, pictures.by_key, now)


def _judge_wordings(programme: ProgrammeDocument) -> Iterator[str]:
    for number, issuer in enumerate(programme.issuers):
        fault = find_wording_fault(issuer.branding.wording) if issuer.branding.wording else None
        if fault is not None:
            yield f"issuers[{number}].branding.wording: {fault}"


def _collect_pictures(programme: ProgrammeDocument, base: Path) -> _Pictures:
    pictures = _Pictures()
    named = [(f"issuers[{n}].branding.logo", issuer.branding.logo) for n, issuer in enumerate(programme.issuers)]
    named += [(f"badges[{n}].image", badge.image) for n, badge in enumerate(programme.badges)]
    for key, path in named:
        if path is None:
            continue
        image = _read_picture(base, path)
        if isinstance(image, ImageFault):
            pictures.faults.append(f"{key}: {path}: {image.reason}")
        else:
            pictures.by_key[key] = image
    return pictures


def _read_picture(base: Path, path: str) -> CheckedImage | ImageFault:
    try:
        place = (base / path).resolve()
        # A programme may come from elsewhere: it must not reach for other files of this machine.
        if not place.is_relative_to(base.resolve()):
            return ImageFault("lies outside the folder of the programme file")
        if not place.is_file():
            return ImageFault("there is no such file")
        image = check_image(place.read_bytes())
    except (OSError, ValueError, RuntimeError) as error:  # not readable, a path too long; a NUL in it; links in a ring
        return ImageFault(f"cannot be read ({getattr(error, 'strerror', None) or error})")
    expected = _SUFFIXES.get(place.suffix.lower())
    if isinstance(image, CheckedImage) and expected not in (None, image.media_type):
        return ImageFault(f"is {image.media_type}, not what its name says")
    return image


def _compare_with_records(connection: Connection, programme: ProgrammeDocument) -> Iterator[str]:
    """Find what the file alone cannot show: unknown issuers and badges, addresses of somebody else."""
    issuers = {slug for (slug,) in connection.execute(select(col(Issuer.slug)))} | {i.slug for i in programme.issuers}
    badges = {slug for (slug,) in connection.execute(select(col(BadgeClass.slug)))} | {b.slug for b in programme.badges}
    for number, badge in enumerate(programme.badges):
        if badge.issuer not in issuers:
            yield f"badges[{number}].issuer: there is no issuer {badge.issuer}"
    for number, earner in enumerate(programme.earners):
        for place, award in enumerate(earner.awards):
            if award.badge not in badges:
                yield f"earners[{number}].awards[{place}].badge: there is no badge {award.badge}"
        yield from (f"earners[{number}]: {fault}" for fault in _find_other_owners(connection, earner))


def _find_other_owners(connection: Connection, earner: EarnerEntry) -> Iterator[str]:
    addresses = (earner.email, *earner.alternate_emails)
    columns = (col(EarnerAddress.address), col(EarnerAddress.earner_id), col(EarnerAddress.is_primary))
    rows = connection.execute(select(*columns).where(col(EarnerAddress.address).in_(addresses)))
    owners = {address: (earner_id, is_primary) for address, earner_id, is_primary in rows}
    owner, is_primary = owners.get(earner.email, (None, True))
    if not is_primary:
        yield f"{earner.email} is on record as an alternate address; name the earner by the primary one"
    for address in earner.alternate_emails:
        if address in owners and owners[address][0] != owner:
            yield f"{address} is on record for another earner"


def _write_programme(
    connection: Connection, programme: ProgrammeDocument, pictures: Mapping[str, CheckedImage], now: datetime
) -> ProgrammeImported:
    rows = ProgrammeRows(connection, now)
    for number, issuer in enumerate(programme.issuers):
        logo = pictures.get(f"issuers[{number}].branding.logo")
        rows.write_issuer(issuer, store_picture(connection, logo) if logo else None)
    for number, badge in enumerate(programme.badges):
        owner = _find_issuer(connection, badge.issuer)
        image = pictures.get(f"badges[{number}].image") or draw_emblem(badge.name, owner.name, owner.brand_color)
        rows.write_badge(badge, owner.id, store_picture(connection, image))
    badges = {slug: KnownBadge(badge_id, months) for slug, badge_id, months in connection.execute(_ALL_BADGES)}
    for earner in programme.earners:
        rows.write_earner(earner, badges)
    return ProgrammeImported(+rows.created, +rows.changed, +rows.unchanged)


_ALL_BADGES = select(col(BadgeClass.slug), col(BadgeClass.id), col(BadgeClass.expires_after_months))


@dataclass(frozen=True)
class _Owner:
    id: str
    name: str
    brand_color: str


def _find_issuer(connection: Connection, slug: str) -> _Owner:
    query = select(col(Issuer.id), col(Issuer.name), col(Issuer.brand_color)).where(col(Issuer.slug) == slug)
    return _Owner(*connection.execute(query).one())
