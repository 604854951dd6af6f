"""`/console/people`: who works in the console, for administrators. Roles, shutting out, letting in again.

Making somebody an administrator asks for one's own password: a browser that was left open must not make another.
"""

from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from badges.transactions import reading
from desk.accounts.proving import WrongPassword
from desk.accounts.throttling import Throttled
from desk.members.inviting import InvitationRefused, Roles, resend_invitation
from desk.members.listing import PAGE, MemberShown, find_member, list_members
from desk.members.people import (
    MemberDone,
    MemberRefused,
    disable_member,
    enable_member,
    reset_factor,
    set_roles,
    unlock_member,
)
from web.console.pages import show_console
from web.console.people_roles import Sent, Text, Texts, read_roles, suggest_issuers, weigh_present
from web.console.present import name_member_refusal
from web.console.visitors import ActingAdministrator, Administrator, Colleague
from web.context import READ, Service, Shown
from web.door import AT_THE_DOOR
from web.needs import WebService
from web.pages import Pages

router = APIRouter()

LONGEST_SEARCH = 200
_ACTS: dict[str, Callable[..., MemberDone | MemberRefused]] = {
    "disable": disable_member,
    "enable": enable_member,
    "unlock": unlock_member,
    "reset-factor": reset_factor,
}


@router.api_route("/console/people", methods=READ)
def show_people(  # noqa: PLR0913, PLR0917 - filters
    request: Request,
    service: Service,
    pages: Shown,
    administrator: Administrator,
    q: str = "",
    after: str = "",
    said: str = "",
) -> Response:
    """List everybody, by address."""
    search = q.strip()[:LONGEST_SEARCH]
    with reading(service.office.engine).connect() as connection:
        found = list_members(connection, search=search, after=after, limit=PAGE + 1)
    values = {
        "members": found[:PAGE],
        "next_after": found[PAGE - 1].address if len(found) > PAGE else "",
        "is_first": not after,
        "q": search,
        "said": said,
    }
    return show_console(request, pages, administrator, "people.html", values, area="people")


@router.api_route("/console/people/{member}", methods=READ)
def show_member(  # noqa: PLR0913, PLR0917 - whom, and what was said
    request: Request, service: Service, pages: Shown, administrator: Administrator, member: str, said: str = ""
) -> Response:
    """Show one person, with everything that may be done."""
    return _show_member(request, service, pages, administrator, _find(service, member), said=said)


@router.post("/console/people/{member}/roles", dependencies=AT_THE_DOOR)
def take_roles(  # noqa: PLR0913, PLR0917 - the form's fields
    request: Request,
    service: Service,
    pages: Shown,
    administrator: ActingAdministrator,
    member: str,
    issuer: Texts,
    is_administrator: Text = "",
    is_support: Text = "",
    present: Text = "",
) -> Response:
    """Give somebody the roles and issuers that are ticked, and no others."""
    found, sent = _find(service, member), read_roles(service, is_administrator, is_support, issuer)
    if sent.unknown:
        return _show_member(request, service, pages, administrator, found, sent=sent, fault="issuer")
    is_new = sent.roles.is_administrator and not found.is_administrator
    claim = weigh_present(service, administrator, present) if is_new else None
    if isinstance(claim, Throttled):
        return _show_member(request, service, pages, administrator, found, sent=sent, present="throttled")
    match set_roles(service.office, administrator.actor, found.member_id, sent.roles, service.clock(), claim):
        case MemberDone():
            return _lead_back(service, found, "roles")
        case MemberRefused(why):
            return _show_member(request, service, pages, administrator, found, sent=sent, fault=why)
        case WrongPassword() as wrong:
            word = name_member_refusal(wrong) if present else "missing"
            return _show_member(request, service, pages, administrator, found, sent=sent, present=word)


@router.post("/console/people/{member}/invitation")
def take_again(
    request: Request, service: Service, pages: Shown, administrator: ActingAdministrator, member: str
) -> Response:
    """Mail a fresh invitation."""
    found = _find(service, member)
    done = resend_invitation(service.office, administrator.actor, found.member_id, service.clock())
    if isinstance(done, InvitationRefused):
        return _show_member(request, service, pages, administrator, found, fault=done.why)
    return _lead_back(service, found, "invited")


@router.post("/console/people/{member}/{act}")
def take_act(  # noqa: PLR0913, PLR0917 - whom, and what
    request: Request, service: Service, pages: Shown, administrator: ActingAdministrator, member: str, act: str
) -> Response:
    """Shut somebody out or let them in, unlock them, reset their second factor."""
    if act not in _ACTS:
        raise HTTPException(404)
    found = _find(service, member)
    done = _ACTS[act](service.office, administrator.actor, found.member_id, service.clock())
    if isinstance(done, MemberRefused):
        return _show_member(request, service, pages, administrator, found, fault=done.why)
    return _lead_back(service, found, act)


def _find(service: WebService, member_id: str) -> MemberShown:
    with reading(service.office.engine).connect() as connection:
        found = find_member(connection, member_id=member_id)
    if found is None:
        raise HTTPException(404)
    return found


def _lead_back(service: WebService, found: MemberShown, said: str) -> Response:
    return RedirectResponse(f"{service.place.root}/console/people/{found.member_id}?said={said}", 303)


def _show_member(  # noqa: PLR0913 - whom, and what became of it
    request: Request,
    service: WebService,
    pages: Pages,
    administrator: Colleague,
    found: MemberShown,
    *,
    sent: Sent | None = None,
    fault: str = "",
    present: str = "",
    said: str = "",
) -> Response:
    own = Roles(found.is_administrator, found.is_support)
    values = {
        "member": found,
        "roles": sent.roles if sent else own,
        "unknown": sent.unknown if sent else "",
        "fault": fault,
        "present": present,
        "said": said,
        "suggested": suggest_issuers(service),
    }
    status = 422 if fault or present else 200
    return show_console(request, pages, administrator, "person.html", values, area="people", status=status)
