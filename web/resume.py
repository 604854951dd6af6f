"""`/portfolio/{id}/resume`: the badge for a résumé or a website: link, pictures, HTML to embed, PDF.

What stands at the addresses that it names is served by `sized_images` and `papers`.
"""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from badges.rendering.signature import write_embedded
from web.asked_awards import OwnAward
from web.context import READ, Service, Shown
from web.signature import link_badge
from web.visitors import Owner

router = APIRouter()

EMBEDDED_SIZE = 150
"""Pixels a side, as the HTML for a website shows it."""
OFFERED_SIZES = (600, 300, 160)
"""Pixels a side of the pictures to download, the one for printing first."""


@router.api_route("/portfolio/{assertion_id}/resume", methods=READ)
def show_resume(request: Request, service: Service, pages: Shown, visitor: Owner, badge: OwnAward) -> Response:
    """Show it. A badge that cannot be shared has none: its own page says why."""
    if not badge.can_share:
        return RedirectResponse(f"{service.place.root}/portfolio/{badge.id}", 303)
    source = write_embedded(link_badge(badge, service.place, EMBEDDED_SIZE))
    values = {"badge": badge, "source": source, "sizes": OFFERED_SIZES}
    return pages.show(request, "resume.html", values, known=[visitor.owner.language])
