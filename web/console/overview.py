"""`/console/issuers/{issuer}`: how an issuer's awards and mails fare, and what waits for it.

Here belongs the page. What is counted stands in `desk.recipients.tallies`, what waits in `desk.recipients.attention`.
"""

from datetime import timedelta
from typing import Annotated, cast

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from badges.transactions import reading
from desk.batches import list_batches
from desk.recipients.attention import MOST, count_attention
from desk.recipients.tallies import Tally, list_badge_ids, sum_by_badge, sum_by_day
from web.console.pages import show_console
from web.console.tallies import Tallies
from web.console.visitors import Managed
from web.context import READ, Service, Shown

router = APIRouter()

SPANS = (7, 30, 90)
"""Days that can be looked at."""


async def _tallies(request: Request) -> Tallies:
    return cast("Tallies", request.app.state.tallies)


Counts = Annotated[Tallies, Depends(_tallies)]


@router.api_route("/console/issuers/{issuer}", methods=READ)
def show_overview(  # noqa: PLR0913, PLR0917 - what every handler is given, and the query
    request: Request, service: Service, pages: Shown, managed: Managed, tallies: Counts, days: str = ""
) -> Response:
    """Show the overview."""
    now = service.clock()
    span = next((each for each in SPANS if str(each) == days), 30)
    with reading(service.office.engine).connect() as connection:
        badges = list_badge_ids(connection, managed.id)
        attention = count_attention(connection, managed.id, now)
    counted = tallies.tell(managed.id, frozenset(badges), now)
    today = now.date()
    first = today - timedelta(days=span - 1)
    by_day = sum_by_day(counted.cells, first, today)
    by_badge = sum_by_badge(counted.cells, first)
    values = {
        "span": span,
        "spans": SPANS,
        "counted": counted,
        "by_day": by_day,
        "by_badge": sorted(((*badges[key], tally) for key, tally in by_badge.items()), key=lambda row: -row[2].awards),
        "total": sum((tally for _, tally in by_day), Tally()),
        "attention": attention,
        "most": MOST,
        "has_badges": bool(badges),
        "sendings": list_batches(service.office.engine, 3, managed.id),
    }
    return show_console(request, pages, managed, "overview.html", values, area="overview")
