"""Writing a reply: canned answers put in, the mail as it would go out, and what is typed kept as it is typed."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import Connection
from starlette.exceptions import HTTPException

from badges.transactions import reading
from desk.mailing import Letter
from desk.requests.canned import fill_canned, list_canned
from desk.requests.case import Answer
from desk.requests.filed import TicketHead
from desk.requests.requester import NotWritten, address_letter
from desk.requests.ticket_file import find_head
from desk.requests.ticket_views import Draft, find_draft, keep_draft, list_viewers, note_presence
from desk.roster.languages import LANGUAGES
from mailer.quoting import greet_by, tidy_lines
from web.browser_view import mail_policy
from web.console.pages import show_console
from web.console.ticket.page import show_ticket_as
from web.console.visitors import ActingSupporter, Colleague, Supporter
from web.context import READ, Service, Shown
from web.mail_copy import MailCopy, copy_letter
from web.needs import WebService
from web.pages import Pages

router = APIRouter()

Typed = Annotated[str, Form()]


@router.post("/console/tickets/{reference}/presence")
def take_presence(request: Request, reference: str, service: Service, pages: Shown, who: ActingSupporter) -> Response:
    """Note that the page is open; return who else has it open."""
    head = _find(service, reference)
    note_presence(service.office, head.id, who.standing.member_id, service.clock())
    return _show_presence(request, service, pages, who, head)


@router.post("/console/tickets/{reference}/draft")
def take_draft(  # noqa: PLR0913, PLR0917 - what every handler is given, and the form
    request: Request,
    reference: str,
    service: Service,
    pages: Shown,
    who: ActingSupporter,
    reply: Typed = "",
    note: Typed = "",
) -> Response:
    """Keep what is typed so far; return who else has the ticket open."""
    head = _find(service, reference)
    keep_draft(service.office, head.id, who.standing.member_id, Draft(reply, note), service.clock())
    return _show_presence(request, service, pages, who, head)


@router.post("/console/tickets/{reference}/compose")
def compose(  # noqa: PLR0913, PLR0917 - what every handler is given, and the form
    request: Request,
    reference: str,
    service: Service,
    pages: Shown,
    who: ActingSupporter,
    reply: Typed = "",
    canned: Typed = "",
    language: Typed = "",
    insert: Typed = "",
) -> Response:
    """Put a canned answer behind what is typed, or show the mail that would go out. What is typed is kept."""
    head = _find(service, reference)
    chosen = language if language in LANGUAGES else head.language
    with reading(service.office.engine).connect() as connection:
        text = _put_in(connection, head, reply, canned, chosen) if insert else reply
        note = find_draft(connection, head.id, who.standing.member_id).note
    keep_draft(service.office, head.id, who.standing.member_id, Draft(text, note), service.clock())
    with reading(service.office.engine).connect() as connection:
        preview = None if insert else _preview(connection, service, head, text, chosen)
    typed = {"reply": text, "language": chosen}
    if request.headers.get("hx-request") != "true":
        return show_ticket_as(request, service, pages, who, reference, {"typed": typed, "preview": preview})
    values = {"head": head, "preview": preview, "typed": typed, "inserted": bool(insert)}
    return show_console(request, pages, who, "_ticket_preview.html", values, area="tickets")


@router.api_route("/console/tickets/{reference}/preview", methods=READ)
def show_preview(reference: str, service: Service, who: Supporter, language: str = "") -> Response:
    """Show the mail that a member's unsent reply would become."""
    head = _find(service, reference)
    chosen = language if language in LANGUAGES else head.language
    with reading(service.office.engine).connect() as connection:
        draft = find_draft(connection, head.id, who.standing.member_id)
        mail = _preview(connection, service, head, draft.reply, chosen)
    if not isinstance(mail, MailCopy):
        raise HTTPException(404)
    headers = {
        "content-security-policy": mail_policy(service.place),
        "x-frame-options": "SAMEORIGIN",
        "vary": "Cookie",
    }
    return HTMLResponse(mail.html, headers=headers)


def _preview(
    connection: Connection, service: WebService, head: TicketHead, text: str, language: str
) -> MailCopy | NotWritten:
    answer = Answer("staff_reply", {"text": tidy_lines(text) or "…"})
    letter = address_letter(connection, service.office, head.id, answer, language)
    return copy_letter(connection, service, letter) if isinstance(letter, Letter) else letter


def _put_in(connection: Connection, head: TicketHead, reply: str, title: str, language: str) -> str:
    found = next((each for each in list_canned(connection, language) if each.title == title), None)
    if found is None:
        return reply
    facts: Mapping[str, str] = {"name": greet_by(head.requester_name) or "", "reference": head.reference}
    return "\n\n".join(filter(None, (reply.rstrip(), fill_canned(found.text, facts))))


def _show_presence(request: Request, service: WebService, pages: Pages, who: Colleague, head: TicketHead) -> Response:
    with reading(service.office.engine).connect() as connection:
        viewers = list_viewers(connection, head.id, who.standing.member_id, service.clock())
    values = {"head": head, "viewers": viewers}
    return show_console(request, pages, who, "_ticket_presence.html", values, area="tickets")


def _find(service: WebService, reference: str) -> TicketHead:
    with reading(service.office.engine).connect() as connection:
        head = find_head(connection, reference)
    if head is None:
        raise HTTPException(404)
    return head
