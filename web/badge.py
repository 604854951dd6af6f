"""`/badges/{id}`: the public page of one badge, and what is shown when it is shared."""

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from badges.transactions import reading
from web.awards import find_award
from web.context import READ, Service, Shown

router = APIRouter()


@router.api_route("/badges/{assertion_id}", methods=READ)
def show_badge(request: Request, assertion_id: str, service: Service, pages: Shown) -> Response:
    """Show the badge. A held one looks exactly as one that never was."""
    with reading(service.office.engine).connect() as connection:
        award = find_award(connection, assertion_id, service.place, service.clock().date())
    if award is None:
        raise HTTPException(404)
    page = pages.show(request, "badge.html", {"badge": award})
    # A browser asks again each time, so that a revoked badge is not shown as valid.
    page.headers["cache-control"] = "no-cache"
    return page
