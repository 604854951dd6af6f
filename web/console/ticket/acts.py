"""What staff do on a ticket besides deciding: answer, note, give it to somebody, close and reopen, say how urgent."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlmodel import col

from badges.transactions import reading
from desk.members.tables import Member
from desk.requests.staff import TicketDone, TicketRefused, add_note, assign, close, reopen, reply
from desk.requests.tickets import TicketState
from desk.roster.languages import LANGUAGES
from web.console.ticket.page import conclude, read_seen
from web.console.visitors import ActingSupporter
from web.context import Service, Shown
from web.needs import WebService

router = APIRouter()

Typed = Annotated[str, Form()]


@router.post("/console/tickets/{reference}/reply")
def send_reply(  # noqa: PLR0913, PLR0917 - what every handler is given, and the form
    request: Request,
    reference: str,
    service: Service,
    pages: Shown,
    who: ActingSupporter,
    reply_text: Annotated[str, Form(alias="reply")] = "",
    language: Typed = "",
    then: Typed = "",
    seen: Typed = "",
) -> Response:
    """Write to the requester."""
    done = reply(
        service.office,
        reference,
        reply_text,
        who.actor,
        service.clock(),
        seen=read_seen(seen),
        language=language if language in LANGUAGES else None,
        leaves=TicketState.CLOSED if then == "close" else TicketState.WAITING,
    )
    typed = {"reply": reply_text, "language": language}
    return conclude(request, service, pages, who, reference, done, "replied", "reply", typed, seen)


@router.post("/console/tickets/{reference}/note")
def write_note(  # noqa: PLR0913, PLR0917 - what every handler is given, and the form
    request: Request,
    reference: str,
    service: Service,
    pages: Shown,
    who: ActingSupporter,
    note: Typed = "",
    seen: Typed = "",
) -> Response:
    """Write a note that only staff see."""
    done = add_note(service.office, reference, note, who.actor, service.clock(), seen=read_seen(seen))
    return conclude(request, service, pages, who, reference, done, "noted", "note", {"note": note}, seen)


@router.post("/console/tickets/{reference}/close")
def close_ticket(  # noqa: PLR0913, PLR0917 - what every handler is given, and the form
    request: Request, reference: str, service: Service, pages: Shown, who: ActingSupporter, seen: Typed = ""
) -> Response:
    """Close it."""
    done = close(service.office, reference, who.actor, service.clock(), seen=read_seen(seen))
    return conclude(request, service, pages, who, reference, done, "closed", "handling", {}, seen)


@router.post("/console/tickets/{reference}/reopen")
def reopen_ticket(  # noqa: PLR0913, PLR0917 - what every handler is given, and the form
    request: Request, reference: str, service: Service, pages: Shown, who: ActingSupporter, seen: Typed = ""
) -> Response:
    """Open it again."""
    done = reopen(service.office, reference, who.actor, service.clock(), seen=read_seen(seen))
    return conclude(request, service, pages, who, reference, done, "reopened", "handling", {}, seen)


@router.post("/console/tickets/{reference}/assign")
def assign_ticket(  # noqa: PLR0913, PLR0917 - what every handler is given, and the form
    request: Request,
    reference: str,
    service: Service,
    pages: Shown,
    who: ActingSupporter,
    member: Typed = "",
    seen: Typed = "",
) -> Response:
    """Give it to a member of the staff, or to nobody."""
    done: TicketDone | TicketRefused = TicketRefused("nobody of the staff has this address")
    if not member or _is_staff(service, member):
        done = assign(service.office, reference, member or None, who.actor, service.clock(), seen=read_seen(seen))
    return conclude(request, service, pages, who, reference, done, "assigned", "handling", {}, seen)


def _is_staff(service: WebService, address: str) -> bool:
    works = col(Member.is_support) | col(Member.is_administrator)
    query = select(col(Member.id)).where(col(Member.address) == address, col(Member.disabled_at).is_(None), works)
    with reading(service.office.engine).connect() as connection:
        return connection.execute(query).first() is not None
