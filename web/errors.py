"""Pages for what went wrong, in words for whoever clicked on a link in a mail.

A fault of ours gets a reference: the page names it, the log has it beside the trace. Paths are not logged, because
those of token pages are secrets; the route's pattern is. A database that is away is nobody's fault here: whoever asks
again finds it back.
"""

from typing import Protocol

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from badges.transactions import may_pass
from web.asked import find_asked
from web.pages import Pages

_AGAIN_SECONDS = "5"

_log = structlog.get_logger(__name__)


class ShowError(Protocol):
    """What makes the answer for a status, with the reference of what the log has on it."""

    def __call__(self, request: Request, status: int, reference: str | None = None) -> Response: ...


def add_error_pages(app: FastAPI, show: ShowError) -> None:
    """Answer every error with what `show` makes."""

    def on_http_error(request: Request, fault: Exception) -> Response:
        assert isinstance(fault, HTTPException)
        page = show(request, fault.status_code)
        page.headers.update(fault.headers or {})
        return page

    def on_unreadable(request: Request, _fault: Exception) -> Response:
        return show(request, 422)

    app.add_exception_handler(HTTPException, on_http_error)
    app.add_exception_handler(RequestValidationError, on_unreadable)
    # As a middleware: the framework's own handler for all else stands outside `guards`, and raises again.
    app.add_middleware(_Faults, show=show)


class _Faults:
    """Turns an exception that nobody expected into a page, unless an answer has begun."""

    def __init__(self, app: ASGIApp, show: ShowError) -> None:
        self._app = app
        self._show = show

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_begun = False

        async def note_begin(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, note_begin)
        except ClientDisconnect:
            return  # whoever has hung up gets no answer, and fills no log with traces
        except Exception as fault:
            if has_begun or scope["type"] != "http":
                raise
            asked = find_asked(scope)
            if isinstance(fault, DBAPIError) and may_pass(fault):
                _log.warning("database_away", route=asked.route, fault=str(fault.orig))
                page = self._show(Request(scope), 503)
                page.headers["retry-after"] = _AGAIN_SECONDS
                await page(scope, receive, send)
                return
            _log.error("page_failed", reference=asked.id, route=asked.route, exc_info=fault)
            page = self._show(Request(scope), 500, asked.id)
            await page(scope, receive, send)


def show_error(pages: Pages, request: Request, status: int, reference: str | None = None) -> Response:
    """Return the page for `status`, with the reference of what the log has on it."""
    return pages.show(request, "error.html", {"status": status, "reference": reference}, status=status)
