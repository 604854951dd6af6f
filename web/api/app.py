"""The API: which resources it has, and what all of them share. Mounted by `web.app`.

It is an application of its own, so that its errors are its own: a program gets a problem where a person gets a page.
"""

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from web.api import (
    awards,
    badges,
    batches,
    bounces,
    issuer,
    mail,
    recipients,
    requests,
    rosters,
    trail,
    webhook_deliveries,
    webhooks,
)
from web.api.errors import add_problems
from web.api.problems import Problems
from web.api.reference import add_reference
from web.needs import Place
from web.routing import add_routes

PREFIX = "/api/v1"

PARTS = (
    issuer,
    badges,
    mail,
    rosters,
    awards,
    batches,
    recipients,
    bounces,
    requests,
    webhooks,
    webhook_deliveries,
    trail,
)
"""Every module with a resource. Fixed paths stand before those with a parameter."""


def create_api(place: Place) -> FastAPI:
    """Return the ASGI application, without the state that it shares with the pages."""
    api = FastAPI(openapi_url=None, redirect_slashes=False)
    for part in PARTS:
        add_routes(api, part.router)
    add_reference(api, place.base_url)
    add_problems(api, Problems(place.base_url))
    api.add_middleware(_Heads)
    return api


class _Heads:
    """Answers HEAD as GET (RFC 9110 section 9.3.2); the server leaves the content away. As a method of its own the
    framework would put each into the document a second time."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_head = scope["type"] == "http" and scope["method"] == "HEAD"
        await self._app({**scope, "method": "GET"} if is_head else scope, receive, send)
