"""`/portfolio`: an earner's badges as only they see them, and whether the public sees each.

Here belong the list, the owner's page of one badge and its switch. The share buttons of that page stand in `sharing`,
what it leads to (signature, résumé, certificate) in modules of their own. Whatever is not the visitor's own is not
found, as if it did not exist.
"""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from badges.linkedin import copy_fields
from badges.transactions import reading
from desk.accounts.showing import change_visibility
from desk.recipients.opening import note_badge_opened
from mailer.filling import write_month
from web.asked_awards import OwnAward
from web.awards import Award, list_awards
from web.context import READ, Service, Shown, source_of
from web.guards import PAGE_POLICY
from web.visitors import ActingOwner, Owner

router = APIRouter()

BADGES_A_PAGE = 24
_OWN_POLICY = (
    PAGE_POLICY.replace("form-action 'self'", "form-action 'self' https://www.linkedin.com") + "; connect-src 'self'"
)
"""The share buttons post to us and are led on to LinkedIn; browsers apply `form-action` to that step, too. The switch
that hides the badge is sent by htmx, where there are scripts."""


@router.api_route("/portfolio", methods=READ)
def show_portfolio(
    request: Request,
    service: Service,
    pages: Shown,
    visitor: Owner,
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
) -> Response:
    """Show the owner's badges with their states, the newest first."""
    today, offset = service.clock().date(), (page - 1) * BADGES_A_PAGE
    with reading(service.office.engine).connect() as connection:
        found = list_awards(connection, visitor.owner.earner_id, service.place, today, BADGES_A_PAGE, offset)
    if not found.awards and page > 1:
        raise HTTPException(404)
    values = {
        "badges": found.awards,
        "count": found.count,
        "page": page,
        "has_more": offset + BADGES_A_PAGE < found.count,
    }
    return pages.show(request, "portfolio.html", values, known=[visitor.owner.language])


@router.api_route("/portfolio/{assertion_id}", methods=READ)
def show_own_badge(request: Request, pages: Shown, visitor: Owner, badge: OwnAward) -> Response:
    """Show one badge to its owner, with everything that can be done with it."""
    known = [visitor.owner.language]
    fields = _say_fields(badge, pages.language_of(request, known))
    answer = pages.show(request, "own_badge.html", {"badge": badge, "fields": fields}, known=known)
    answer.headers["content-security-policy"] = _OWN_POLICY
    return answer


@router.post("/portfolio/{assertion_id}/visibility")
def take_visibility(
    request: Request,
    assertion_id: str,
    service: Service,
    visitor: ActingOwner,
    visibility: Annotated[Literal["hidden", "public"], Form()],
) -> Response:
    """Hide the badge from the public, or show it again."""
    engine, source, now = service.office.engine, source_of(request), service.clock()
    if not change_visibility(engine, visitor.owner.earner_id, assertion_id, visibility == "hidden", source, now):
        raise HTTPException(404)
    return RedirectResponse(f"{service.place.root}/portfolio/{assertion_id}#visibility", 303)


@router.post("/portfolio/{assertion_id}/opened")
def take_opening(assertion_id: str, service: Service, visitor: ActingOwner) -> Response:
    """Note that the owner has come to the badge: the page's script tells of the first key or button."""
    note_badge_opened(service.office, visitor.owner.earner_id, assertion_id, service.clock())
    return Response(status_code=204)


def _say_fields(badge: Award, language: str) -> dict[str, str]:
    """Return what to copy into each field of LinkedIn's form, in its order, by the field's English label."""
    expires = write_month(badge.expires_on.isoformat(), language) if badge.expires_on else None
    issued = write_month(badge.issued_on.isoformat(), language)
    fields = copy_fields(badge.name, badge.issuer_name, issued, expires, badge.id, badge.url)
    return {field.field.value: field.value for field in fields}
