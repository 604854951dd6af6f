"""Pages for what went wrong, in words for whoever clicked on a link in a mail.

A fault of ours gets a reference: the page names it, the log has it beside the trace. Paths are not logged, because
those of token pages are secrets; the route's pattern is.
"""

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from badges.ids import make_id
from web.pages import Pages

_log = structlog.get_logger(__name__)


def add_error_pages(app: FastAPI, pages: Pages) -> None:
    """Answer every error with a page of `pages`."""

    def show(request: Request, status: int, reference: str | None = None) -> Response:
        return pages.show(request, "error.html", {"status": status, "reference": reference}, status=status)

    def on_http_error(request: Request, fault: Exception) -> Response:
        assert isinstance(fault, HTTPException)
        page = show(request, fault.status_code)
        page.headers.update(fault.headers or {})
        return page

    def on_unreadable(request: Request, _fault: Exception) -> Response:
        return show(request, 422)

    def on_fault(request: Request, fault: Exception) -> Response:
        reference = make_id()[:8]
        route = request.scope.get("route")
        _log.error("a page failed", reference=reference, route=getattr(route, "path", None), exc_info=fault)
        return show(request, 500, reference)

    app.add_exception_handler(HTTPException, on_http_error)
    app.add_exception_handler(RequestValidationError, on_unreadable)
    app.add_exception_handler(Exception, on_fault)
