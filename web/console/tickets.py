"""`/console/tickets`: the queue, live; taking tickets on and closing them from it.

Here belong the handlers. What the list holds is read by `desk.requests.ticket_queue`; one ticket has its own pages.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection, select
from sqlmodel import col

from badges.tables import Issuer
from badges.transactions import reading
from desk.members.tables import Member
from desk.requests.claiming import MOST_AT_ONCE, BulkDone, claim_all, close_all
from desk.requests.queued import QueuedTicket, View
from desk.requests.ticket_queue import count_views, find_awaiting_approval, list_onlookers, list_queue
from desk.words import Intent, Role
from inbound.verdicts import list_verdicts
from web.console.pages import show_console
from web.console.queue_query import QueueQuery, read_queue_query
from web.console.visitors import ActingSupporter, Colleague, Supporter
from web.context import READ, Service, Shown
from web.needs import WebService
from web.pages import Pages

router = APIRouter()

MOST_CHOICES = 200
"""Members and issuers that a filter offers."""
_ACTS = {"claim": claim_all, "close": close_all}
_SAID = frozenset({"claim", "close"})


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A ticket in the list, with what is known of it at this moment."""

    ticket: QueuedTicket
    verdict: str
    awaits_approval: bool
    onlookers: list[str]


@router.api_route("/console/tickets", methods=READ)
def show_queue(request: Request, service: Service, pages: Shown, who: Supporter) -> Response:
    """Show a page of the queue."""
    asked = read_queue_query(request.query_params)
    said, done = request.query_params.get("said", ""), request.query_params.get("done", "")
    is_told = said in _SAID and done.isascii() and done.isdigit() and len(done) <= 3
    notice = {"act": said, "done": int(done), "refused": []} if is_told else None
    return _show(request, service, pages, who, asked, notice)


@router.post("/console/tickets")
def act_on_tickets(  # noqa: PLR0913, PLR0917 - what every handler is given, and the form
    request: Request,
    service: Service,
    pages: Shown,
    who: ActingSupporter,
    ticket: Annotated[list[str] | None, Form()] = None,
    act: Annotated[str, Form()] = "",
    claim: Annotated[str, Form()] = "",
    here: Annotated[str, Form()] = "",
) -> Response:
    """Take on, or close, what is selected; `claim` is one ticket, by its own button. `here`: the query of the page."""
    asked = read_queue_query(dict(parse_qsl(here.removeprefix("?")[:4000])))
    references = [claim] if claim else list(ticket or ())[:MOST_AT_ONCE]
    act = "claim" if claim else act
    if act not in _ACTS or not references:
        return _show(request, service, pages, who, asked, {"act": "nothing", "done": 0, "refused": []}, status=422)
    outcome = _ACTS[act](service.office, references, who.actor, service.clock())
    notice = {"act": act, "done": outcome.done, "refused": outcome.refused}
    if outcome.refused or request.headers.get("hx-request") == "true":
        return _show(request, service, pages, who, asked, notice, status=_status(outcome))
    said = asked.write(said=act, done=str(outcome.done), **_place(asked))
    return RedirectResponse(f"{service.place.root}/console/tickets{said}", 303)


def _status(outcome: BulkDone) -> int:
    return 422 if outcome.refused else 200


def _place(asked: QueueQuery) -> dict[str, str]:
    places = {"after": asked.after, "before": asked.before}
    return {name: place.write() for name, place in places.items() if place}


def _show(  # noqa: PLR0913, PLR0917 - what is shown, to whom
    request: Request,
    service: WebService,
    pages: Pages,
    who: Colleague,
    asked: QueueQuery,
    notice: dict[str, Any] | None = None,
    *,
    status: int = 200,
) -> Response:
    """Show the whole page, or to htmx the list alone."""
    is_part = request.headers.get("hx-request") == "true"
    now, me = service.clock(), who.standing.address
    with reading(service.office.engine).connect() as connection:
        page = list_queue(connection, asked.view, asked.wanted, asked.sort, me, after=asked.after, before=asked.before)
        values: dict[str, Any] = {
            "rows": _fill_rows(connection, page.tickets, now),
            "counts": count_views(connection, me),
            "choices": {} if is_part else _list_choices(connection),
        }
    values |= {
        "asked": asked,
        "next_query": asked.write(after=page.after.write()) if page.after else "",
        "previous_query": asked.write(before=page.before.write()) if page.before else "",
        "now": now,
        "views": list(View),
        "notice": notice,
        "is_part": is_part,
    }
    template = "_queue.html" if is_part else "tickets.html"
    answer = show_console(request, pages, who, template, values, area="tickets", status=status)
    answer.headers["vary"] += ", HX-Request"
    return answer


def _fill_rows(connection: Connection, tickets: Any, now: datetime) -> list[QueueRow]:
    ids = [ticket.ticket_id for ticket in tickets]
    if not ids:
        return []
    verdicts, awaiting = list_verdicts(connection, ids), find_awaiting_approval(connection, ids)
    onlookers = list_onlookers(connection, ids, now)
    return [
        QueueRow(
            ticket,
            verdicts.get(ticket.ticket_id, ""),
            ticket.ticket_id in awaiting,
            onlookers.get(ticket.ticket_id, []),
        )
        for ticket in tickets
    ]


def _list_choices(connection: Connection) -> dict[str, Any]:
    """Return what the filters offer. Issuers beyond the first are typed by their slug."""
    helps = col(Member.is_support) | col(Member.is_administrator)
    members = select(col(Member.address), col(Member.name)).where(helps, col(Member.disabled_at).is_(None))
    issuers = select(col(Issuer.slug), col(Issuer.name)).order_by(col(Issuer.slug))
    return {
        "intents": [each.value for each in Intent],
        "roles": [each.value for each in Role],
        "members": connection.execute(members.order_by(col(Member.name)).limit(MOST_CHOICES)).all(),
        "issuers": connection.execute(issuers.limit(MOST_CHOICES)).all(),
    }
