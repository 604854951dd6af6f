"""`/badges`: what the issuer awards."""

from typing import Annotated, Any

from fastapi import Response
from pydantic import Field
from sqlalchemy import Connection, Row, Select, select
from sqlmodel import col

from badges.images import path_of_image
from badges.tables import BadgeClass, Image
from badges.transactions import reading
from desk.issuers.badge_classes import (
    BadgeChange,
    change_badge_class,
    create_badge_class,
    record_of,
    restore_badge_class,
    retire_badge_class,
)
from desk.issuers.fields import BadgeWords
from desk.issuers.pictures import Upload
from desk.issuers.versions import version_of
from desk.programme_values import LONGEST_NAME, LONGEST_TEXT
from web.api.callers import Caller, MayKeepProgramme, MayRead
from web.api.changing import merge_form, raise_refused, read_form_body
from web.api.paging import PageOut, Pages
from web.api.problems import not_found
from web.api.route import make_router
from web.api.uploads import PICTURE, Uploaded, upload_of
from web.api.values import LINE_PATTERN, TEXT_PATTERN, PathSlug, Sent, Shown, ShownMoment
from web.context import Service
from web.needs import WebService

router = make_router("Badges")

Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, pattern=LINE_PATTERN)]
Text = Annotated[str, Field(max_length=LONGEST_TEXT, pattern=TEXT_PATTERN)]
Months = Annotated[int, Field(strict=True, ge=1, le=1200)]


class BadgeOut(Shown):
    """A badge class (Open Badges 3.0 Achievement)."""

    slug: Annotated[str, Field(description="What awards and rosters name it by.")]
    name: str
    description: str
    criteria: str
    image_caption: str | None
    expires_after_months: int | None
    image: Annotated[str, Field(description="Where its picture is found.")]
    retired_at: Annotated[ShownMoment | None, Field(description="Since when it is awarded no more.")]


class BadgeNew(Sent):
    """A badge class to be made. It gets an emblem of its name; `PUT /badges/{badge}/image` gives it another picture."""

    name: Name
    description: Text = ""
    criteria: Text = ""
    image_caption: Name | None = None
    expires_after_months: Months | None = None


class BadgePatch(Sent):
    """What is to be otherwise from now on; what is not named stays. `null` takes a value away."""

    name: Name = ""
    description: Text = ""
    criteria: Text = ""
    image_caption: Name | None = None
    expires_after_months: Months | None = None
    retired: Annotated[bool, Field(strict=True, description="Whether it is awarded no more.")] = False


@router.get("/badges", summary="List badges")
def list_badges(caller: MayRead, service: Service, paging: Pages) -> PageOut[BadgeOut]:
    """By slug."""
    query = _badges_of(caller).order_by(col(BadgeClass.slug)).limit(paging.limit + 1)
    after = paging.after(str)
    if after is not None:
        query = query.where(col(BadgeClass.slug) > after[0])
    with reading(service.office.engine).connect() as connection:
        rows = connection.execute(query).all()
    return paging.cut(rows, lambda row: (row.slug,), lambda row: show_badge(service, row))


@router.post("/badges", status_code=201, summary="Make a badge")
def make_badge(caller: MayKeepProgramme, service: Service, badge: BadgeNew, response: Response) -> BadgeOut:
    """Its slug is made of the issuer's and its name."""
    words = read_form_body(BadgeWords, badge.model_dump())
    made = raise_refused(
        create_badge_class(service.office, caller.issuer_id, words, None, caller.actor, service.clock())
    )
    response.headers["location"] = f"{service.place.base_url}/api/v1/badges/{made.slug}"
    return _show(service, caller, made.slug)


@router.get("/badges/{badge}", summary="Read a badge")
def read_badge(caller: MayRead, service: Service, badge: PathSlug) -> BadgeOut:
    """One badge class of the issuer."""
    return _show(service, caller, badge)


@router.patch("/badges/{badge}", summary="Change a badge")
def change_badge(caller: MayKeepProgramme, service: Service, badge: PathSlug, patch: BadgePatch) -> BadgeOut:
    """Awards from now on say this. What was attested stays as it is, and so do mails that wait."""
    sent = patch.model_dump(exclude_unset=True)
    retired = sent.pop("retired", None)
    if sent:
        with reading(service.office.engine).connect() as connection:
            before = record_of(_find(connection, caller, badge))
        change = BadgeChange(merge_form(BadgeWords, before, sent), version=version_of(before))
        raise_refused(
            change_badge_class(service.office, caller.issuer_id, badge, change, caller.actor, service.clock())
        )
    if retired is not None:
        put = retire_badge_class if retired else restore_badge_class
        raise_refused(put(service.office, caller.issuer_id, badge, caller.actor, service.clock()))
    return _show(service, caller, badge)


@router.put("/badges/{badge}/image", summary="Give a badge a picture", openapi_extra=upload_of(PICTURE))
def put_image(caller: MayKeepProgramme, service: Service, badge: PathSlug, content: Uploaded) -> BadgeOut:
    """The body is a PNG or JPEG of at most 1 MB, square."""
    with reading(service.office.engine).connect() as connection:
        before = record_of(_find(connection, caller, badge))
    words = merge_form(BadgeWords, before, {})
    change = BadgeChange(words, Upload(content), version=version_of(before))
    done = change_badge_class(service.office, caller.issuer_id, badge, change, caller.actor, service.clock())
    raise_refused(done, pointer="#")
    return _show(service, caller, badge)


def show_badge(service: WebService, row: Row[Any]) -> BadgeOut:
    """Return a row of `_badges_of` as it is shown."""
    image = f"{service.place.base_url}{path_of_image(row.image_digest, row.media_type)}"
    own = {name: getattr(row, name) for name in BadgeOut.model_fields if name != "image"}
    return BadgeOut(**own, image=image)


def _show(service: WebService, caller: Caller, badge: str) -> BadgeOut:
    with reading(service.office.engine).connect() as connection:
        return show_badge(service, _find(connection, caller, badge))


def _find(connection: Connection, caller: Caller, badge: str) -> Row[Any]:
    row = connection.execute(_badges_of(caller).where(col(BadgeClass.slug) == badge)).first()
    if row is None:
        raise not_found("badge")
    return row


def _badges_of(caller: Caller) -> Select[*tuple[Any, ...]]:
    own = (
        BadgeClass.__table__.c[name]  # type: ignore[attr-defined]
        for name in (*(name for name in BadgeOut.model_fields if name != "image"), "image_digest")
    )
    return (
        select(*own, col(Image.media_type))
        .join(Image, col(Image.digest) == col(BadgeClass.image_digest))
        .where(col(BadgeClass.issuer_id) == caller.issuer_id)
    )
