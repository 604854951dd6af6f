"""`/profile/addresses…`: naming an address, asking for its mail again, taking it back, removing it, making it primary.

Here belong the forms of somebody who is logged in. What the links in the mails open stands in `address_links`.
"""

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from desk.accounts.addresses import PrimaryChange, make_primary, remove_address
from desk.accounts.naming_addresses import Naming, ask_again, name_address, withdraw_address
from web.context import Later, Service, Shown, source_of
from web.door import AT_THE_DOOR
from web.needs import WebService
from web.pages import Pages
from web.present_password import name_refusal
from web.profile_page import Remark, show_profile
from web.visitors import ActingOwner, Visitor

router = APIRouter()

Text = Annotated[str, Form()]


@router.post("/profile/addresses")
def take_address(
    request: Request, service: Service, pages: Shown, visitor: ActingOwner, address: Text = ""
) -> Response:
    """Mail a link to the address. The answer does not depend on whose it is."""
    named = name_address(service.office, visitor.owner, address, source_of(request), service.clock())
    return _answer_naming(request, service, pages, visitor, named, address)


@router.post("/profile/addresses/{pending_id}/again")
def take_again(request: Request, pending_id: str, service: Service, pages: Shown, visitor: ActingOwner) -> Response:
    """Mail another link."""
    named = ask_again(service.office, visitor.owner, pending_id, source_of(request), service.clock())
    if named is None:
        raise HTTPException(404)
    return _answer_naming(request, service, pages, visitor, named, "")


@router.post("/profile/addresses/{pending_id}/withdraw")
def take_withdrawal(request: Request, pending_id: str, service: Service, visitor: ActingOwner) -> Response:
    """Have the address wait no more."""
    if not withdraw_address(service.office, visitor.owner, pending_id, source_of(request), service.clock()):
        raise HTTPException(404)
    return _lead_to(service, "address-withdrawn")


@router.post("/profile/addresses/remove")
def take_removal(request: Request, service: Service, visitor: ActingOwner, address: Text = "") -> Response:
    """Take an alternate address off the account."""
    if not remove_address(service.office, visitor.owner, address, source_of(request), service.clock()):
        raise HTTPException(404)
    return _lead_to(service, "address-removed")


@router.post("/profile/addresses/primary", dependencies=AT_THE_DOOR)
def take_primary(  # noqa: PLR0913, PLR0917 - the form's fields
    request: Request,
    service: Service,
    pages: Shown,
    later: Later,
    visitor: ActingOwner,
    address: Text = "",
    password: Text = "",
) -> Response:
    """Have mail go to this address."""
    done = make_primary(service.office, visitor.owner, address, password, source_of(request), service.clock())
    match done:
        case PrimaryChange.MADE:
            return _lead_to(service, "address-primary")
        case PrimaryChange.UNKNOWN:
            raise HTTPException(404)
        case PrimaryChange():
            fault = done.value
        case _:
            fault = name_refusal(service, later, visitor, done)
    remark = Remark({"primary": fault}, {"chosen": address})
    return show_profile(request, service, pages, visitor, remark)


def _answer_naming(  # noqa: PLR0913, PLR0917 - the page's parts
    request: Request, service: WebService, pages: Pages, visitor: Visitor, named: Naming, typed: str
) -> Response:
    if named is Naming.NAMED:
        return _lead_to(service, "address-named")
    remark = Remark({"address": named.value}, {"address": typed})
    return show_profile(request, service, pages, visitor, remark)


def _lead_to(service: WebService, said: str) -> Response:
    return RedirectResponse(f"{service.place.root}/profile?said={said}#addresses", 303)
