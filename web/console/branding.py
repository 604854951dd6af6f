"""`/console/issuers/{issuer}/branding`: how the mails look and speak, with the very mail beside the form.

Here belong the form, and the preview of what it holds, which stores nothing: the form itself is sent into the frame.
What may be written stands in `desk.issuers.fields`, the acts in `desk.issuers.branding`.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, UploadFile
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select
from sqlmodel import col

from badges.branding import Color, derive_palette, measure_palette, parse_color
from badges.images import MAX_BYTES, path_of_image
from badges.tables import Image, Issuer
from badges.transactions import reading
from desk.issuers.branding import Saved, change_branding, change_logo, read_branding
from desk.issuers.fields import Branding, FieldFault, FieldFaults, read_form
from desk.issuers.pictures import Upload
from desk.issuers.trying import compose_tried, judge_tried
from desk.issuers.versions import OutOfStep, version_of
from desk.wordings import list_words
from web.console.framed_mail import Look, frame_mail
from web.console.pages import show_console
from web.console.visitors import ActingManaged, Managed, ManagedIssuer
from web.context import READ, Service, Shown
from web.door import AT_THE_DOOR
from web.needs import WebService
from web.pages import Pages

router = APIRouter()

HERE = "/console/issuers/{issuer}/branding"
Text = Annotated[str, Form()]
Viewed = Annotated[Look, Form(alias="look")]


def _read_sent(  # noqa: PLR0913, PLR0917 - the form's fields
    brand_color: Text = "",
    sender_name: Text = "",
    reply_address: Text = "",
    website: Text = "",
    language: Text = "",
    linkedin_organization_id: Text = "",
    image_delivery: Text = "",
    wording: Text = "",
) -> dict[str, Any]:
    return {
        "brand_color": brand_color,
        "sender_name": sender_name,
        "reply_address": reply_address,
        "website": website.strip(),
        "language": language,
        "linkedin_organization_id": linkedin_organization_id.strip(),
        "image_delivery": image_delivery,
        "wording": wording,
    }


Sent = Annotated[dict[str, Any], Depends(_read_sent)]


@router.api_route(HERE, methods=READ)
def show_branding(request: Request, service: Service, pages: Shown, managed: Managed, said: str = "") -> Response:
    """Show what is on record, to be changed, and the mail that it makes."""
    with reading(service.office.engine).connect() as connection:
        record = read_branding(connection, managed.id)
    return _show(request, service, pages, managed, record, version=version_of(record), said=said)


@router.post(HERE, dependencies=AT_THE_DOOR)
def save_branding(  # noqa: PLR0913, PLR0917 - the form, and who sends it
    request: Request, service: Service, pages: Shown, managed: ActingManaged, version: Text, sent: Sent
) -> Response:
    """Put all of it on record, or nothing."""
    branding = read_form(Branding, sent)
    if isinstance(branding, FieldFaults):
        return _show(request, service, pages, managed, sent, version=version, faults=branding)
    now, actor = service.clock(), managed.colleague.actor
    match change_branding(service.office, managed.id, branding, version, actor, now):
        case FieldFaults() as faults:
            return _show(request, service, pages, managed, sent, version=version, faults=faults)
        case OutOfStep() as other:
            return _show(request, service, pages, managed, sent, version=other.version, other=other)
        case Saved(changed=changed):
            return _lead_back(service, managed, "saved" if changed else "same")


@router.post(f"{HERE}/logo", dependencies=AT_THE_DOOR)
def save_logo(  # noqa: PLR0913, PLR0917 - the form, and who sends it
    request: Request,
    service: Service,
    pages: Shown,
    managed: ActingManaged,
    do: Text,
    logo: UploadFile | None = None,
) -> Response:
    """Put a logo on record, or take it away."""
    # One byte more than may be, to tell what is too long.
    upload = None if do == "remove" else Upload(logo.file.read(MAX_BYTES + 1) if logo else b"")
    outcome = change_logo(service.office, managed.id, upload, managed.colleague.actor, service.clock())
    if isinstance(outcome, FieldFaults):
        with reading(service.office.engine).connect() as connection:
            record = read_branding(connection, managed.id)
        return _show(request, service, pages, managed, record, version=version_of(record), faults=outcome)
    return _lead_back(service, managed, "logo")


@router.api_route(f"{HERE}/preview", methods=READ, dependencies=AT_THE_DOOR)
def show_preview(service: Service, managed: Managed, look: Look = Look.LIGHT) -> Response:
    """Show the mail as it is made now."""
    with reading(service.office.engine).connect() as connection:
        return _frame(service, managed, read_branding(connection, managed.id), look)


@router.post(f"{HERE}/preview", dependencies=AT_THE_DOOR)
def try_look(service: Service, managed: ActingManaged, sent: Sent, look: Viewed = Look.LIGHT) -> Response:
    """Show the mail in the look that the form holds; where none can be made, what the frame shows stays."""
    return _frame(service, managed, sent, look)


@router.post(f"{HERE}/remarks", dependencies=AT_THE_DOOR)
def show_remarks(request: Request, service: Service, pages: Shown, managed: ActingManaged, sent: Sent) -> Response:
    """Tell what is to be said of the look that the form holds: contrast, what mail programs would not show."""
    values = _judge(service, managed, sent)
    return show_console(request, pages, managed, "_branding_remarks.html", values, area="branding")


def _frame(service: WebService, managed: ManagedIssuer, sent: Mapping[str, Any], look: Look) -> Response:
    branding = read_form(Branding, sent)
    if isinstance(branding, FieldFaults):
        return Response(status_code=204)
    with reading(service.office.engine).connect() as connection:
        mail = compose_tried(connection, service.office, managed.id, branding, service.clock())
    return Response(status_code=204) if isinstance(mail, FieldFaults) else frame_mail(mail.html, mail.text, look)


def _judge(service: WebService, managed: ManagedIssuer, sent: Mapping[str, Any]) -> dict[str, Any]:
    color = parse_color(str(sent["brand_color"]))
    known = color if isinstance(color, Color) else None
    values: dict[str, Any] = {
        "palette": derive_palette(known) if known else None,
        "contrasts": measure_palette(known) if known else None,
        "findings": (),
        "judged": {},
    }
    branding = read_form(Branding, sent)
    if not isinstance(branding, FieldFaults):
        with reading(service.office.engine).connect() as connection:
            found = judge_tried(connection, service.office, managed.id, branding, service.clock())
        if not isinstance(found, FieldFaults):
            return values | {"findings": found}
        branding = found
    return values | {"judged": branding.by_field}


def _show(  # noqa: PLR0913 - what was typed, and what became of it
    request: Request,
    service: WebService,
    pages: Pages,
    managed: ManagedIssuer,
    sent: Mapping[str, Any],
    *,
    version: str,
    faults: FieldFaults | None = None,
    other: OutOfStep | None = None,
    said: str = "",
) -> Response:
    by_field: Mapping[str, FieldFault] = faults.by_field if faults else {}
    with reading(service.office.engine).connect() as connection:
        query = select(col(Image.digest), col(Image.media_type)).join(
            Issuer, col(Issuer.logo_digest) == col(Image.digest)
        )
        logo = connection.execute(query.where(col(Issuer.id) == managed.id)).first()
    values = {
        "sent": sent,
        "version": version,
        "faults": by_field,
        "other": other,
        "said": said,
        "logo": path_of_image(logo.digest, logo.media_type) if logo else None,
        "words": list_words(),
        **_judge(service, managed, sent),
    }
    status = 422 if by_field else 409 if other else 200
    return show_console(request, pages, managed, "branding.html", values, area="branding", status=status)


def _lead_back(service: WebService, managed: ManagedIssuer, said: str) -> Response:
    return RedirectResponse(f"{service.place.root}/console/issuers/{managed.slug}/branding?said={said}", 303)
