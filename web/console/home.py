"""`/console`: the issuers that a member may work for."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlmodel import col

from badges.tables import Issuer
from badges.transactions import reading
from desk.members.roles import Standing
from web.console.pages import show_console
from web.console.visitors import Insider
from web.context import READ, Service, Shown
from web.needs import WebService

router = APIRouter()

PAGE = 60


@dataclass(frozen=True, slots=True)
class IssuerTile:
    """An issuer in the list."""

    slug: str
    name: str
    domain: str


@router.api_route("/console", methods=READ)
def show_home(request: Request, service: Service, pages: Shown, insider: Insider, after: str = "") -> Response:
    """Show the issuers, by name."""
    found = _list_issuers(service, insider.standing, after)
    next_query = f"?after={found[PAGE - 1].slug}" if len(found) > PAGE else ""
    values = {"issuers": found[:PAGE], "next_query": next_query}
    return show_console(request, pages, insider, "home.html", values, area="home")


def _list_issuers(service: WebService, standing: Standing, after: str) -> list[IssuerTile]:
    """Return one more than a page, from the slug `after` on."""
    query = select(col(Issuer.slug), col(Issuer.name), col(Issuer.domain)).order_by(col(Issuer.slug)).limit(PAGE + 1)
    if after:
        query = query.where(col(Issuer.slug) > after)
    if not standing.may_administer:
        query = query.where(col(Issuer.id).in_(standing.issuer_ids))
    with reading(service.office.engine).connect() as connection:
        return [IssuerTile(*row) for row in connection.execute(query)]
