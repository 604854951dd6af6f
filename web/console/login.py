"""`/console/login` and `/console/logout`: the way in for members, and out.

Whoever is not let in gets one of three answers (wrong, locked, too many from this network), each the same for every
address, with nothing in it but what was typed.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from desk.accounts.login import LoginLocked, LoginTry, WrongLogin
from desk.accounts.throttling import Throttled
from desk.members.login import PasswordTaken, log_in_member, log_out_member
from web.console.onward import choose_next_console
from web.console.pages import show_door
from web.console.visitors import (
    CONSOLE_COOKIE,
    ActingNewcomer,
    find_colleague,
)
from web.context import READ, Service, Shown, source_of
from web.door import AT_THE_DOOR

router = APIRouter()

Text = Annotated[str, Form()]


@router.api_route("/console/login", methods=READ)
def show_login(request: Request, service: Service, pages: Shown, next: str = "", said: str = "") -> Response:
    """Show the form; lead on who is logged in."""
    onward, colleague = choose_next_console(next), find_colleague(request, service)
    if colleague is not None and colleague.session.is_proven:
        return RedirectResponse(f"{service.place.root}{onward}", 303, {"vary": "Cookie"})
    return show_door(request, pages, "login.html", {"fault": None, "said": said, "address": "", "next": onward})


@router.post("/console/login", dependencies=AT_THE_DOOR)
def take_login(  # noqa: PLR0913, PLR0917 - the form's fields
    request: Request, service: Service, pages: Shown, address: Text = "", password: Text = "", next: Text = ""
) -> Response:
    """Take address and password, and go on to the second factor."""
    now, onward = service.clock(), choose_next_console(next)
    login = LoginTry(address, password, source_of(request), CONSOLE_COOKIE.read(request, service.place))
    done = log_in_member(service.office, login, request.headers.get("user-agent", ""), now)
    values = {"said": "", "address": address, "next": onward}
    match done:
        case PasswordTaken():
            response = RedirectResponse(f"{service.place.root}/console/second-factor?next={onward}", 303)
            CONSOLE_COOKIE.give(response, service.place, done.token)
            return response
        case WrongLogin():
            return show_door(request, pages, "login.html", {**values, "fault": "wrong"}, status=422)
        case LoginLocked():
            return show_door(request, pages, "login.html", {**values, "fault": "locked"}, status=422)
        case Throttled():
            page = show_door(request, pages, "login.html", {**values, "fault": "throttled"}, status=429)
            page.headers["retry-after"] = str(max(1, round((done.until - now).total_seconds())))
            return page


@router.post("/console/logout")
def take_logout(service: Service, newcomer: ActingNewcomer) -> Response:
    """End this session."""
    log_out_member(service.office, newcomer.actor, newcomer.session.session_id, service.clock())
    response = RedirectResponse(f"{service.place.root}/console/login?said=out", 303)
    CONSOLE_COOKIE.take(response, service.place)
    return response
