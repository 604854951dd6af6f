"""`/login` and `/logout`: the way in for earners, and out."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from desk.accounts.login import LoggedIn, LoginTry, log_in
from desk.accounts.sessions import end_session
from desk.accounts.trail import EventKind, note_event
from web.context import READ, Service, Shown
from web.visitors import ActingOwner, choose_next, give_cookie, take_cookie

router = APIRouter()

Text = Annotated[str, Form()]


@router.api_route("/login", methods=READ)
def show_login(request: Request, pages: Shown, next: str = "") -> Response:
    """Show the form."""
    return pages.show(request, "login.html", {"fault": None, "address": "", "next": choose_next(next)})


@router.post("/login")
def take_login(  # noqa: PLR0913, PLR0917 - the form's fields
    request: Request,
    service: Service,
    pages: Shown,
    address: Text = "",
    password: Text = "",
    next: Text = "",
) -> Response:
    """Log in, and go on to where the visitor was going."""
    source = request.client.host if request.client else ""
    done = log_in(service.office, LoginTry(address, password, source), service.clock())
    if not isinstance(done, LoggedIn):
        values = {"fault": "wrong", "address": address, "next": choose_next(next)}
        return pages.show(request, "login.html", values, status=422)
    response = RedirectResponse(f"{service.place.root}{choose_next(next)}", 303)
    give_cookie(response, service.place, done.token)
    return response


@router.post("/logout")
def take_logout(request: Request, service: Service, visitor: ActingOwner) -> Response:
    """End this session."""
    source = request.client.host if request.client else ""
    with service.office.engine.begin() as connection:
        end_session(connection, visitor.owner.session_id)
        note_event(connection, visitor.owner.earner_id, EventKind.LOGGED_OUT, service.clock(), source=source)
    response = RedirectResponse(f"{service.place.root}/login", 303)
    take_cookie(response, service.place)
    return response
