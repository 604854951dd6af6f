"""`/console/search`: one box over tickets, mails, people, badges and issuers.

Here belongs the handler. What is read from the box stands in `desk.search.asking`, what is found in `finding` and
`people`.
"""

from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection

from badges.transactions import reading
from desk.requests.ticket_list import find_ticket_id
from desk.search.asking import LONGEST, Asked, read_query
from desk.search.finding import find_written
from desk.search.people import MOST, find_badges, find_issuers, find_people
from web.console.pages import show_console
from web.console.visitors import Supporter
from web.context import READ, Service, Shown

router = APIRouter()

_MOST_DIGITS = 18


@router.api_route("/console/search", methods=READ)
def search(  # noqa: PLR0913, PLR0917 - what every handler is given, and the query
    request: Request, service: Service, pages: Shown, who: Supporter, q: str = "", before: str = ""
) -> Response:
    """Show what fits. A reference alone leads to its ticket."""
    asked = read_query(q)
    place = int(before) if before.isascii() and before.isdigit() and len(before) <= _MOST_DIGITS else None
    with reading(service.office.engine).connect() as connection:
        if asked.is_reference_alone and (found := find_ticket_id(connection, asked.reference or "")):
            return RedirectResponse(f"{service.place.root}/console/tickets/{found[1]}", 303)
        written = None if asked.is_empty else find_written(connection, asked, who.standing.address, place)
        others = _find_others(connection, asked) if place is None and asked.loose else {}
    more = written.before if written else None
    values = {
        "asked": asked,
        "written": written,
        "people": [],
        "badges": [],
        "issuers": [],
        **others,
        "most": MOST,
        "longest": LONGEST,
        "next_query": "?" + urlencode({"q": asked.text, "before": more}) if more is not None else "",
        "first_query": "?" + urlencode({"q": asked.text}) if place is not None else "",
    }
    return show_console(request, pages, who, "search.html", values, area="search")


def _find_others(connection: Connection, asked: Asked) -> dict[str, Any]:
    """Return what fits besides what was written: short lists, on the first page only."""
    return {
        "people": find_people(connection, asked),
        "badges": find_badges(connection, asked),
        "issuers": find_issuers(connection, asked),
    }
