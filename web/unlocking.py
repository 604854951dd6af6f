"""`/unlock/{token}` and `/ask-unlock/{token}`: the links in the mail about a lock. GET looks, POST acts, once a lock.

Both show how the lock stands, so whoever comes later, or reloads, reads what became of it.
"""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from badges.links import Purpose
from desk.accounts.unlocking import LockLinkRefused, NamedLock, ask_to_unlock, read_lock_link, unlock_by_link
from web.context import READ, Service, Shown, source_of
from web.needs import WebService
from web.pages import Pages

router = APIRouter()


@router.api_route("/unlock/{token}", methods=READ)
def show_unlock(request: Request, token: str, service: Service, pages: Shown) -> Response:
    """Ask the owner whether to unlock, where the policy lets them."""
    found = read_lock_link(service.office, Purpose.UNLOCK, token, service.clock())
    return _show(request, service, pages, found, by_owner=True)


@router.post("/unlock/{token}")
def take_unlock(request: Request, token: str, service: Service, pages: Shown) -> Response:
    """Unlock the account."""
    done = unlock_by_link(service.office, token, source_of(request), service.clock())
    if isinstance(done, LockLinkRefused):
        return _show(request, service, pages, done, by_owner=True)
    return RedirectResponse(f"{service.place.root}/unlock/{token}", 303)


@router.api_route("/ask-unlock/{token}", methods=READ)
def show_asking(request: Request, token: str, service: Service, pages: Shown) -> Response:
    """Ask the owner whether to pass the wish on to the issuer."""
    found = read_lock_link(service.office, Purpose.ASK_UNLOCK, token, service.clock())
    return _show(request, service, pages, found, by_owner=False)


@router.post("/ask-unlock/{token}")
def take_asking(request: Request, token: str, service: Service, pages: Shown) -> Response:
    """Pass the wish on to the issuer, who grants it by a link in a mail."""
    done = ask_to_unlock(service.office, token, source_of(request), service.clock())
    if isinstance(done, LockLinkRefused):
        return _show(request, service, pages, done, by_owner=False)
    return RedirectResponse(f"{service.place.root}/ask-unlock/{token}", 303)


def _show(
    request: Request, service: WebService, pages: Pages, found: NamedLock | LockLinkRefused, *, by_owner: bool
) -> Response:
    if isinstance(found, LockLinkRefused):
        values = {"expired": found.expired, "offers_password": False}
        return pages.show(request, "dead_link.html", values, status=410 if found.expired else 404)
    shown = {"state": found.state.value, "by_owner": by_owner, "issuer": found.issuer_name}
    return pages.show(request, "unlock.html", shown, known=[found.person.language])
