"""The API: which resources it has, and what all of them share. Mounted by `web.app`.

It is an application of its own, so that its errors are its own: a program gets a problem where a person gets a page.
"""

from fastapi import FastAPI

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
from web.needs import Place

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
    api = FastAPI(title="badgepost", version="1", docs_url=None, redoc_url=None, redirect_slashes=False)
    for part in PARTS:
        api.include_router(part.router)
    add_problems(api, Problems(place.base_url))
    return api
