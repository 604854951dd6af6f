"""`/console/people/invite`: inviting somebody, with their roles, for administrators.

Here belong the form and what it is answered. Who is there already stands in `people`.
"""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from desk.accounts.throttling import Throttled
from desk.members.inviting import InvitationRefused, Invited, Roles, invite_member
from web.console.pages import show_console
from web.console.people_roles import Sent, Text, Texts, read_roles, suggest_issuers, weigh_present
from web.console.present import name_member_refusal
from web.console.visitors import ActingAdministrator, Administrator, Colleague
from web.context import READ, Service, Shown
from web.door import AT_THE_DOOR
from web.languages import LANGUAGES, SOURCE
from web.needs import WebService
from web.pages import Pages

router = APIRouter()


@router.api_route("/console/people/invite", methods=READ)
def show_invite(request: Request, service: Service, pages: Shown, administrator: Administrator) -> Response:
    """Show the form of an invitation."""
    return _show_invite(request, service, pages, administrator, {})


@router.post("/console/people/invite", dependencies=AT_THE_DOOR)
def take_invite(  # noqa: PLR0913, PLR0917 - the form's fields
    request: Request,
    service: Service,
    pages: Shown,
    administrator: ActingAdministrator,
    issuer: Texts,
    address: Text = "",
    name: Text = "",
    language: Text = "",
    is_administrator: Text = "",
    is_support: Text = "",
    present: Text = "",
) -> Response:
    """Invite somebody."""
    sent = read_roles(service, is_administrator, is_support, issuer)
    typed = {"address": address[:254], "name": name[:200], "language": language, "sent": sent, "slugs": issuer}
    if sent.unknown:
        return _show_invite(request, service, pages, administrator, {**typed, "fault": "issuer"})
    claim = weigh_present(service, administrator, present) if is_administrator else None
    if isinstance(claim, Throttled):
        return _show_invite(request, service, pages, administrator, {**typed, "present": "throttled"})
    chosen = language if language in LANGUAGES else SOURCE
    actor, now = administrator.actor, service.clock()
    done = invite_member(service.office, actor, address, name, sent.roles, now, language=chosen, claim=claim)
    match done:
        case Invited():
            return RedirectResponse(f"{service.place.root}/console/people/{done.member_id}?said=invited", 303)
        case InvitationRefused():
            return _show_invite(request, service, pages, administrator, {**typed, "fault": done.why})
        case _:
            word = name_member_refusal(done) if present else "missing"
            return _show_invite(request, service, pages, administrator, {**typed, "present": word})


def _show_invite(
    request: Request, service: WebService, pages: Pages, administrator: Colleague, typed: dict[str, object]
) -> Response:
    nothing = {"address": "", "name": "", "language": SOURCE, "sent": Sent(Roles()), "slugs": []}
    values = {**nothing, "fault": "", "present": "", **typed, "suggested": suggest_issuers(service)}
    return show_console(
        request, pages, administrator, "people_invite.html", values, area="people", status=422 if typed else 200
    )
