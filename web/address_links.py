"""`/confirm-address/{token}` and `/stop-address/{token}`: the links about a new address. GET looks, POST acts.

Both work from any device, logged in or not: whoever reads the mailbox has the word.
"""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from badges.links import Purpose
from desk.accounts.address_links import (
    AddressLink,
    LinkState,
    confirm_address,
    mail_again,
    read_address_link,
    stop_address,
)
from web.context import READ, Service, Shown, source_of
from web.pages import Pages

router = APIRouter()

_STATUS = {LinkState.FORGED: 404, LinkState.EXPIRED: 410, LinkState.GONE: 410, LinkState.TAKEN: 409}


@router.api_route("/confirm-address/{token}", methods=READ)
def show_confirming(request: Request, token: str, service: Service, pages: Shown) -> Response:
    """Ask whoever reads the new address whether to add it."""
    link = read_address_link(service.office, Purpose.CONFIRM_ADDRESS, token, service.clock())
    return _show(request, pages, link, "confirm", token)


@router.post("/confirm-address/{token}")
def take_confirming(request: Request, token: str, service: Service, pages: Shown) -> Response:
    """Add the address."""
    link = confirm_address(service.office, token, source_of(request), service.clock())
    if link.state is not LinkState.OPEN:
        return _show(request, pages, link, "confirm", token)
    return RedirectResponse(f"{service.place.root}/address-confirmed", 303)


@router.post("/confirm-address/{token}/again")
def take_again(request: Request, token: str, service: Service, pages: Shown) -> Response:
    """Mail another link in the place of one that has run out. The answer does not tell whether a limit was reached."""
    link = mail_again(service.office, token, source_of(request), service.clock())
    if link.state is not LinkState.EXPIRED:
        return _show(request, pages, link, "confirm", token)
    return RedirectResponse(f"{service.place.root}/address-mailed", 303)


@router.api_route("/stop-address/{token}", methods=READ)
def show_stopping(request: Request, token: str, service: Service, pages: Shown) -> Response:
    """Ask whoever reads the primary address whether to stop the new one."""
    link = read_address_link(service.office, Purpose.STOP_ADDRESS, token, service.clock())
    return _show(request, pages, link, "stop", token)


@router.post("/stop-address/{token}")
def take_stopping(request: Request, token: str, service: Service, pages: Shown) -> Response:
    """Stop the address."""
    link = stop_address(service.office, token, source_of(request), service.clock())
    if link.state is not LinkState.OPEN:
        return _show(request, pages, link, "stop", token)
    return RedirectResponse(f"{service.place.root}/address-stopped", 303)


@router.api_route("/address-confirmed", methods=READ)
def show_confirmed(request: Request, pages: Shown) -> Response:
    """Say that it is done. Tells nobody which address, or whose."""
    return _show_done(request, pages, "confirm")


@router.api_route("/address-stopped", methods=READ)
def show_stopped(request: Request, pages: Shown) -> Response:
    """The same."""
    return _show_done(request, pages, "stop")


@router.api_route("/address-mailed", methods=READ)
def show_mailed(request: Request, pages: Shown) -> Response:
    """The same."""
    return _show_done(request, pages, "mail")


def _show_done(request: Request, pages: Pages, way: str) -> Response:
    return pages.show(request, "address_link.html", {"way": way, "state": "done", "address": "", "token": ""})


def _show(request: Request, pages: Pages, link: AddressLink, way: str, token: str) -> Response:
    if link.state is LinkState.FORGED:
        return pages.show(request, "dead_link.html", {"expired": False, "offers_password": False}, status=404)
    values = {"way": way, "state": link.state.value, "address": link.address, "token": token}
    return pages.show(request, "address_link.html", values, status=_STATUS.get(link.state, 200))
