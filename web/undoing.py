"""`/undo/{token}`: the link in a receipt. GET shows what would be taken back, POST takes it back, once."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from desk.requests.undoing import Undo, UndoRefused, read_undo_link, undo_by_link
from mailer.request_words import say_changes
from web.context import READ, Service, Shown
from web.pages import Pages

router = APIRouter()


@router.api_route("/undo/{token}", methods=READ)
def ask(request: Request, token: str, service: Service, pages: Shown) -> Response:
    """Ask whether to take it back. Changes nothing, however often a scanner opens it."""
    return _show(request, pages, read_undo_link(service.office, token, service.clock()), was_asked=False)


@router.post("/undo/{token}")
def take_back(request: Request, token: str, service: Service, pages: Shown) -> Response:
    """Take it back, or have staff look at it if the record has changed since."""
    return _show(request, pages, undo_by_link(service.office, token, service.clock()), was_asked=True)


def _show(request: Request, pages: Pages, found: Undo | UndoRefused, *, was_asked: bool) -> Response:
    if isinstance(found, UndoRefused):
        values = {"expired": found.expired, "offers_password": False}
        return pages.show(request, "dead_link.html", values, status=410 if found.expired else 404)
    language = pages.language_of(request)
    changes = [say_changes([change], language) for change in found.changes]
    return pages.show(request, "undo.html", {"state": found.state.value, "changes": changes, "was_asked": was_asked})
