"""`/p/{token}` and `/password`: setting a password, and asking for a new link to do so.

GET and HEAD only look; the password is set, and the link spent, by the form's POST. The answer to a request for a
link is the same for everybody and goes out before anything is looked up (`afterwards`).
"""

from functools import partial
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel

from badges.accounts import LONGEST_PASSWORD, SHORTEST_PASSWORD, LinkSpent, LinkVoid, PasswordFault
from badges.transactions import reading
from desk.password_requests import request_link, request_link_again
from desk.passwords import LinkExpired, LinkFault, LinkForged, OpenForm, PasswordSet, read_password_link, set_password
from desk.recipients.opening import note_link_opened
from web.awards import find_award, find_newest_award
from web.context import READ, Later, Service, Shown, source_of
from web.door import AT_THE_DOOR
from web.guards import PAGE_POLICY
from web.needs import WebService
from web.onward import keep_user_name
from web.pages import Pages
from wire.address import Address, parse_address

router = APIRouter()

_STALE = {LinkSpent: "spent", LinkVoid: "void", LinkExpired: "expired"}


class PasswordForm(BaseModel):
    """What the form sends. A field that is missing counts as empty, and is answered beside the field."""

    password: str = ""
    repeated: str = ""


@router.api_route("/p/{token}", methods=READ)
def show_form(request: Request, token: str, service: Service, pages: Shown) -> Response:
    """Show the form that the link opens, or say why it opens none. Changes nothing."""
    found = read_password_link(service.office, token, service.clock())
    if isinstance(found, OpenForm):
        return _show_form(request, pages, found)
    return _show_fault(request, pages, token, found)


@router.post("/p/{token}", dependencies=AT_THE_DOOR)
def take_form(
    request: Request, token: str, service: Service, pages: Shown, form: Annotated[PasswordForm, Form()]
) -> Response:
    """Set the password."""
    found = read_password_link(service.office, token, service.clock())
    if not isinstance(found, OpenForm):
        return _show_fault(request, pages, token, found)
    if form.password != form.repeated:
        return _show_form(request, pages, found, differs=True)
    done = set_password(service.office, token, form.password, service.clock(), source_of(request))
    match done:
        case PasswordSet():
            return _lead_to_badge(request, service, pages, done)
        case PasswordFault():
            return _show_form(request, pages, found, fault=done.code)
        case _:
            return _show_fault(request, pages, token, done)


@router.post("/p/{token}/opened")
def take_opening(token: str, service: Service) -> Response:
    """Note that a person is at the form, and show nothing."""
    is_link = note_link_opened(service.office, token, service.clock())
    return Response(status_code=204 if is_link else 404)


@router.post("/p/{token}/new")
def ask_again(request: Request, token: str, service: Service, pages: Shown, later: Later) -> Response:
    """Send a new link to the owner of one that opens nothing any more; nobody has to type an address."""
    act = partial(request_link_again, service.office, token, source_of(request), service.clock())
    return _answer_request(request, pages, accepted=later.do(act))


@router.api_route("/password", methods=READ)
def show_request(request: Request, pages: Shown) -> Response:
    """Show the form that asks for a new link."""
    return pages.show(request, "password_ask.html", {"fault": False})


@router.post("/password")
def take_request(
    request: Request, service: Service, pages: Shown, later: Later, address: Annotated[str, Form()] = ""
) -> Response:
    """Send a new link to the owner of `address`, if there is one. The answer does not depend on that."""
    parsed = parse_address(address)
    if not isinstance(parsed, Address):
        return pages.show(request, "password_ask.html", {"fault": True}, status=422)
    act = partial(request_link, service.office, str(parsed), source_of(request), service.clock())
    return _answer_request(request, pages, accepted=later.do(act))


@router.api_route("/password/set", methods=READ)
@router.api_route("/password/set/{assertion_id}", methods=READ)
def show_success(request: Request, service: Service, pages: Shown, assertion_id: str = "") -> Response:
    """Say that a password is set. Tells nobody whose: the address holds a public id at most."""
    with reading(service.office.engine).connect() as connection:
        badge = find_award(connection, assertion_id, service.place, service.clock().date())
    return pages.show(request, "password_set.html", {"badge": badge})


def _show_form(
    request: Request, pages: Pages, form: OpenForm, *, fault: str | None = None, differs: bool = False
) -> Response:
    values = {
        "user_name": form.person.address,
        "shortest": SHORTEST_PASSWORD,
        "longest": LONGEST_PASSWORD,
        "fault": fault,
        "differs": differs,
        "token": request.path_params["token"],
    }
    status = 422 if fault or differs else 200
    page = pages.show(request, "password.html", values, status=status, known=[form.person.language])
    page.headers["content-security-policy"] = f"{PAGE_POLICY}; connect-src 'self'"  # its script tells of a gesture
    return page


def _show_fault(request: Request, pages: Pages, token: str, fault: LinkFault) -> Response:
    if isinstance(fault, LinkForged):
        return pages.show(request, "dead_link.html", {"expired": False, "offers_password": True}, status=404)
    return pages.show(request, "password_stale.html", {"why": _STALE[type(fault)], "token": token}, status=410)


def _lead_to_badge(request: Request, service: WebService, pages: Pages, done: PasswordSet) -> Response:
    # 303: reloading the page that follows must not send the form again.
    with reading(service.office.engine).connect() as connection:
        assertion_id = find_newest_award(connection, done.person.earner_id)
    path = f"/password/set/{assertion_id}" if assertion_id else "/password/set"
    language = urlencode({"lang": pages.language_of(request, [done.person.language])})
    response = RedirectResponse(f"{service.place.root}{path}?{language}", 303)
    # Nobody is logged in by a link (OWASP Forgot Password Cheat Sheet); the log-in form is filled with the user name.
    keep_user_name(response, service.place, done.person.address)
    return response


def _answer_request(request: Request, pages: Pages, *, accepted: bool) -> Response:
    if not accepted:
        return pages.show(request, "error.html", {"status": 429, "reference": None}, status=429)
    return pages.show(request, "password_asked.html")
