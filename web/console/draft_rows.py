"""A draft's columns and rows: which column is what, which rows are wrong, and mending them in place.

Nothing leaves here: that is `draft_send`'s.
"""

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from starlette.exceptions import HTTPException

from badges.transactions import reading
from desk.drafts.changing import (
    Changed,
    NotChanged,
    accept_suggestions,
    choose_badge,
    choose_columns,
    correct_rows,
)
from desk.drafts.downloads import write_bad_rows, write_corrected
from desk.drafts.keeping import Draft, open_content
from desk.drafts.report import FaultyRow
from desk.drafts.terms import ChosenColumns
from desk.roster.columns import SPOKEN
from desk.roster.dates import Order
from desk.roster.headers import MOST_COLUMNS
from desk.roster.rows import RosterFault
from desk.roster.said import Said
from desk.roster.surveying import Survey, survey_file
from web.console.found_draft import find_or_404, is_waited_for, lead_on, report_of, show_draft
from web.console.sent import SentForm, SentToDoor, text_of
from web.console.visitors import ActingManaged, Managed
from web.context import READ, Errands, Service, Shown
from web.needs import WebService

router = APIRouter()

PAGE = 25
"""Bad rows on a page: each has a field for every column."""
_LONGEST_LINE = 9
"""Digits of a line's number."""


@router.api_route("/console/issuers/{issuer}/issue/{draft}", methods=READ)
def show_rows(  # noqa: PLR0913, PLR0917 - who looks, at what
    request: Request,
    service: Service,
    pages: Shown,
    managed: Managed,
    draft: str,
    after: int = 0,
    said: str = "",
) -> Response:
    """Show what is wrong with the rows, a page of them, from the line `after` on."""
    found = find_or_404(service, managed, draft)
    if is_waited_for(service, found):
        return show_draft(request, service, pages, managed, found, "draft_rows.html", {})
    report = report_of(service, found)
    later = [row for row in report.faulty if row.line > after]
    next_query = f"?after={later[PAGE - 1].line}" if len(later) > PAGE else ""
    values = {"page": later[:PAGE], "next_query": next_query, "after": after, "said": said, "fields": list(SPOKEN)}
    return show_draft(request, service, pages, managed, found, "draft_rows.html", values)


@router.post("/console/issuers/{issuer}/issue/{draft}/rows")
def mend_rows(service: Service, managed: ActingManaged, draft: str, form: SentToDoor, errands: Errands) -> Response:
    """Keep what was typed into the cells of bad rows, and look at all rows again."""
    found = find_or_404(service, managed, draft)
    shown = {row.line: row for row in report_of(service, found).faulty}
    corrections: dict[int, dict[str, str]] = {}
    for name in form:
        line, _, field = name.partition("-")
        if field in SPOKEN and line.isdecimal() and len(line) <= _LONGEST_LINE and int(line) in shown:
            text = text_of(form, name)
            if _differs(shown[int(line)], field, text):
                corrections.setdefault(int(line), {})[field] = text
    changed = correct_rows(service.office, managed.id, draft, corrections, service.clock())
    return lead_on(service, managed, changed, draft, f"?said=looked&after={_read_after(form)}", errands)


@router.post("/console/issuers/{issuer}/issue/{draft}/suggestions")
def take_suggestions(
    service: Service, managed: ActingManaged, draft: str, form: SentToDoor, errands: Errands
) -> Response:
    """Take the address that is suggested for one row, or all that are."""
    line, address = text_of(form, "line", _LONGEST_LINE), text_of(form, "address", 400)
    which = int(line) if line.isdecimal() else None
    if which is None and line != "all":
        raise HTTPException(404)
    changed = accept_suggestions(service.office, managed.id, draft, which, address, service.clock())
    return lead_on(service, managed, changed, draft, "?said=accepted#suspicions", errands)


@router.post("/console/issuers/{issuer}/issue/{draft}/badge")
def set_badge(service: Service, managed: ActingManaged, draft: str, form: SentToDoor, errands: Errands) -> Response:
    """Say which badge it is about."""
    changed = choose_badge(service.office, managed.id, draft, text_of(form, "badge", 200), service.clock())
    return lead_on(service, managed, changed, draft, "?said=badge", errands)


@router.api_route("/console/issuers/{issuer}/issue/{draft}/columns", methods=READ)
def show_columns(  # noqa: PLR0913, PLR0917 - who looks, at what
    request: Request, service: Service, pages: Shown, managed: Managed, draft: str, header: str = ""
) -> Response:
    """Show the file's columns, and what each is read as. `header`: as if its names stood in that line."""
    found = find_or_404(service, managed, draft)
    asked = int(header) if header.isdecimal() and len(header) <= _LONGEST_LINE else None
    said = found.said if asked is None or asked == found.said.header_line else Said(header_line=asked)
    values = {"survey": _survey(service, found, said), "order": found.columns.order, "fault": ""}
    return show_draft(request, service, pages, managed, found, "draft_columns.html", values)


@router.post("/console/issuers/{issuer}/issue/{draft}/columns")
def set_columns(  # noqa: PLR0913, PLR0917 - who says it, about what
    request: Request,
    service: Service,
    pages: Shown,
    managed: ActingManaged,
    draft: str,
    form: SentToDoor,
    errands: Errands,
) -> Response:
    """Say which column is what."""
    found = find_or_404(service, managed, draft)
    chosen = _read_columns(form)
    changed: Changed = choose_columns(service.office, managed.id, draft, chosen, service.clock())
    if isinstance(changed, NotChanged) and changed.reason == "columns":
        said = Said(chosen.header_line, chosen.fields, chosen.order)
        values = {"survey": _survey(service, found, said), "order": chosen.order, "fault": changed.detail}
        return show_draft(request, service, pages, managed, found, "draft_columns.html", values, 422)
    return lead_on(service, managed, changed, draft, "?said=columns", errands)


@router.api_route("/console/issuers/{issuer}/issue/{draft}/bad-rows.csv", methods=READ)
def send_bad_rows(service: Service, managed: Managed, draft: str) -> Response:
    """Send the bad rows with the reasons."""
    found = find_or_404(service, managed, draft)
    return _send(f"bad-rows-{draft}", write_bad_rows(service.office, found, service.clock()))


@router.api_route("/console/issuers/{issuer}/issue/{draft}/corrected.csv", methods=READ)
def send_corrected(service: Service, managed: Managed, draft: str) -> Response:
    """Send the whole file with the corrections made."""
    found = find_or_404(service, managed, draft)
    return _send(f"corrected-{draft}", write_corrected(service.office, found, service.clock()))


def _send(name: str, content: object) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}.csv"'}
    return StreamingResponse(content, 200, headers, "text/csv; charset=utf-8")  # type: ignore[arg-type]


def _differs(row: FaultyRow, field: str, text: str) -> bool:
    # What was shown cut comes back cut, and is no correction.
    return text.strip() != row.cells.get(field, "").strip()


def _read_after(form: SentForm) -> int:
    after = text_of(form, "after", _LONGEST_LINE)
    return int(after) if after.isdecimal() else 0


def _read_columns(form: SentForm) -> ChosenColumns:
    header = text_of(form, "header_line", _LONGEST_LINE)
    count = text_of(form, "columns", 4)
    number = min(int(count), MOST_COLUMNS) if count.isdecimal() else 0
    fields = tuple(text_of(form, f"column-{place}", 40) for place in range(number))
    order = text_of(form, "order", 20)
    return ChosenColumns(
        int(header) if header.isdecimal() else None,
        tuple(name if name in SPOKEN else "" for name in fields),
        Order(order) if order in {known.value for known in Order} else None,
    )


def _survey(service: WebService, draft: Draft, said: Said) -> Survey | None:
    with reading(service.office.engine).connect() as connection:
        source = open_content(connection, draft.id)
    survey = survey_file(source, draft.name, said)
    return None if isinstance(survey, RosterFault) else survey
