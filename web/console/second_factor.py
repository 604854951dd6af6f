"""`/console/second-factor`: a code of the app, a recovery code, or setting up an app.

Setting one up answers its POST with a page, not with a redirect: the recovery codes are shown once and kept nowhere.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from desk.accounts.login import LoginLocked
from desk.accounts.throttling import Throttled
from desk.members.enrolling import Enrolled, Offer, confirm_factor, read_offer
from desk.members.proving import CodeTry, Proven, Refused, SessionOver, WrongCode, prove_by_code, prove_by_recovery
from desk.members.sessions import InsiderSession
from web.console.onward import choose_next_console
from web.console.pages import show_console
from web.console.visitors import CONSOLE_COOKIE, ActingNewcomer, Colleague, Newcomer
from web.context import READ, Service, Shown
from web.door import AT_THE_DOOR
from web.needs import WebService
from web.pages import Pages

router = APIRouter()

Text = Annotated[str, Form()]
_FAULTS = {WrongCode: "wrong", LoginLocked: "locked", Throttled: "throttled"}


@router.api_route("/console/second-factor", methods=READ)
def show_second_factor(
    request: Request, service: Service, pages: Shown, newcomer: Newcomer, next: str = ""
) -> Response:
    """Ask for a code, or show how to set up an app; lead on who has given one."""
    onward, offer = choose_next_console(next), read_offer(service.office, newcomer.session)
    if offer is None and newcomer.session.is_proven:
        return RedirectResponse(f"{service.place.root}{onward}", 303, {"vary": "Cookie"})
    if offer is None and not newcomer.session.has_second_factor:
        return _begin_again(service, onward)
    return _show(request, pages, newcomer, offer, onward)


@router.post("/console/second-factor", dependencies=AT_THE_DOOR)
def take_second_factor(  # noqa: PLR0913, PLR0917 - the form's fields
    request: Request,
    service: Service,
    pages: Shown,
    newcomer: ActingNewcomer,
    code: Text = "",
    recovery: Text = "",
    next: Text = "",
) -> Response:
    """Take a code: of the app that is offered, of the one in force, or a recovery code."""
    onward, session = choose_next_console(next), newcomer.session
    given = CodeTry(recovery or code, newcomer.source, request.headers.get("user-agent", ""))
    offer = read_offer(service.office, session)
    if offer is None and session.is_proven:
        return RedirectResponse(f"{service.place.root}{onward}", 303)
    done = _try(service, session, offer, given, by_recovery=bool(recovery))
    match done:
        case Enrolled():
            values = {"codes": done.recovery_codes, "onward": onward, "address": session.standing.address}
            page = show_console(request, pages, newcomer, "recovery_codes.html", values, area="me")
            CONSOLE_COOKIE.give(page, service.place, done.token)
            return page
        case Proven():
            response = RedirectResponse(f"{service.place.root}{_lead_on(done, onward)}", 303)
            CONSOLE_COOKIE.give(response, service.place, done.token)
            return response
        case SessionOver():
            return _begin_again(service, onward)
        case _:
            return _show(request, pages, newcomer, offer, onward, fault=done, by_recovery=bool(recovery))


def _try(
    service: WebService, session: InsiderSession, offer: Offer | None, given: CodeTry, *, by_recovery: bool
) -> Enrolled | Proven | Refused:
    if offer is not None:
        return confirm_factor(service.office, session, given, service.clock())
    prove = prove_by_recovery if by_recovery else prove_by_code
    return prove(service.office, session, given, service.clock())


def _lead_on(done: Proven, onward: str) -> str:
    """Return the next page: for whoever is running out of recovery codes, the one where they are made."""
    return onward if done.codes_left is None else "/console/me?said=recovered"


def _begin_again(service: WebService, onward: str) -> Response:
    response = RedirectResponse(f"{service.place.root}/console/login?next={onward}", 303, {"vary": "Cookie"})
    CONSOLE_COOKIE.take(response, service.place)
    return response


def _show(  # noqa: PLR0913 - what is shown, and what may be wrong
    request: Request,
    pages: Pages,
    newcomer: Colleague,
    offer: Offer | None,
    onward: str,
    *,
    fault: WrongCode | LoginLocked | Throttled | None = None,
    by_recovery: bool = False,
) -> Response:
    word = None if fault is None else _FAULTS[type(fault)]
    values = {"offer": offer, "next": onward, "fault": word, "by_recovery": by_recovery}
    status = {None: 200, "throttled": 429}.get(word, 422)
    return show_console(request, pages, newcomer, "second_factor.html", values, area="me", status=status)
