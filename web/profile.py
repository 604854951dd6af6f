"""`/profile`: what earners say of themselves, and their photo, which nobody else sees.

Here belong the page and these two forms. Addresses stand in `addresses`, the name in `profile_name`; password,
sessions, data and leaving in `profile_account`.
"""

from typing import Annotated, Literal

from fastapi import APIRouter, File, Form, HTTPException, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from badges.photos import MAX_BYTES, PhotoFault, make_photo
from badges.transactions import reading
from desk.accounts.details import DetailFaults, read_details
from desk.accounts.profile import change_details, put_photo, read_photo
from web.context import READ, Service, Shown, source_of
from web.door import AT_THE_DOOR
from web.needs import WebService
from web.profile_page import Remark, show_profile
from web.visitors import ActingOwner, Owner

router = APIRouter()

Text = Annotated[str, Form()]


@router.api_route("/profile", methods=READ)
def show_own_profile(request: Request, service: Service, pages: Shown, visitor: Owner, said: str = "") -> Response:
    """Show the page."""
    return show_profile(request, service, pages, visitor, Remark(said=said))


@router.api_route("/profile/details", methods=READ)
@router.api_route("/profile/addresses", methods=READ)
@router.api_route("/profile/addresses/primary", methods=READ)
def lead_back(service: Service, visitor: Owner) -> Response:
    """Lead to the page: these addresses are seen where a form was answered with a fault, and nothing else is there."""
    return RedirectResponse(f"{service.place.root}/profile", 303)


@router.post("/profile/details")
def take_details(  # noqa: PLR0913, PLR0917 - the form's fields
    request: Request,
    service: Service,
    pages: Shown,
    visitor: ActingOwner,
    employer: Text = "",
    title: Text = "",
    phone: Text = "",
    website: Text = "",
    language: Annotated[Literal["", "en", "es", "fr", "de"], Form()] = "",
) -> Response:
    """Keep what the earner says."""
    sent = {"employer": employer, "title": title, "phone": phone, "website": website}
    details = read_details(sent)
    if isinstance(details, DetailFaults):
        remark = Remark(dict(details.by_field), sent | {"language": language})
        return show_profile(request, service, pages, visitor, remark)
    source, now = source_of(request), service.clock()
    change_details(service.office.engine, visitor.owner.earner_id, details, language or None, source, now)
    return _lead_to(service, "saved", "details")


@router.api_route("/profile/photo", methods=READ)
def show_photo(service: Service, visitor: Owner) -> Response:
    """Give the photo to its owner."""
    with reading(service.office.engine).connect() as connection:
        photo = read_photo(connection, visitor.owner.earner_id)
    if photo is None:
        raise HTTPException(404)
    return Response(photo, media_type="image/jpeg")


@router.post("/profile/photo", dependencies=AT_THE_DOOR)
def take_photo(
    request: Request, service: Service, visitor: ActingOwner, photo: Annotated[UploadFile | None, File()] = None
) -> Response:
    """Keep a photo, encoded anew."""
    # One byte more than may be, to tell what is too long.
    made = make_photo(photo.file.read(MAX_BYTES + 1)) if photo else PhotoFault.EMPTY
    if isinstance(made, PhotoFault):
        return _lead_to(service, f"photo-{made}", "photo")
    put_photo(service.office.engine, visitor.owner.earner_id, made, source_of(request), service.clock())
    return _lead_to(service, "photo", "photo")


@router.post("/profile/photo/remove")
def remove_photo(request: Request, service: Service, visitor: ActingOwner) -> Response:
    """Keep no photo."""
    put_photo(service.office.engine, visitor.owner.earner_id, None, source_of(request), service.clock())
    return _lead_to(service, "photo-removed", "photo")


def _lead_to(service: WebService, said: str, part: str) -> Response:
    return RedirectResponse(f"{service.place.root}/profile?said={said}#{part}", 303)
