"""The document and the pages that explain it: `/openapi.json`, `/docs`, `/problems`; for everybody, without a token."""

import json
from threading import Lock
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.routing import Route

from web.api.document import make_document
from web.api.manual import Manual, make_manual
from web.api.problems import Kind
from web.context import READ
from web.pages import Pages

_FRESH = {"cache-control": "no-cache", "access-control-allow-origin": "*"}
"""The document is the same for everybody, so any page may read it; nothing else of the API."""


def add_reference(api: FastAPI, base_url: str) -> None:
    """Serve the document of `api`, with all the routes that it has when somebody asks first."""
    reference = _Reference(api, base_url)

    def send_document(_request: Request) -> Response:
        return Response(reference.read()[0], media_type="application/json", headers=_FRESH)

    def show_manual(request: Request) -> Response:
        return _show(request, "api_docs.html", {"manual": reference.read()[1]})

    def show_problems(request: Request) -> Response:
        return _show(request, "api_problems.html", {"kinds": list(Kind)})

    for path, show in (("/openapi.json", send_document), ("/docs", show_manual), ("/problems", show_problems)):
        api.router.routes.append(Route(path, show, methods=READ))


class _Reference:
    """The document, made once, and what the manual shows of it."""

    def __init__(self, api: FastAPI, base_url: str) -> None:
        self._api = api
        self._base_url = base_url
        self._made: tuple[bytes, Manual] | None = None
        self._lock = Lock()

    def read(self) -> tuple[bytes, Manual]:
        """Return both. Others who ask first wait."""
        with self._lock:
            if self._made is None:
                document = make_document(self._api, self._base_url)
                content = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
                self._made = content, make_manual(document)
            return self._made


def _show(request: Request, template: str, values: dict[str, Any]) -> Response:
    pages: Pages = request.app.state.pages
    return pages.show(request, template, values)
