"""`/console/issuers/{issuer}/recipients`: whom the issuer has awarded, with filters, and the same as a file.

Here belong the list and its export. One recipient stands in `recipient`, what is done about one in `recipient_acts`.
"""

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response, StreamingResponse
from sqlalchemy import select
from sqlmodel import col

from badges.tables import BadgeClass
from badges.transactions import reading
from desk.recipients.filters import Cursor, Progress, RecipientFilter, read_cursor
from desk.recipients.listed import Recipient
from desk.recipients.listing import MOST_BADGES, list_recipients, read_recipients
from desk.roster.cells import disarm_cell
from mailer.queue.states import State
from web.console.pages import show_console
from web.console.visitors import Managed
from web.context import READ, Service, Shown
from web.needs import WebService

router = APIRouter()

LONGEST_QUERY = 200
_STATES = (
    State.SENT, State.QUEUED, State.DEFERRED, State.BOUNCED, State.SUPPRESSED, State.UNKNOWN, State.EXPIRED,
    State.CANCELLED,
)  # fmt: skip


def read_filter(  # noqa: PLR0913, PLR0917 - one for each field of the form
    state: str = "", batch: str = "", badge: str = "", domain: str = "", progress: str = "", q: str = ""
) -> RecipientFilter:
    """Return what the form asks for; a word that is none of ours asks for nothing."""
    return RecipientFilter(
        state if state in _STATES else "",
        batch[:LONGEST_QUERY],
        badge[:LONGEST_QUERY],
        domain.strip().lstrip("@")[:LONGEST_QUERY],
        Progress(progress) if progress in list(Progress) else None,
        q.strip()[:LONGEST_QUERY],
    )


Wanted = Annotated[RecipientFilter, Depends(read_filter)]


@router.api_route("/console/issuers/{issuer}/recipients", methods=READ)
def show_list(  # noqa: PLR0913, PLR0917 - what every handler is given, and the query
    request: Request, service: Service, pages: Shown, managed: Managed, wanted: Wanted, after: str = ""
) -> Response:
    """Show the recipients that fit, the newest first."""
    page = list_recipients(service.office.engine, managed.id, wanted, read_cursor(after))
    values = {
        "wanted": wanted,
        "page": page,
        "states": [state.value for state in _STATES],
        "progresses": [progress.value for progress in Progress],
        "badges": _list_badges(service, managed.id),
        "query": write_query(wanted),
        "next_query": write_query(wanted, page.following) if page.following else "",
        "is_first": not after,
    }
    return show_console(request, pages, managed, "recipients.html", values, area="recipients")


@router.api_route("/console/issuers/{issuer}/recipients.csv", methods=READ)
def export_list(service: Service, managed: Managed, wanted: Wanted) -> Response:
    """Return all recipients that fit as CSV, row by row."""
    rows = read_recipients(service.office.engine, managed.id, wanted)
    name = f"recipients-{managed.slug}-{service.clock():%Y-%m-%d}.csv"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(write_csv(rows), media_type="text/csv; charset=utf-8", headers=headers)


def write_query(wanted: RecipientFilter, after: Cursor | None = None) -> str:
    """Return the query of a page with these filters."""
    named = {
        "state": wanted.state,
        "batch": wanted.batch_id,
        "badge": wanted.badge,
        "domain": wanted.domain,
        "progress": wanted.progress or "",
        "q": wanted.search,
        "after": after or "",
    }
    given = {name: value for name, value in named.items() if value}
    return f"?{urlencode(given)}" if given else ""


def _list_badges(service: WebService, issuer_id: str) -> list[tuple[str, str]]:
    query = select(col(BadgeClass.slug), col(BadgeClass.name)).where(col(BadgeClass.issuer_id) == issuer_id)
    with reading(service.office.engine).connect() as connection:
        rows = connection.execute(query.order_by(col(BadgeClass.name), col(BadgeClass.slug)).limit(MOST_BADGES))
        return [(row.slug, row.name) for row in rows]


_HEAD = (
    "Name", "Email", "Badge", "Awarded on", "Award", "Mail", "Since", "Why", "Next try", "Opened", "Password set",
    "LinkedIn", "Award id",
)  # fmt: skip


def write_csv(rows: Iterator[Recipient]) -> Iterator[str]:
    yield "\ufeff" + _write_line(_HEAD)  # without the mark, Excel reads UTF-8 as something else
    for row in rows:
        cells = (
            row.name,
            row.address,
            row.badge_name,
            row.issued_on,
            "held" if row.held_at else row.award_state,
            row.mail_state,
            row.mail_at and row.mail_at.isoformat(timespec="seconds"),
            row.mail_reason,
            row.mail_due_at.isoformat(timespec="seconds") if row.mail_due_at and row.is_waiting else "",
            row.opened_at and row.opened_at.isoformat(timespec="seconds"),
            row.password_set_at and row.password_set_at.isoformat(timespec="seconds"),
            row.shares.add_to_profile + row.shares.add_to_stream,
            row.assertion_id,
        )
        yield _write_line(cells)


def _write_line(cells: tuple[object, ...]) -> str:
    line = StringIO()
    csv.writer(line, quoting=csv.QUOTE_ALL).writerow(map(print_cell, cells))
    return line.getvalue()


def print_cell(cell: object) -> str:
    """Return a cell that no spreadsheet takes for a formula, in one line."""
    return disarm_cell(" ".join(str("" if cell is None else cell).replace("\0", "").splitlines()))
