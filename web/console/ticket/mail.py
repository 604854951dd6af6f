"""A mail of a ticket, shown safely: its words, its HTML in a frame of its own, its parts and the original to download.

Strangers wrote it: it is taken apart in the reading room and never here, nothing that it names is fetched, and what is
downloaded is a file of no kind that a browser opens.
"""

import re
from datetime import datetime
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import select
from sqlmodel import col
from starlette.exceptions import HTTPException

from badges.transactions import reading
from desk.requests.references import read_reference
from desk.tables import Ticket, TicketEntry
from inbound.processing.room import Unreadable
from inbound.showing.mail import LONGEST_SOURCE
from inbound.tables import RawMail
from web.browser_view import mail_policy
from web.console.pages import show_console
from web.console.ticket.evidence import tell_evidence
from web.console.visitors import Supporter
from web.context import READ, MailReader, Service, Shown
from web.mail_copy import copy_mail
from web.needs import WebService
from wire.lookalikes import reveal

router = APIRouter()

FRAME_POLICY = (
    "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'"
)
"""For a stranger's HTML: no script, no form, nothing fetched, an origin of its own."""
LONGEST_NAME = 100
_UNSAFE = re.compile(r"[^\w. ()\-]+")
_NAME_END = re.compile(r"[. ]+$")


@router.api_route("/console/tickets/{reference}/mails/{raw_mail_id}", methods=READ)
def show_mail(  # noqa: PLR0913, PLR0917 - what every handler is given, and what the path says
    request: Request,
    reference: str,
    raw_mail_id: str,
    service: Service,
    pages: Shown,
    room: MailReader,
    who: Supporter,
    part: str = "",
) -> Response:
    """Show a mail as a page, or, for a page that is open, as the part of it."""
    content, purged_at = _find(service, reference, raw_mail_id)
    shown = room.show(content)
    with reading(service.office.engine).connect() as connection:
        evidence = tell_evidence(connection, raw_mail_id)
    is_unreadable = isinstance(shown, Unreadable)
    values = {
        "reference": read_reference(reference),
        "raw_mail_id": raw_mail_id,
        "mail": None if is_unreadable else shown,
        "fault": shown.reason if isinstance(shown, Unreadable) else "",
        "source": _read_beginning(content) if is_unreadable else "",
        "size": len(content),
        "purged_at": purged_at,
        "evidence": evidence,
    }
    template = "_ticket_mail.html" if part else "ticket_mail.html"
    return show_console(request, pages, who, template, values, area="tickets")


@router.api_route("/console/tickets/{reference}/mails/{raw_mail_id}/html", methods=READ)
def show_html(  # noqa: PLR0913, PLR0917 - what every handler is given, and what the path says
    reference: str, raw_mail_id: str, service: Service, pages: Shown, room: MailReader, who: Supporter
) -> Response:
    """Show the HTML of a mail as the document of a frame."""
    safe = room.show_html(_load(service, reference, raw_mail_id))
    values = {"safe": None if isinstance(safe, Unreadable) else safe}
    return HTMLResponse(pages.render(who.standing.language, "console/ticket_frame.html", values), headers=_FRAMED)


_FRAMED = {"content-security-policy": FRAME_POLICY, "x-frame-options": "SAMEORIGIN", "vary": "Cookie"}


@router.api_route("/console/tickets/{reference}/mails/{raw_mail_id}/parts/{number}", methods=READ)
def download_part(
    reference: str, raw_mail_id: str, number: int, service: Service, room: MailReader, _who: Supporter
) -> Response:
    """Hand out one part of a mail as a file."""
    part = room.take_part(_load(service, reference, raw_mail_id), number)
    if isinstance(part, Unreadable) or not part.is_there:
        raise HTTPException(404)
    return _hand_out(part.content, part.file_name or f"part-{number}")


@router.api_route("/console/tickets/{reference}/mails/{raw_mail_id}/original.eml", methods=READ)
def download_original(reference: str, raw_mail_id: str, service: Service, _who: Supporter) -> Response:
    """Hand out the mail as it came."""
    return _hand_out(_load(service, reference, raw_mail_id), f"{read_reference(reference)}.eml")


@router.api_route("/console/tickets/{reference}/sent/{message_id}", methods=READ)
def show_sent(reference: str, message_id: str, service: Service, _who: Supporter) -> Response:
    """Show a mail of ours as it went, without the authority of its links."""
    is_ours = select(col(TicketEntry.id)).join(Ticket, col(Ticket.id) == col(TicketEntry.ticket_id))
    named = (col(Ticket.reference) == read_reference(reference), col(TicketEntry.message_id) == message_id)
    with reading(service.office.engine).connect() as connection:
        if connection.execute(is_ours.where(*named)).first() is None:
            raise HTTPException(404)
        mail = copy_mail(connection, service, message_id, "")
    if mail is None:
        raise HTTPException(404)
    return HTMLResponse(mail.html, headers={"content-security-policy": mail_policy(service.place), "vary": "Cookie"})


def name_file(name: str) -> str:
    """Return a stranger's file name as one that is safe anywhere: no path, no device, no end that hides."""
    plain = _UNSAFE.sub("_", name.replace("\\", "/").rpartition("/")[2]).strip(" .")
    stem, dot, suffix = plain.rpartition(".")
    cut = f"{stem[:LONGEST_NAME]}{dot}{suffix[:20]}" if dot else plain[:LONGEST_NAME]
    return _NAME_END.sub("", cut) or "file"


def _hand_out(content: bytes, name: str) -> Response:
    safe = name_file(name)
    disposition = f'attachment; filename="{safe.encode("ascii", "replace").decode().replace("?", "_")}"'
    headers = {
        "content-disposition": f"{disposition}; filename*=UTF-8''{quote(safe, safe='')}",  # RFC 6266 section 4.3
        "content-security-policy": "sandbox; default-src 'none'",
        "vary": "Cookie",
    }
    return Response(content, media_type="application/octet-stream", headers=headers)


def _load(service: WebService, reference: str, raw_mail_id: str) -> bytes:
    """Return the bytes of a mail that stands on this ticket; 410 if they were let go."""
    content, purged_at = _find(service, reference, raw_mail_id)
    if purged_at is not None:
        raise HTTPException(410)
    return content


def _find(service: WebService, reference: str, raw_mail_id: str) -> tuple[bytes, datetime | None]:
    query = (
        select(col(RawMail.content), col(RawMail.purged_at))
        .join(TicketEntry, col(TicketEntry.raw_mail_id) == col(RawMail.id))
        .join(Ticket, col(Ticket.id) == col(TicketEntry.ticket_id))
        .where(col(Ticket.reference) == read_reference(reference), col(RawMail.id) == raw_mail_id)
        .limit(1)
    )
    with reading(service.office.engine).connect() as connection:
        row = connection.execute(query).one_or_none()
    if row is None:
        raise HTTPException(404)
    return bytes(row.content), row.purged_at


def _read_beginning(content: bytes) -> str:
    return reveal(content[:LONGEST_SOURCE].decode("utf-8", "replace").replace("\r\n", "\n"))
