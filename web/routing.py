"""How the routes of a module come into an application.

Here belongs that alone. Which modules there are stands in `web.app`, `web.console.app` and `web.api.app`.
"""

from fastapi import APIRouter, FastAPI


def add_routes(app: FastAPI, router: APIRouter) -> None:
    """Take the routes of `router` into `app`, as they were declared.

    `include_router` would work out each of them a second time, at the first request that passes the router: with all
    of ours that took the first visitor of a process up to a second.
    """
    app.router.routes.extend(router.routes)
