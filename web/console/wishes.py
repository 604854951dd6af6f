"""`/console/issuers/{issuer}/requests`: what earners ask of the issuer, to grant or decline; and what became of it.

Here belong the page and its two forms, which do what the signed links in the mails do (`web.proposals`).
"""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from desk.recipients.filters import read_cursor
from desk.recipients.results import ActDone, ChangeAsked, ChangeRefused
from desk.recipients.wishes import decline_wish, grant_wish, list_wishes
from web.console.pages import show_console
from web.console.visitors import ActingManaged, Managed, ManagedIssuer
from web.context import READ, Service, Shown
from web.needs import WebService
from web.pages import Pages

router = APIRouter()

Given = Annotated[str, Form()]


@router.api_route("/console/issuers/{issuer}/requests", methods=READ)
def show_wishes(  # noqa: PLR0913, PLR0917 - what every handler is given, and the query
    request: Request,
    service: Service,
    pages: Shown,
    managed: Managed,
    show: str = "",
    after: str = "",
    said: str = "",
) -> Response:
    """Show what waits, or the history."""
    return _show(request, service, pages, managed, is_open=show != "past", after=after, said=said)


@router.post("/console/issuers/{issuer}/requests/{proposal}/grant")
def take_grant(request: Request, proposal: str, service: Service, pages: Shown, managed: ActingManaged) -> Response:
    """Make the changes."""
    done = grant_wish(service.office, managed.colleague.actor, managed.id, proposal, service.clock())
    return _answer(request, service, pages, managed, "granted", done)


@router.post("/console/issuers/{issuer}/requests/{proposal}/decline")
def take_decline(  # noqa: PLR0913, PLR0917 - what every handler is given, and the reason
    request: Request, proposal: str, service: Service, pages: Shown, managed: ActingManaged, reason: Given = ""
) -> Response:
    """Decline them."""
    done = decline_wish(service.office, managed.colleague.actor, managed.id, proposal, reason, service.clock())
    return _answer(request, service, pages, managed, "declined", done)


def _answer(  # noqa: PLR0913, PLR0917 - what every handler is given, and what came of it
    request: Request, service: WebService, pages: Pages, managed: ManagedIssuer, said: str, done: ActDone
) -> Response:
    if isinstance(done, ChangeRefused):
        if done.code == "unknown":
            raise HTTPException(404)
        return _show(request, service, pages, managed, is_open=True, said=done.code, status=422)
    word = "asked" if isinstance(done, ChangeAsked) else said
    return RedirectResponse(f"{service.place.root}/console/issuers/{managed.slug}/requests?said={word}", 303)


def _show(  # noqa: PLR0913 - what every handler is given, and what is shown
    request: Request,
    service: WebService,
    pages: Pages,
    managed: ManagedIssuer,
    *,
    is_open: bool,
    after: str = "",
    said: str = "",
    status: int = 200,
) -> Response:
    cursor = read_cursor(after)
    wishes, following = list_wishes(service.office.engine, managed.id, service.clock(), is_open=is_open, after=cursor)
    values = {"wishes": wishes, "following": following, "is_open": is_open, "is_first": cursor is None, "said": said}
    return show_console(request, pages, managed, "requests.html", values, area="requests", status=status)
