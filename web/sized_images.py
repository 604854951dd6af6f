"""`/badges/{id}/image-{size}.png` and `.jpg`: the badge's picture, for signatures, résumés and web pages of its owner.

Public, because mails and pages of others fetch it; there are few sizes, so that there is little to make.
"""

import re
from functools import partial

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response
from sqlalchemy import Engine

from badges.rendering.sizes import SIZES, SizedImage, draw_sized
from web.asked_awards import PublicAward
from web.context import READ, Drawn, Service
from web.subjects import read_image

router = APIRouter()

A_DAY = "public, max-age=86400"
"""The issuer may give the badge another picture, and the owner may hide it."""
_NAME = re.compile(r"([0-9]{1,4})\.(png|jpg)")


@router.api_route("/badges/{assertion_id}/image-{name}", methods=READ)
async def send_sized_image(
    request: Request, name: str, service: Service, studio: Drawn, award: PublicAward
) -> Response:
    """Send the picture. It stays when the badge is revoked: the page that it leads to says so."""
    wanted = _read_name(name, award.image_digest)
    etag = f'"{wanted.digest[:32]}"'
    headers = {"cache-control": A_DAY, "etag": etag, "cross-origin-resource-policy": "cross-origin"}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    picture = await studio.make(wanted.digest, partial(_draw, service.office.engine, wanted))
    return Response(picture, 200, headers, wanted.media_type)


def path_of_sized_image(assertion_id: str, size: int, extension: str) -> str:
    """Return the path of the picture in a size of `badges.rendering.sizes`."""
    return f"/badges/{assertion_id}/image-{size}.{extension}"


def _read_name(name: str, image_digest: str) -> SizedImage:
    found = _NAME.fullmatch(name)
    # Compared as text, so that each picture has one address.
    size = next((size for size in SIZES if found and found[1] == str(size)), None)
    if found is None or size is None:
        raise HTTPException(404)
    return SizedImage(image_digest, size, found[2])


def _draw(engine: Engine, wanted: SizedImage) -> bytes:
    return draw_sized(read_image(engine, wanted.image_digest), wanted.size, wanted.extension)
