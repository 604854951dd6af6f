"""`/issuer`: what the issuer of the token is on record as; `/contacts`: who may speak for it by mail."""

from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import Response
from pydantic import Field, StrictBool
from sqlalchemy import select
from sqlmodel import col

from badges.images import path_of_image
from badges.tables import Image, Issuer
from badges.transactions import reading
from desk.issuers.branding import change_branding, change_logo, read_branding
from desk.issuers.contacts import add_contact, list_contacts, remove_contact, rename_contact
from desk.issuers.fields import Branding, ContactWords, Policy
from desk.issuers.pictures import Upload
from desk.issuers.policy import change_terms, read_terms
from desk.issuers.versions import version_of
from desk.programme_values import LONGEST_NAME, LONGEST_TEXT, Language
from web.api.award_rows import Email
from web.api.callers import Caller, MayKeepProgramme, MayRead
from web.api.changing import merge_form, raise_refused, read_form_body
from web.api.route import make_router
from web.api.uploads import PICTURE, Uploaded, upload_of
from web.api.values import LINE_PATTERN, TEXT_PATTERN, PathId, Sent, Shown, ShownId
from web.context import Service
from web.needs import WebService

router = make_router("Issuer")

Line = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, pattern=LINE_PATTERN)]
Color = Annotated[str, Field(pattern="^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$")]
Organization = Annotated[int, Field(strict=True, ge=1, lt=2**31)]
Delivery = Literal["inline", "hosted"]


class BrandingOut(Shown):
    """How its mails look and speak."""

    brand_color: str
    sender_name: str | None
    reply_address: str | None
    website: str | None
    language: Language
    linkedin_organization_id: int | None
    image_delivery: Delivery
    wording: str | None
    logo: Annotated[str | None, Field(description="Where its logo is found.")]


class PolicyOut(Shown):
    """What it offers, and where its earners may write."""

    support_email: str
    pdf_certificates: bool


class IssuerOut(Shown):
    """The issuer. Name and domain are the service's to change: the domain decides whose mail is its own."""

    id: ShownId
    slug: str
    name: str
    domain: str
    branding: BrandingOut
    policy: PolicyOut


class BrandingPatch(Sent):
    """What is to be otherwise; what is not named stays. `null` takes a value away."""

    brand_color: Color = "#000000"
    sender_name: Line | None = None
    reply_address: Email | None = None
    website: Annotated[str, Field(max_length=500, pattern=r"^https?://[^\x00-\x20\x7f]+$")] | None = None
    language: Language = "en"
    linkedin_organization_id: Organization | None = None
    image_delivery: Delivery = "inline"
    wording: Annotated[str, Field(max_length=LONGEST_TEXT, pattern=TEXT_PATTERN)] | None = None


class PolicyPatch(Sent):
    """The same of what it offers."""

    support_email: Email = "office@issuer.example"
    pdf_certificates: StrictBool = False


class ContactOut(Shown):
    """Somebody who may speak for the issuer by mail."""

    id: Annotated[ShownId, Field(validation_alias="contact_id")]
    email: Annotated[str, Field(validation_alias="address")]
    name: str | None


class ContactNew(Sent):
    """Somebody who is to have a say. All contacts are told."""

    email: Email
    name: Line | None = None


class ContactPatch(Sent):
    """How a contact is called."""

    name: Line | None


class ContactsOut(Shown):
    """All of them, by address."""

    items: Sequence[ContactOut]


@router.get("/issuer", summary="Read the issuer")
def read_issuer(caller: MayRead, service: Service) -> IssuerOut:
    """The issuer that the token acts for."""
    return _show(service, caller)


@router.patch("/issuer/branding", summary="Change branding and wording")
def patch_branding(caller: MayKeepProgramme, service: Service, patch: BrandingPatch) -> IssuerOut:
    """A mail is made of it before it is stored; mails that are queued keep their look."""
    with reading(service.office.engine).connect() as connection:
        before = read_branding(connection, caller.issuer_id)
    form = merge_form(Branding, before, patch.model_dump(exclude_unset=True))
    now = service.clock()
    raise_refused(change_branding(service.office, caller.issuer_id, form, version_of(before), caller.actor, now))
    return _show(service, caller)


@router.patch("/issuer/policy", summary="Change what is offered")
def patch_policy(caller: MayKeepProgramme, service: Service, patch: PolicyPatch) -> IssuerOut:
    """PDF certificates, and where earners may write."""
    with reading(service.office.engine).connect() as connection:
        before = read_terms(connection, caller.issuer_id, Policy)
    form = merge_form(Policy, before, patch.model_dump(exclude_unset=True))
    now = service.clock()
    raise_refused(change_terms(service.office, caller.issuer_id, form, version_of(before), caller.actor, now))
    return _show(service, caller)


@router.put("/issuer/logo", summary="Put a logo on record", openapi_extra=upload_of(PICTURE))
def put_logo(caller: MayKeepProgramme, service: Service, content: Uploaded) -> IssuerOut:
    """The body is a PNG or JPEG of at most 1 MB."""
    raise_refused(
        change_logo(service.office, caller.issuer_id, Upload(content), caller.actor, service.clock()), pointer="#"
    )
    return _show(service, caller)


@router.delete("/issuer/logo", status_code=204, summary="Take the logo away")
def delete_logo(caller: MayKeepProgramme, service: Service) -> Response:
    """Mails bear the name instead."""
    change_logo(service.office, caller.issuer_id, None, caller.actor, service.clock())
    return Response(status_code=204)


@router.get("/contacts", summary="List contacts")
def list_all(caller: MayRead, service: Service) -> ContactsOut:
    """Who may speak for the issuer by mail."""
    with reading(service.office.engine).connect() as connection:
        contacts = list_contacts(connection, caller.issuer_id)
    return ContactsOut(items=[ContactOut.model_validate(contact) for contact in contacts])


@router.post("/contacts", status_code=201, summary="Add a contact")
def add(caller: MayKeepProgramme, service: Service, contact: ContactNew) -> ContactOut:
    """Whoever is one has names changed and accounts unlocked with a mail, so all others are told."""
    words = read_form_body(ContactWords, {"address": contact.email, "name": contact.name}, renamed=_RENAMED)
    added = add_contact(service.office, caller.issuer_id, words, caller.actor, service.clock())
    return ContactOut.model_validate(raise_refused(added, renamed=_RENAMED))


@router.patch("/contacts/{contact}", summary="Change what a contact is called")
def rename(caller: MayKeepProgramme, service: Service, contact: PathId, patch: ContactPatch) -> ContactOut:
    """The address stays: add another contact instead."""
    words = read_form_body(ContactWords, {"address": "somebody@issuer.example", "name": patch.name})
    done = rename_contact(service.office, caller.issuer_id, contact, words.name, caller.actor, service.clock())
    return ContactOut.model_validate(raise_refused(done))


@router.delete("/contacts/{contact}", status_code=204, summary="Take a contact off")
def remove(caller: MayKeepProgramme, service: Service, contact: PathId) -> Response:
    """They and all others are told."""
    raise_refused(remove_contact(service.office, caller.issuer_id, contact, caller.actor, service.clock()))
    return Response(status_code=204)


_RENAMED = {"address": "email"}


def _show(service: WebService, caller: Caller) -> IssuerOut:
    own = (Issuer.__table__.c[name] for name in ("id", "slug", "name", "domain"))  # type: ignore[attr-defined]
    query = (
        select(*own, col(Issuer.logo_digest), col(Image.media_type))
        .outerjoin(Image, col(Image.digest) == col(Issuer.logo_digest))
        .where(col(Issuer.id) == caller.issuer_id)
    )
    with reading(service.office.engine).connect() as connection:
        row = connection.execute(query).one()
        branding = read_branding(connection, caller.issuer_id)
        policy = read_terms(connection, caller.issuer_id, Policy)
    path = path_of_image(row.logo_digest, row.media_type) if row.logo_digest else None
    return IssuerOut(
        id=row.id,
        slug=row.slug,
        name=row.name,
        domain=row.domain,
        branding=BrandingOut(**branding, logo=path and f"{service.place.base_url}{path}"),
        policy=PolicyOut(**policy),
    )
