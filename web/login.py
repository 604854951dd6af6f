"""`/login` and `/logout`: the way in for earners, and out.

Whoever is not let in gets one of three answers (wrong, locked, too many from this network), each the same for every
address, with nothing in it but what was typed.
"""

from datetime import datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from desk.accounts.lock_letter import tell_of_lock
from desk.accounts.login import LoggedIn, LoginLocked, LoginTry, WrongLogin, log_in, log_out
from desk.accounts.throttling import Throttled
from web.context import READ, Later, Service, Shown, source_of
from web.door import AT_THE_DOOR
from web.needs import WebService
from web.onward import choose_next, drop_user_name, read_user_name
from web.pages import Pages
from web.visitors import COOKIE, ActingOwner, find_visitor

router = APIRouter()

Text = Annotated[str, Form()]


@router.api_route("/login", methods=READ)
def show_login(request: Request, service: Service, pages: Shown, next: str = "", said: str = "") -> Response:
    """Show the form; lead on who is logged in."""
    onward = choose_next(next)
    if find_visitor(request, service) is not None:
        return RedirectResponse(f"{service.place.root}{onward}", 303, {"vary": "Cookie"})
    values = {"fault": None, "said": said, "address": read_user_name(request, service.place)}
    return _show(request, service, pages, {**values, "next": onward})


@router.post("/login", dependencies=AT_THE_DOOR)
def take_login(  # noqa: PLR0913, PLR0917 - the form's fields
    request: Request,
    service: Service,
    pages: Shown,
    later: Later,
    address: Text = "",
    password: Text = "",
    next: Text = "",
) -> Response:
    """Log in, and go on to where the visitor was going."""
    now = service.clock()
    login = LoginTry(address, password, source_of(request), COOKIE.read(request, service.place))
    done = log_in(service.office, login, now)
    values = {"said": "", "address": address, "next": choose_next(next)}
    match done:
        case LoggedIn():
            return _let_in(service, done, choose_next(next))
        case WrongLogin():
            return _show(request, service, pages, {**values, "fault": "wrong"}, status=422)
        case LoginLocked():
            later.do(partial(tell_of_lock, service.office, address, now))
            return _show(request, service, pages, {**values, "fault": "locked"}, status=422)
        case Throttled():
            page = _show(request, service, pages, {**values, "fault": "throttled"}, status=429)
            page.headers["retry-after"] = str(_seconds_until(done.until, now))
            return page


@router.post("/logout")
def take_logout(request: Request, service: Service, visitor: ActingOwner) -> Response:
    """End this session."""
    log_out(service.office, visitor.owner, source_of(request), service.clock())
    response = RedirectResponse(f"{service.place.root}/login?said=out", 303)
    COOKIE.take(response, service.place)
    return response


def _let_in(service: WebService, done: LoggedIn, onward: str) -> Response:
    response = RedirectResponse(f"{service.place.root}{onward}", 303)
    COOKIE.give(response, service.place, done.token)
    drop_user_name(response, service.place)
    return response


def _show(
    request: Request, service: WebService, pages: Pages, values: dict[str, object], *, status: int = 200
) -> Response:
    page = pages.show(request, "login.html", {**values, "lockout": service.office.lockout.value}, status=status)
    page.headers["vary"] = "Accept-Language, Cookie"
    return page


def _seconds_until(moment: datetime, now: datetime) -> int:
    return max(1, round((moment - now).total_seconds()))
