"""`/console/mail/messages/{id}`: one mail: what became of it, each attempt, and the mail itself.

Here belong its pages and what staff may decide about it (`desk.outgoing.deciding`). The mail is shown, and given to
download, with links that open nothing.
"""

import re
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from badges.transactions import reading
from desk.outgoing.deciding import Decision, NoMessage, decide_message
from desk.outgoing.looking import MessageRecord, compose_again, find_record
from desk.previewing import embed_own_images
from mailer.parts import read_parts
from web.console.framed_mail import Look, frame_mail
from web.console.pages import show_console
from web.console.visitors import ActingSupporter, Supporter
from web.context import READ, Service, Shown
from web.needs import WebService

router = APIRouter()

HERE = "/console/mail/messages/{message_id}"
_ID = re.compile("[a-z2-7]{1,32}")


@router.api_route(HERE, methods=READ)
def show_message(  # noqa: PLR0913, PLR0917 - who looks, at what
    request: Request,
    message_id: str,
    service: Service,
    pages: Shown,
    supporter: Supporter,
    look: Look = Look.LIGHT,
    said: str = "",
) -> Response:
    """Show what is on record, and the mail in a frame."""
    record, data = _find(service, message_id)
    headers = data.partition(b"\r\n\r\n")[0].decode("utf-8", "replace").replace("\r\n", "\n") if data else None
    values = {
        "record": record,
        "headers": headers,
        "size": len(data) if data else 0,
        "look": look,
        "looks": list(Look),
        "said": said,
        "now": service.clock(),
    }
    return show_console(request, pages, supporter, "mail_message.html", values, area="mail")


@router.api_route(f"{HERE}/frame", methods=READ)
def show_frame(message_id: str, service: Service, supporter: Supporter, look: Look = Look.LIGHT) -> Response:
    """Show the mail itself."""
    _, data = _find(service, message_id)
    if data is None:
        raise HTTPException(404)
    parts = read_parts(data)
    with reading(service.office.engine).connect() as connection:
        html = embed_own_images(connection, service.office.site.base_url, parts)
    return frame_mail(html, parts.text or "", look)


@router.api_route(f"{HERE}/raw", methods=READ)
def send_raw(message_id: str, service: Service, supporter: Supporter) -> Response:
    """Send the mail as a file."""
    record, data = _find(service, message_id)
    if data is None:
        raise HTTPException(404)
    headers = {"content-disposition": f'attachment; filename="{record.row.id}.eml"'}
    return Response(data, 200, headers, "message/rfc822")


@router.post(HERE)
def decide(message_id: str, service: Service, supporter: ActingSupporter, do: Annotated[Decision, Form()]) -> Response:
    """Have it tried now, held or cancelled."""
    outcome = decide_message(service.office, message_id, do, supporter.actor, service.clock())
    if isinstance(outcome, NoMessage):
        raise HTTPException(404)
    said = do.value if outcome.count else "late"
    return RedirectResponse(f"{service.place.root}/console/mail/messages/{message_id}?said={said}", 303)


def _find(service: WebService, message_id: str) -> tuple[MessageRecord, bytes | None]:
    if not _ID.fullmatch(message_id):
        raise HTTPException(404)
    with reading(service.office.engine).connect() as connection:
        record = find_record(connection, message_id)
        if record is None:
            raise HTTPException(404)
        return record, compose_again(connection, service.office, record.row, service.clock())
