"""The front page, the health check, and the files that pages need."""

from typing import Annotated

from fastapi import APIRouter, Header, HTTPException, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from badges.transactions import reading
from web.assets import FOREVER
from web.context import READ, Files, Service, Shown

router = APIRouter()

_CLOSED_TO_CRAWLERS = (
    *("p", "not-me", "unsubscribe", "unlock", "ask-unlock", "mail"),
    *("confirm", "grant", "undo", "confirm-address", "stop-address"),
    *("console/invitation", "console/password"),
)
"""How the paths begin that end in a token."""


@router.api_route("/", methods=READ)
def show_front(request: Request, service: Service, pages: Shown) -> Response:
    """Say what this is."""
    return pages.show(request, "index.html", {"has_outbox": service.outbox is not None})


@router.api_route("/healthz", methods=READ)
def say_health(service: Service) -> Response:
    """Say whether pages can be served: 200, or 503 when the database does not answer. For load balancers."""
    try:
        with reading(service.office.engine).connect() as connection:
            connection.execute(select(1))
    except SQLAlchemyError:
        return JSONResponse({"status": "no database"}, 503)
    return JSONResponse({"status": "ok"})


@router.api_route("/assets/{name}", methods=READ)
def send_asset(name: str, assets: Files, accept_encoding: Annotated[str, Header()] = "") -> Response:
    """Send a style sheet, script or icon."""
    asset = assets.find(name)
    if asset is None:
        raise HTTPException(404)
    content, headers = asset.choose(accept_encoding)
    return Response(content, 200, {**headers, "cache-control": FOREVER}, asset.media_type)


@router.api_route("/robots.txt", methods=READ)
def send_robots() -> Response:
    """Ask crawlers to leave the pages of links alone. Badge pages stay open: previews are made from them."""
    text = "User-agent: *\n" + "".join(f"Disallow: /{path}/\n" for path in _CLOSED_TO_CRAWLERS)
    return Response(text, media_type="text/plain")
