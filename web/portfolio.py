"""`/portfolio`: an earner's badges, as only they see them."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from badges.transactions import reading
from web.awards import list_awards
from web.context import READ, Service, Shown
from web.visitors import Owner

router = APIRouter()


@router.api_route("/portfolio", methods=READ)
def show_portfolio(request: Request, service: Service, pages: Shown, visitor: Owner) -> Response:
    """Show every badge of the owner with its state; one that is held ("this is not me") is shown to nobody."""
    with reading(service.office.engine).connect() as connection:
        badges = list_awards(connection, visitor.owner.earner_id, service.place, service.clock().date())
    return pages.show(request, "portfolio.html", {"badges": badges}, known=[visitor.owner.language])
