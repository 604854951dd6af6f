"""`/portfolio/{id}/add-to-profile` and `/add-to-stream`: the owner's share buttons, counted and led on to LinkedIn.

Buttons that post, not links: a scanner or a prefetching browser must not count as the owner. Anybody may share a
public badge page; the button there is a plain link to LinkedIn, and nobody counts it.
"""

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from badges.linkedin import add_to_profile_url, share_url
from desk.accounts.showing import ShareKind, count_share
from web.asked_awards import OwnAward
from web.awards import Award
from web.context import Service
from web.needs import WebService
from web.visitors import ActingOwner, Visitor

router = APIRouter()


@router.post("/portfolio/{assertion_id}/add-to-profile")
def add_to_profile(service: Service, visitor: ActingOwner, badge: OwnAward) -> Response:
    """Count the press and lead to LinkedIn's form with everything that it may fill in."""
    url = add_to_profile_url(
        badge.name,
        badge.linkedin_organization_id,
        badge.issuer_name,
        badge.issued_on,
        badge.expires_on,
        badge.url,
        badge.id,
    )
    return _lead_on(service, visitor, badge, ShareKind.ADD_TO_PROFILE, url)


@router.post("/portfolio/{assertion_id}/add-to-stream")
def add_to_stream(service: Service, visitor: ActingOwner, badge: OwnAward) -> Response:
    """Count the press and lead to LinkedIn's page that shares the badge page in the owner's feed."""
    return _lead_on(service, visitor, badge, ShareKind.ADD_TO_STREAM, share_url(badge.url))


def _lead_on(service: WebService, visitor: Visitor, badge: Award, kind: ShareKind, url: str) -> Response:
    """Lead to `url`; back to the page of a badge that cannot be shared, which says why."""
    is_counted = count_share(service.office.engine, visitor.owner.earner_id, badge.id, kind, service.clock())
    return RedirectResponse(url if is_counted else f"{service.place.root}/portfolio/{badge.id}", 303)
