"""`/badges/{id}`: the public page of one badge, and what is shown when it is shared.

It is the same for everybody: no cookie is looked at, and the owner's buttons stand in the portfolio.
"""

from functools import partial

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from badges.transactions import reading
from desk.credentials.finding import find_credential
from web.awards import read_public_award
from web.badge_pages import BadgePage, BadgePages
from web.context import READ, BadgePagesKept, Service, Shown
from web.needs import WebService

router = APIRouter()


@router.api_route("/badges/{assertion_id}", methods=READ)
async def show_badge(
    request: Request, assertion_id: str, service: Service, pages: Shown, kept: BadgePagesKept
) -> Response:
    """Show the badge. One that is held or hidden looks exactly as one that never was."""
    page = await kept.look_up(partial(_find_page, assertion_id, service, kept, pages.language_of(request)))
    if page is None:
        return RedirectResponse(await kept.look_up(partial(_find_page_of_credential, service, assertion_id)), 303)
    # A browser asks again each time, so that a revoked badge is not shown as valid.
    headers = {"etag": page.etag, "cache-control": "no-cache", "vary": "Accept-Language"}
    if page.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(page.body, 200, headers, "text/html")


def _find_page(assertion_id: str, service: WebService, kept: BadgePages, language: str) -> BadgePage | None:
    with reading(service.office.engine).connect() as connection:
        award = read_public_award(connection, assertion_id)
    return None if award is None else kept.show(award, language, service.clock().date())


def _find_page_of_credential(service: WebService, credential_id: str) -> str:
    """Return the badge page that a later credential of an award belongs to: its id is not the one of the page."""
    with reading(service.office.engine).connect() as connection:
        found = find_credential(connection, credential_id)
    if found is None or not found.is_public or found.attested.assertion_id == credential_id:
        raise HTTPException(404)
    return f"{service.place.root}/badges/{found.attested.assertion_id}"
