"""`/console/me`: what members do with their own account.

What opens or closes a way in (password, app, recovery codes) asks for the present password; a wrong one counts as at
the log-in.
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from badges.accounts import LONGEST_PASSWORD, SHORTEST_PASSWORD, PasswordFault
from badges.transactions import reading
from desk.members.enrolling import CodesMade, Offered, count_codes, make_codes_anew, offer_another, withdraw_offer
from desk.members.own import OwnChanged, change_own, end_other_sessions, end_own_session, list_member_sessions
from desk.members.passwords import MemberPasswordSet, change_member_password
from desk.roster.names import MAX_NAME
from web.console.pages import show_console
from web.console.present import name_member_refusal
from web.console.visitors import ActingInsider, Colleague, Insider
from web.context import READ, Service, Shown
from web.door import AT_THE_DOOR
from web.languages import LANGUAGES
from web.needs import WebService
from web.pages import Pages

router = APIRouter()

Text = Annotated[str, Form()]


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed into a form that was not taken, and what is wrong with it."""

    form: str = ""
    """`own`, `password`, `factor` or `codes`; empty: nothing is wrong."""
    fault: str = ""
    name: str | None = None
    language: str | None = None


@router.api_route("/console/me", methods=READ)
def show_me(request: Request, service: Service, pages: Shown, insider: Insider, said: str = "") -> Response:
    """Show everything of the account."""
    return _show(request, service, pages, insider, Typed(), said)


@router.post("/console/me")
def take_own(  # noqa: PLR0913, PLR0917 - the form's fields
    request: Request, service: Service, pages: Shown, insider: ActingInsider, name: Text = "", language: Text = ""
) -> Response:
    """Change name and language."""
    chosen = language if language in LANGUAGES else insider.standing.language
    done = change_own(service.office, insider.session, insider.actor, name, chosen, service.clock())
    if isinstance(done, OwnChanged):
        return _lead_back(service, "own")
    typed = Typed("own", done.reason, name[:MAX_NAME], chosen)
    return _show(request, service, pages, insider, typed)


@router.post("/console/me/password", dependencies=AT_THE_DOOR)
def take_password(  # noqa: PLR0913, PLR0917 - the form's fields
    request: Request,
    service: Service,
    pages: Shown,
    insider: ActingInsider,
    present: Text = "",
    password: Text = "",
    repeated: Text = "",
) -> Response:
    """Change the password; every other session ends."""
    if password != repeated:
        return _show(request, service, pages, insider, Typed("password", "differs"))
    done = change_member_password(service.office, insider.session, insider.actor, present, password, service.clock())
    match done:
        case MemberPasswordSet():
            return _lead_back(service, "password")
        case PasswordFault():
            return _show(request, service, pages, insider, Typed("password", done.code))
        case _:
            return _show(request, service, pages, insider, Typed("password", name_member_refusal(done)))


@router.post("/console/me/second-factor", dependencies=AT_THE_DOOR)
def take_factor(
    request: Request, service: Service, pages: Shown, insider: ActingInsider, present: Text = ""
) -> Response:
    """Go on to setting up another app."""
    done = offer_another(service.office, insider.session, insider.actor, present, service.clock())
    if isinstance(done, Offered):
        return RedirectResponse(f"{service.place.root}/console/second-factor?next=/console/me", 303)
    return _show(request, service, pages, insider, Typed("factor", name_member_refusal(done)))


@router.post("/console/me/second-factor/keep")
def take_keeping(service: Service, insider: ActingInsider) -> Response:
    """Leave the app as it is after all."""
    withdraw_offer(service.office, insider.session)
    return RedirectResponse(f"{service.place.root}/console/me", 303)


@router.post("/console/me/recovery-codes", dependencies=AT_THE_DOOR)
def take_codes(
    request: Request, service: Service, pages: Shown, insider: ActingInsider, present: Text = ""
) -> Response:
    """Make other recovery codes, and show them once."""
    done = make_codes_anew(service.office, insider.session, insider.actor, present, service.clock())
    if isinstance(done, CodesMade):
        values = {"codes": done.recovery_codes, "onward": "/console/me", "address": insider.standing.address}
        return show_console(request, pages, insider, "recovery_codes.html", values, area="me")
    return _show(request, service, pages, insider, Typed("codes", name_member_refusal(done)))


@router.post("/console/me/sessions")
def take_sessions(service: Service, insider: ActingInsider, session: Text = "") -> Response:
    """End one session, or every one but this."""
    if not session:
        end_other_sessions(service.office, insider.session, insider.actor, service.clock())
    elif not end_own_session(service.office, insider.session, insider.actor, session, service.clock()):
        raise HTTPException(404)
    return _lead_back(service, "sessions")


def _lead_back(service: WebService, said: str) -> Response:
    return RedirectResponse(f"{service.place.root}/console/me?said={said}", 303)


def _show(  # noqa: PLR0913, PLR0917 - what is shown, to whom
    request: Request, service: WebService, pages: Pages, insider: Colleague, typed: Typed, said: str = ""
) -> Response:
    with reading(service.office.engine).connect() as connection:
        sessions = list_member_sessions(connection, insider.session, service.clock())
        codes_left = count_codes(connection, insider.standing.member_id)
    values = {
        "sessions": sessions,
        "codes_left": codes_left,
        "typed": typed,
        "said": said,
        "shortest": SHORTEST_PASSWORD,
        "longest": LONGEST_PASSWORD,
    }
    status = 429 if typed.fault == "throttled" else 422 if typed.form else 200
    return show_console(request, pages, insider, "me.html", values, area="me", status=status)
