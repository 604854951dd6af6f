"""`/images/{digest}.png` and `.jpg`: badge images and logos, for pages, for mails and for link previews.

An image is named by the SHA-256 of its bytes, so what an address shows never changes and may be kept for good.
"""

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlmodel import col

from badges.images import path_of_image
from badges.tables import Image
from badges.transactions import reading
from web.assets import FOREVER
from web.context import READ, Service

router = APIRouter()


@router.api_route("/images/{name}", methods=READ)
def send_image(request: Request, name: str, service: Service) -> Response:
    """Send the image."""
    digest = name.partition(".")[0]
    etag = f'"{digest}"'
    query = select(col(Image.media_type), col(Image.content)).where(col(Image.digest) == digest)
    with reading(service.office.engine).connect() as connection:
        row = connection.execute(query).first()
    if row is None or path_of_image(digest, row.media_type) != f"/images/{name}":
        raise HTTPException(404)
    # Mail programs and other sites' previews show these, so the browser may hand them to other origins.
    headers = {"cache-control": FOREVER, "etag": etag, "cross-origin-resource-policy": "cross-origin"}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(row.content, 200, headers, row.media_type)
