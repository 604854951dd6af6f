"""`/console/invitation/{token}`, `/console/password/{token}`, `/console/forgot`: setting a password by a mailed link.

GET and HEAD only look; the password is set, and the link spent, by the form's POST. Whoever asks for a link gets the
same answer as everybody, before anything is looked up (`web.afterwards`).
"""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from badges.accounts import LONGEST_PASSWORD, SHORTEST_PASSWORD, LinkSpent, LinkVoid, PasswordFault
from desk.members.passwords import (
    MemberForm,
    MemberPasswordSet,
    read_member_link,
    request_member_link,
    set_member_password,
)
from desk.passwords import LinkExpired, LinkFault, LinkForged
from web.console.pages import show_door
from web.context import READ, Later, Service, Shown, source_of
from web.door import AT_THE_DOOR
from web.pages import Pages
from wire.address import Address, parse_address

router = APIRouter()

Text = Annotated[str, Form()]
_STALE = {LinkSpent: "spent", LinkVoid: "void", LinkExpired: "expired"}


@router.api_route("/console/invitation/{token}", methods=READ)
@router.api_route("/console/password/{token}", methods=READ)
def show_form(request: Request, token: str, service: Service, pages: Shown) -> Response:
    """Show the form that the link opens, or say why it opens none. Changes nothing."""
    found = read_member_link(service.office, token, service.clock())
    if isinstance(found, MemberForm):
        return _show_form(request, pages, found)
    return _show_fault(request, pages, found)


@router.post("/console/invitation/{token}", dependencies=AT_THE_DOOR)
@router.post("/console/password/{token}", dependencies=AT_THE_DOOR)
def take_form(  # noqa: PLR0913, PLR0917 - the form's fields
    request: Request, token: str, service: Service, pages: Shown, password: Text = "", repeated: Text = ""
) -> Response:
    """Set the password. Nobody is logged in by a link (OWASP Forgot Password Cheat Sheet)."""
    found = read_member_link(service.office, token, service.clock())
    if not isinstance(found, MemberForm):
        return _show_fault(request, pages, found)
    if password != repeated:
        return _show_form(request, pages, found, differs=True)
    done = set_member_password(service.office, token, password, source_of(request), service.clock())
    match done:
        case MemberPasswordSet():
            return RedirectResponse(f"{service.place.root}/console/login?said=password", 303)
        case PasswordFault():
            return _show_form(request, pages, found, fault=done.code)
        case _:
            return _show_fault(request, pages, done)


@router.api_route("/console/forgot", methods=READ)
def show_forgot(request: Request, pages: Shown) -> Response:
    """Show the form that asks for a link."""
    return show_door(request, pages, "forgot.html", {"fault": False, "address": "", "is_asked": False})


@router.post("/console/forgot")
def take_forgot(request: Request, service: Service, pages: Shown, later: Later, address: Text = "") -> Response:
    """Send a link to the member with this address, if there is one. The answer does not depend on that."""
    values = {"fault": False, "address": address, "is_asked": False}
    parsed = parse_address(address.strip())
    if not isinstance(parsed, Address):
        return show_door(request, pages, "forgot.html", {**values, "fault": True}, status=422)
    act = partial(request_member_link, service.office, str(parsed), source_of(request), service.clock())
    if not later.do(act):
        return pages.show(request, "error.html", {"status": 429, "reference": None}, status=429)
    return show_door(request, pages, "forgot.html", {**values, "is_asked": True})


def _show_form(
    request: Request, pages: Pages, form: MemberForm, *, fault: str | None = None, differs: bool = False
) -> Response:
    values = {
        "form": form,
        "shortest": SHORTEST_PASSWORD,
        "longest": LONGEST_PASSWORD,
        "fault": fault,
        "differs": differs,
    }
    status = 422 if fault or differs else 200
    return show_door(request, pages, "invitation.html", values, status=status, known=[form.language])


def _show_fault(request: Request, pages: Pages, fault: LinkFault) -> Response:
    why = "forged" if isinstance(fault, LinkForged) else _STALE[type(fault)]
    return show_door(request, pages, "dead_link.html", {"why": why}, status=404 if why == "forged" else 410)
