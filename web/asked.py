"""Each request has an id: in every line of the log that it causes, in its answer, on the page that tells of a fault.

Here belong the id, and what is logged and counted of every request. Neither path nor query is: token pages have their
secret there. The pattern of the route says enough.
"""

import re
from dataclasses import dataclass
from time import perf_counter
from typing import cast

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from badges.ids import make_id
from web.counting import count_request

HEADER = "x-request-id"
_SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
"""What a proxy in front may call a request. Anything else gets a name of ours: it ends up in logs."""
_KEY = "badgepost.asked"
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
UNKNOWN_ROUTE = "none"

_log = structlog.get_logger("badgepost.web")


@dataclass(slots=True)
class Asked:
    """One request, and what is learned of it on the way."""

    id: str
    route: str = UNKNOWN_ROUTE
    status: int = 500
    is_stream: bool = False


class Requests:
    """Names each request, and tells of it when it is over. Stands outside of everything else."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request (ASGI)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = Asked(_read_id(scope) or make_id())
        began = perf_counter()

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                asked.status = message["status"]
                asked.is_stream = (b"content-type", b"text/event-stream; charset=utf-8") in message["headers"]
                message["headers"] = [*message["headers"], (HEADER.encode(), asked.id.encode())]
            await send(message)

        with bound_contextvars(request=asked.id):
            try:
                await self._app({**scope, _KEY: asked}, receive, send_named)
            finally:
                _tell(asked, scope["method"], perf_counter() - began)


class Routes:
    """Notes which route a request came to. Stands inside of everything else, where the router writes it down."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request (ASGI)."""
        try:
            await self._app(scope, receive, send)
        finally:
            path = getattr(scope.get("route"), "path", None)
            if path and scope["type"] == "http" and find_asked(scope).route == UNKNOWN_ROUTE:
                find_asked(scope).route = path


def find_asked(scope: Scope) -> Asked:
    """Return what is known of the request; a new one, that nobody is told of, where nothing named it."""
    return cast("Asked", scope.get(_KEY) or Asked(make_id()))


def _read_id(scope: Scope) -> str | None:
    """Return the name that a proxy gave the request, if there is one and it is sane."""
    named = [value for name, value in scope["headers"] if name == HEADER.encode()]
    text = named[0].decode("latin-1") if len(named) == 1 else ""
    return text if _SANE.fullmatch(text) else None


def _tell(asked: Asked, method: str, seconds: float) -> None:
    count_request(method, asked.route, asked.status, None if asked.is_stream else seconds)
    # What reads is told of at `debug`: pictures and pages are many, and the server in front has a log of its own.
    say = _log.debug if method in _READING and asked.status < 500 else _log.info
    say("asked", method=method, route=asked.route, status=asked.status, seconds=round(seconds, 4))
