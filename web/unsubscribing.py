"""`/unsubscribe/{token}`: the button on our page, and the one-click POST of a mail program (RFC 8058).

The one-click POST comes without cookies, as a form of either encoding with `List-Unsubscribe=One-Click`, and is
answered with 200 and no redirect. Our own button posts nothing; both do the same, so the body is not looked at.
"""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from desk.unsubscribing import NoSubscription, read_unsubscribe_link, unsubscribe
from web.context import READ, Service, Shown
from web.pages import Pages

router = APIRouter()


@router.api_route("/unsubscribe/{token}", methods=READ)
def ask(request: Request, token: str, service: Service, pages: Shown) -> Response:
    """Ask whether to stop. Changes nothing, however often a scanner opens it."""
    found = read_unsubscribe_link(service.office, token, service.clock())
    if isinstance(found, NoSubscription):
        return _refuse(request, pages)
    return pages.show(request, "unsubscribe.html", {"issuer": found.issuer_name})


@router.post("/unsubscribe/{token}")
def stop(request: Request, token: str, service: Service, pages: Shown) -> Response:
    """Stop the notices of one issuer to one address."""
    done = unsubscribe(service.office, token, service.clock())
    if isinstance(done, NoSubscription):
        return _refuse(request, pages)
    return pages.show(request, "unsubscribed.html")


def _refuse(request: Request, pages: Pages) -> Response:
    return pages.show(request, "dead_link.html", {"expired": False, "offers_password": False}, status=404)
