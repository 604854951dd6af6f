"""The web application: which pages there are, and what all of them share.

Here belongs putting them together. Everything comes from outside (`needs.WebService`); the program that makes it
stands in `badgepost.serving`.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI, Request
from fastapi.responses import Response

from web import (
    address_links,
    addresses,
    badge,
    baked,
    browser_view,
    cards,
    front,
    images,
    login,
    not_me,
    openbadges,
    openbadges_2,
    outbox,
    papers,
    passwords,
    portfolio,
    probes,
    profile,
    profile_account,
    profile_name,
    proposals,
    resume,
    sharing,
    signature,
    sized_images,
    undoing,
    unlocking,
    unsubscribing,
    verifying,
)
from web.afterwards import Afterwards
from web.api.app import PREFIX, create_api
from web.api.errors import answer_status
from web.api.gate import Gate
from web.api.problems import Problems
from web.asked import Requests, Routes
from web.assets import Assets
from web.badge_pages import BadgePages
from web.console.app import PARTS as CONSOLE_PARTS
from web.console.live import make_watch
from web.console.tallies import Tallies
from web.console.visitors import lead_to_console_login
from web.errors import add_error_pages, show_error
from web.guards import API, Guards
from web.needs import WebService
from web.pages import Pages
from web.reading_room import ReadingRoom
from web.routing import add_routes
from web.studio import Studio
from web.visitors import lead_to_login

_PARTS = (
    badge,
    front,
    login,
    unlocking,
    portfolio,
    sharing,
    profile,
    profile_name,
    profile_account,
    addresses,
    address_links,
    passwords,
    not_me,
    unsubscribing,
    proposals,
    undoing,
    browser_view,
    verifying,
    baked,
    openbadges,
    openbadges_2,
    images,
    cards,
    sized_images,
    signature,
    resume,
    papers,
    probes,
)
"""Every module with pages. Routes are tried in turn: what is asked for most stands first."""


def create_app(service: WebService) -> FastAPI:
    """Return the ASGI application. Raises `OSError` or Jinja2's errors if a template or catalogue is missing."""
    assets = Assets(service.templates / "static", service.place.root)
    pages = Pages(service.templates, service.place, assets)
    # redirect_slashes would build its redirect from the Host header, which a stranger chooses.
    app = FastAPI(openapi_url=None, redirect_slashes=False, lifespan=_lifespan)
    app.state.service = service
    app.state.assets = assets
    app.state.pages = pages
    app.state.badge_pages = BadgePages(pages, service.place)
    app.state.tallies = Tallies(service.office.engine)
    app.state.gate = Gate()
    app.state.watch = make_watch(service)
    app.state.is_retiring = False
    for part in (*_PARTS, *CONSOLE_PARTS):
        add_routes(app, part.router)
    if service.outbox is not None:
        add_routes(app, outbox.router)
    lead_to_login(app, service.place)
    lead_to_console_login(app, service.place)
    api = create_api(service.place)
    api.state = app.state
    app.mount(PREFIX, api)
    show = partial(_show_error, pages, Problems(service.place.base_url))
    app.add_middleware(Routes)
    add_error_pages(app, show)
    app.add_middleware(Guards, place=service.place, refuse=show)
    app.add_middleware(Requests)
    return app


def _show_error(
    pages: Pages, problems: Problems, request: Request, status: int, reference: str | None = None
) -> Response:
    """Return the page for a status; a program that asks the API gets a problem."""
    if request.scope["path"].startswith(API):
        return answer_status(problems, status, reference=reference)
    return show_error(pages, request, status, reference)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.afterwards = Afterwards()
    app.state.errands = Afterwards()
    app.state.studio = Studio()
    app.state.reading_room = ReadingRoom()
    yield
    app.state.reading_room.close()
    app.state.studio.close()
    app.state.badge_pages.close()
    app.state.tallies.close()
    app.state.errands.close()
    app.state.afterwards.close()
