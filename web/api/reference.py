"""The document and the pages that explain it: `/openapi.json`, `/docs`, `/problems`; for everybody, without a token."""

import json
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.routing import Route

from web.api.document import make_document
from web.api.manual import make_manual
from web.api.problems import Kind
from web.context import READ
from web.pages import Pages

_FRESH = {"cache-control": "no-cache", "access-control-allow-origin": "*"}
"""The document is the same for everybody, so any page may read it; nothing else of the API."""


def add_reference(api: FastAPI, base_url: str) -> None:
    """Serve the document of `api`, with all of its routes, as it is now."""
    document = make_document(api, base_url)
    content = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    manual = make_manual(document)

    async def send_document(_request: Request) -> Response:
        return Response(content, media_type="application/json", headers=_FRESH)

    api.router.routes.append(Route("/openapi.json", send_document, methods=READ))
    api.router.routes.append(Route("/docs", _page("api_docs.html", {"manual": manual}), methods=READ))
    api.router.routes.append(Route("/problems", _page("api_problems.html", {"kinds": list(Kind)}), methods=READ))


def _page(template: str, values: dict[str, Any]) -> Callable[[Request], Response]:
    def show(request: Request) -> Response:
        pages: Pages = request.app.state.pages
        return pages.show(request, template, values)

    return show
