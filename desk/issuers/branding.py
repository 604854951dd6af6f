"""Changing how an issuer's mails look and speak: one act for all of it, and one for the logo.

Here belong the acts and what is on record. Mails that are queued keep the look they were queued with. A mail is made
of what is to be before it is stored, so nothing can be saved that its mails could not be made of.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update
from sqlmodel import col

from badges.tables import BadgeClass, Issuer
from badges.transactions import reading
from desk.constants import Wanted
from desk.issuers.fields import Branding, FieldFault, FieldFaults
from desk.issuers.pictures import Upload, read_picture, store_picture
from desk.issuers.versions import OutOfStep, find_changes, version_of
from desk.members.audit import Act, Actor, Subject, note_act
from desk.office import Office
from desk.publishing import PublishRefused
from desk.wordings import find_wording_fault
from mailer.templates.published import Published

ALL_FIELDS = tuple(Branding.model_fields)


@dataclass(frozen=True, slots=True)
class Saved:
    """It is on record as it was written."""

    version: str
    changed: bool = True


def read_branding(connection: Connection, issuer_id: str) -> dict[str, Any]:
    """Return what is on record. No such issuer is a fault."""
    columns = (Issuer.__table__.c[name] for name in ALL_FIELDS)  # type: ignore[attr-defined]
    return dict(connection.execute(select(*columns).where(col(Issuer.id) == issuer_id)).one()._mapping)


def change_branding(  # noqa: PLR0913, PLR0917 - what, by whom, when
    office: Office, issuer_id: str, branding: Branding, version: str | None, actor: Actor, now: datetime
) -> Saved | FieldFaults | OutOfStep:
    """Put `branding` on record, if that of `version` still stands; None: whatever stands."""
    after = branding.model_dump()
    with reading(office.engine).connect() as connection:
        tried = try_branding(connection, office, issuer_id, branding)
    if isinstance(tried, FieldFaults):
        return tried
    with office.engine.begin() as connection:
        connection.execute(select(col(Issuer.id)).where(col(Issuer.id) == issuer_id).with_for_update())
        before = read_branding(connection, issuer_id)
        if version is not None and version != version_of(before):
            return OutOfStep(before, version_of(before))
        if after == before:
            return Saved(version_of(before), changed=False)
        connection.execute(update(Issuer).where(col(Issuer.id) == issuer_id).values(after))
        subject, detail = Subject("issuer", issuer_id), find_changes(before, after)
        note_act(connection, actor, Act.BRANDING_CHANGED, now, issuer_id=issuer_id, subject=subject, detail=detail)
    return Saved(version_of(after))


def try_branding(
    connection: Connection, office: Office, issuer_id: str, branding: Branding, badge_class_id: str | None = None
) -> Published | FieldFaults:
    """Return the issuance mail of a badge (any, unless one is named) in this look, or what is wrong.

    An issuer without badges has no such mail: then it is the one that says that a password was set.
    """
    fault = find_wording_fault(branding.wording) if branding.wording else None
    if fault is not None:
        return FieldFaults({"wording": FieldFault("invalid", fault)})
    badge = badge_class_id or find_shown_badge(connection, issuer_id)
    wanted = Wanted("issuance" if badge else "password_changed", issuer_id, badge)
    tried = office.publisher.try_out(connection, wanted, branding.model_dump())
    if isinstance(tried, PublishRefused):
        field = "wording" if tried.reason.startswith("wording") else "sender_name"
        return FieldFaults({field: FieldFault("invalid", tried.reason)})
    return tried


def find_shown_badge(connection: Connection, issuer_id: str) -> str | None:
    """Return the id of the badge class that previews show: the first one by slug, if possible one not retired."""
    query = (
        select(col(BadgeClass.id))
        .where(col(BadgeClass.issuer_id) == issuer_id)
        .order_by(col(BadgeClass.retired_at).is_not(None), col(BadgeClass.slug))
        .limit(1)
    )
    return connection.execute(query).scalar_one_or_none()


def change_logo(
    office: Office, issuer_id: str, logo: Upload | None, actor: Actor, now: datetime
) -> Saved | FieldFaults:
    """Put a logo on record, or with None take it away."""
    image = read_picture(logo, "logo") if logo else None
    if isinstance(image, FieldFaults):
        return image
    query = select(col(Issuer.logo_digest)).where(col(Issuer.id) == issuer_id).with_for_update()
    with office.engine.begin() as connection:
        before = connection.execute(query).scalar_one()
        after = store_picture(connection, image) if image else None
        if after == before:
            return Saved(version_of({"logo": after}), changed=False)
        connection.execute(update(Issuer).where(col(Issuer.id) == issuer_id).values(logo_digest=after))
        detail = {"before": {"logo": before}, "after": {"logo": after}}
        subject = Subject("issuer", issuer_id)
        note_act(connection, actor, Act.LOGO_CHANGED, now, issuer_id=issuer_id, subject=subject, detail=detail)
    return Saved(version_of({"logo": after}))
