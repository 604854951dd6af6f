"""`/badges/{id}/badge.png` and `.svg`: the badge with its credential baked in, to be kept as a file.

Here belongs making the file, in the studio: a stored JPEG becomes a PNG first, which takes as long as a hundred
signatures. The bytes of baking stand in `badges.openbadges.baking`.
"""

from functools import lru_cache, partial
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response

from badges.images import PNG
from badges.openbadges.baking import bake_png, bake_svg, make_png
from badges.openbadges.credential import Attested
from badges.openbadges.hosted import write_assertion
from badges.transactions import reading
from desk.credentials.finding import Recorded, find_current
from web.context import READ, Drawn, Service
from web.needs import WebService
from web.public_json import FRESH
from web.subjects import read_image
from web.visitors import find_visitor

router = APIRouter()

_SVG_POLICY = "default-src 'none'; img-src data:; sandbox"
"""What an SVG may do when somebody opens it as a page: show the picture that it holds."""


def _find_shown(request: Request, assertion_id: str, service: Service) -> Recorded:
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


ShownCredential = Annotated[Recorded, Depends(_find_shown)]
"""The current credential of the award that the path names, for who may see it; else 404."""


@router.api_route("/badges/{assertion_id}/badge.png", methods=READ)
async def send_png(service: Service, studio: Drawn, recorded: ShownCredential) -> Response:
    """Send the baked PNG."""
    baked = await studio.make(f"{recorded.attested.credential_id}.png", partial(_bake_png, service, recorded.attested))
    return Response(baked, headers=_as_file(recorded, "png"), media_type=PNG)


@router.api_route("/badges/{assertion_id}/badge.svg", methods=READ)
async def send_svg(service: Service, studio: Drawn, recorded: ShownCredential) -> Response:
    """Send the baked SVG."""
    baked = await studio.make(f"{recorded.attested.credential_id}.svg", partial(_bake_svg, service, recorded.attested))
    headers = {**_as_file(recorded, "svg"), "content-security-policy": _SVG_POLICY}
    return Response(baked, headers=headers, media_type="image/svg+xml")


def _bake_png(service: WebService, attested: Attested) -> bytes:
    """Return an award's picture with the signed credential in it, and with the assertion of version 2.0 beside it."""
    older = write_assertion(attested, service.place.base_url)
    return bake_png(_load_png(service, attested), service.office.credentials.sign_credential(attested), older)


def _bake_svg(service: WebService, attested: Attested) -> bytes:
    """Return the same as SVG; there is no room in it for version 2.0."""
    signed = service.office.credentials.sign_credential(attested)
    return bake_svg(_load_png(service, attested), signed, attested.achieved.name)


def _load_png(service: WebService, attested: Attested) -> bytes:
    picture = attested.achieved.image
    content = read_image(service.office.engine, picture.digest)
    return content if picture.media_type == PNG else _convert(content, picture.media_type)


_convert = lru_cache(maxsize=8)(make_png)


def _as_file(recorded: Recorded, extension: str) -> dict[str, str]:
    name = quote(recorded.attested.achieved.name[:100], safe="")
    disposition = f"attachment; filename=\"badge.{extension}\"; filename*=UTF-8''{name}.{extension}"
    keeping = {"cache-control": "private, no-store"} if recorded.is_hidden else {}
    return {**FRESH, **keeping, "content-disposition": disposition}
