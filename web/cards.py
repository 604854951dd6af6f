"""`/badges/{id}/card-{version}.png`: what others show beside a shared link to a badge.

The version changes with what the card shows, because those who fetched it keep it for days. The
picture stands in `badges.rendering.card`.
"""

from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Engine

from badges.images import PNG
from badges.rendering.card import draw_card, version_of_card
from badges.rendering.subject import Subject
from web.asked_awards import PublicAward
from web.context import READ, Drawn, Service
from web.subjects import make_subject, path_of_card, read_pictures

router = APIRouter()

A_WEEK = "public, max-age=604800"
"""As long as LinkedIn keeps it."""


@router.api_route("/badges/{assertion_id}/card-{version}.png", methods=READ)
async def send_card(request: Request, version: str, service: Service, studio: Drawn, award: PublicAward) -> Response:
    """Send the card. An address of old leads to the present one; a held or hidden badge has none."""
    subject = make_subject(award, None)
    if version != version_of_card(subject):
        return RedirectResponse(service.place.root + path_of_card(award), 302)
    etag = f'"{version}"'
    headers = {"cache-control": A_WEEK, "etag": etag, "cross-origin-resource-policy": "cross-origin"}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    card = await studio.make(version, partial(_draw, service.office.engine, subject))
    return Response(card, 200, headers, PNG)


def _draw(engine: Engine, subject: Subject) -> bytes:
    return draw_card(subject, read_pictures(engine, subject))
