"""`/console/mail/suppressions`: addresses that are not sent to: found, put on the list, taken off it."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from badges.transactions import reading
from desk.outgoing.deciding import NoAddress, add_suppression, remove_suppression
from mailer.notices import Stream
from mailer.queue.suppressions import page_suppressions
from web.console.pages import show_console
from web.console.visitors import ActingSupporter, Colleague, Supporter
from web.context import READ, Service, Shown
from web.needs import WebService
from web.pages import Pages

router = APIRouter()

HERE = "/console/mail/suppressions"
PAGE = 50
LONGEST_ADDRESS = 254
Text = Annotated[str, Form()]


@router.api_route(HERE, methods=READ)
def show_list(  # noqa: PLR0913, PLR0917 - who looks, from where on
    request: Request,
    service: Service,
    pages: Shown,
    supporter: Supporter,
    q: str = "",
    after: str = "",
    issuer: str = "",
    stream: str = "",
    said: str = "",
) -> Response:
    """Show the entries by address, of those that begin with `q`."""
    return _show(request, service, pages, supporter, {"q": q, "said": said}, (after, issuer, stream))


@router.post(HERE)
def add(  # noqa: PLR0913, PLR0917 - the form's fields
    request: Request,
    service: Service,
    pages: Shown,
    supporter: ActingSupporter,
    address: Text = "",
    stream: Text = "",
    reason: Text = "",
) -> Response:
    """Send no more to an address."""
    only = Stream(stream) if stream in set(Stream) else None
    outcome = add_suppression(service.office, address, only, reason, supporter.actor, service.clock())
    if isinstance(outcome, NoAddress):
        typed = {"address": address, "stream": stream, "reason": reason, "fault": outcome.reason}
        return _show(request, service, pages, supporter, typed, status=422)
    return _lead_back(service, "added" if outcome.count else "there")


@router.post(f"{HERE}/remove")
def remove(  # noqa: PLR0913, PLR0917 - the form's fields
    service: Service,
    supporter: ActingSupporter,
    address: Text,
    issuer: Text = "",
    stream: Text = "",
    reason: Text = "",
) -> Response:
    """Take one entry off the list."""
    outcome = remove_suppression(service.office, address, issuer, stream, reason, supporter.actor, service.clock())
    return _lead_back(service, "gone" if isinstance(outcome, NoAddress) else "removed")


def _show(  # noqa: PLR0913, PLR0917 - who looks, at what
    request: Request,
    service: WebService,
    pages: Pages,
    supporter: Colleague,
    typed: dict[str, str],
    after: tuple[str, str, str] = ("", "", ""),
    *,
    status: int = 200,
) -> Response:
    q = typed.get("q", "").strip()[:LONGEST_ADDRESS]
    with reading(service.office.engine).connect() as connection:
        entries = page_suppressions(connection, q, after, PAGE + 1)
    values = {
        "entries": entries[:PAGE],
        "last": entries[PAGE - 1] if len(entries) > PAGE else None,
        "is_first": not any(after),
        "q": q,
        "typed": typed,
        "said": typed.get("said", ""),
    }
    return show_console(request, pages, supporter, "suppressions.html", values, area="mail", status=status)


def _lead_back(service: WebService, said: str) -> Response:
    return RedirectResponse(f"{service.place.root}{HERE}?said={said}", 303)
