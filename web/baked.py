"""`/badges/{id}/badge.png` and `.svg`: the badge with its credential baked in, to be kept as a file.

Here belongs making the file; the bytes of baking stand in `badges.openbadges.baking`.
"""

from functools import lru_cache
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlmodel import col

from badges.images import PNG
from badges.openbadges.achievement import Picture
from badges.openbadges.baking import bake_png, bake_svg, make_png
from badges.openbadges.hosted import write_assertion
from badges.tables import Image
from badges.transactions import reading
from desk.credentials.finding import Recorded, find_current
from web.context import READ, Service
from web.needs import WebService
from web.public_json import FRESH
from web.visitors import find_visitor

router = APIRouter()

_SVG_POLICY = "default-src 'none'; img-src data:; sandbox"
"""What an SVG may do when somebody opens it as a page: show the picture that it holds."""


@router.api_route("/badges/{assertion_id}/badge.png", methods=READ)
def send_png(request: Request, assertion_id: str, service: Service) -> Response:
    """Send the baked PNG."""
    return _bake_png(service, _find_shown(request, service, assertion_id))


@router.api_route("/badges/{assertion_id}/badge.svg", methods=READ)
def send_svg(request: Request, assertion_id: str, service: Service) -> Response:
    """Send the baked SVG."""
    return _bake_svg(service, _find_shown(request, service, assertion_id))


def _bake_png(service: WebService, recorded: Recorded) -> Response:
    """Return an award's picture with the signed credential in it, and with the assertion of version 2.0 beside it."""
    attested = recorded.attested
    older = write_assertion(attested, service.place.base_url)
    picture = _load_png(service, attested.achieved.image)
    content = bake_png(picture, service.office.credentials.sign_credential(attested), older)
    return Response(content, headers=_as_file(recorded, "png"), media_type="image/png")


def _bake_svg(service: WebService, recorded: Recorded) -> Response:
    """Return the same as SVG; there is no room in it for version 2.0."""
    attested = recorded.attested
    picture = _load_png(service, attested.achieved.image)
    content = bake_svg(picture, service.office.credentials.sign_credential(attested), attested.achieved.name)
    headers = {**_as_file(recorded, "svg"), "content-security-policy": _SVG_POLICY}
    return Response(content, headers=headers, media_type="image/svg+xml")


def _find_shown(request: Request, service: WebService, assertion_id: str) -> Recorded:
    """Return the award's current credential. One that is held looks exactly as one that never was, and one that is
    hidden does to everybody but its owner."""
    with reading(service.office.engine).connect() as connection:
        recorded = find_current(connection, assertion_id)
    if recorded is not None and recorded.is_public:
        return recorded
    # Whoever is logged in gets their own error page: so they are looked for also where there is no badge at all.
    visitor = find_visitor(request, service)
    if recorded is None or recorded.is_held or visitor is None or visitor.owner.earner_id != recorded.earner_id:
        raise HTTPException(404)
    return recorded


def _load_png(service: WebService, picture: Picture) -> bytes:
    query = select(col(Image.content)).where(col(Image.digest) == picture.digest)
    with reading(service.office.engine).connect() as connection:
        content: bytes = connection.execute(query).scalar_one()
    return content if picture.media_type == PNG else _convert(content, picture.media_type)


_convert = lru_cache(maxsize=8)(make_png)
"""It takes as long as a hundred signatures."""


def _as_file(recorded: Recorded, extension: str) -> dict[str, str]:
    name = quote(recorded.attested.achieved.name[:100], safe="")
    disposition = f"attachment; filename=\"badge.{extension}\"; filename*=UTF-8''{name}.{extension}"
    keeping = {"cache-control": "private, no-store"} if recorded.is_hidden else {}
    return {**FRESH, **keeping, "content-disposition": disposition}
