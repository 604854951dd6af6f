"""`/console/tickets/{reference}`: one ticket with everything that a decision on it needs."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from badges.columns import from_microseconds, to_microseconds
from desk.requests.filed import TicketFile
from desk.requests.references import read_reference
from desk.requests.staff import TicketDone, TicketRefused
from web.console.pages import show_console
from web.console.ticket.showing import TicketPage, gather_ticket
from web.console.visitors import Colleague, Supporter
from web.context import READ, Service, Shown
from web.needs import Place, WebService
from web.pages import Pages

router = APIRouter()

MOST_DIGITS = 18
"""Of a moment in a form: microseconds since 1970."""


@router.api_route("/console/tickets/{reference}", methods=READ)
def show_ticket_page(  # noqa: PLR0913, PLR0917 - what every handler is given, and what the path says
    request: Request,
    reference: str,
    service: Service,
    pages: Shown,
    who: Supporter,
    said: str = "",
    every: str = "",
) -> Response:
    """Show a ticket."""
    return show_ticket_as(request, service, pages, who, reference, {"said": said}, every=bool(every))


@router.api_route("/console/tickets/{reference}/story", methods=READ)
def show_story(request: Request, reference: str, service: Service, pages: Shown, who: Supporter) -> Response:
    """Show what happened on it: for a page that is open already."""
    return _show_part(request, service, pages, who, reference, "_ticket_story.html")


@router.api_route("/console/tickets/{reference}/deciding", methods=READ)
def show_deciding(request: Request, reference: str, service: Service, pages: Shown, who: Supporter) -> Response:
    """Show what waits for a decision: for a page that is open already."""
    return _show_part(request, service, pages, who, reference, "_ticket_deciding.html")


def _show_part(  # noqa: PLR0913, PLR0917 - what every handler is given, and which part
    request: Request, service: WebService, pages: Pages, who: Colleague, reference: str, template: str
) -> Response:
    ticket = gather_ticket(service, who, reference, part=True)
    if ticket is None:
        raise HTTPException(404)
    values = {**_NOTHING, **describe_page(ticket, service)}
    return show_console(request, pages, who, template, values, area="tickets")


def show_ticket_as(  # noqa: PLR0913, PLR0917 - what every handler is given, and what has happened
    request: Request,
    service: WebService,
    pages: Pages,
    who: Colleague,
    reference: str,
    more: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
    every: bool = False,
) -> Response:
    """Show a ticket; `more` is what a form has come to."""
    ticket = gather_ticket(service, who, reference, every=every)
    if ticket is None:
        raise HTTPException(404)
    values = {**_NOTHING, **describe_page(ticket, service), **(more or {})}
    return show_console(request, pages, who, "ticket.html", values, area="tickets", status=status)


_NOTHING: Mapping[str, Any] = {
    "said": "",
    "fault": "",
    "fault_at": "",
    "overtaken": (),
    "typed": {},
    "preview": None,
    "inserted": False,
    "corrected": {},
}
"""What has happened, where nothing has."""


def describe_page(ticket: TicketPage, service: WebService) -> dict[str, Any]:
    """Return the values of the page."""
    return {
        "ticket": ticket,
        "head": ticket.head,
        "seen": to_microseconds(ticket.head.updated_at),
        "around": ticket.around,
        "microseconds": to_microseconds,
    }


def conclude(  # noqa: PLR0913, PLR0917 - what every handler is given, and what came of the act
    request: Request,
    service: WebService,
    pages: Pages,
    who: Colleague,
    reference: str,
    outcome: TicketDone | TicketRefused,
    said: str,
    at: str,
    typed: Mapping[str, str],
    seen: str,
    kept: Mapping[str, Any] | None = None,
) -> Response:
    """Lead to the page that says what was done; or show it with the fault in place, what was typed, and what else is
    `kept` of the form."""
    if isinstance(outcome, TicketDone):
        return lead_to(service.place, reference, "agreed" if outcome.waits else said)
    ticket = gather_ticket(service, who, reference)
    if ticket is None:
        raise HTTPException(404)
    since = _list_since(ticket.file, seen) if outcome.is_overtaken else ()
    more = {"fault": outcome.reason, "fault_at": at, "overtaken": since, "typed": typed, **(kept or {})}
    return show_ticket_as(request, service, pages, who, reference, more, status=422)


def lead_to(place: Place, reference: str, said: str) -> Response:
    """Lead to the page of a ticket, which can be loaded again without doing anything again."""
    return RedirectResponse(f"{place.root}/console/tickets/{read_reference(reference)}?said={said}", 303)


def read_seen(seen: str) -> Any:
    """Return the moment that a form bears; one that bears none has seen what was before everything."""
    return from_microseconds(int(seen) if seen.isdecimal() and len(seen) <= MOST_DIGITS else 0)


def _list_since(file: TicketFile, seen: str) -> Any:
    return [each for each in file.entries if each.at > read_seen(seen)][:20]
