"""The draft that a page is about: found for the issuer of the page, or the page is not found."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from badges.transactions import reading
from desk.drafts.badges import list_awardable
from desk.drafts.changing import Changed, check_draft, look_again
from desk.drafts.issuing import CHECKING, Begun, begin_work
from desk.drafts.keeping import Draft, NoDraft, find_draft
from desk.drafts.report import Report
from web.console.pages import show_console
from web.console.visitors import ManagedIssuer
from web.context import Errands
from web.needs import WebService
from web.pages import Pages


class IssuedAlreadyError(Exception):
    """The draft has become a batch, and its pages lead there."""


def find_or_404(service: WebService, managed: ManagedIssuer, draft_id: str) -> Draft:
    """Return the draft. One of another issuer is answered as if there were none."""
    with reading(service.office.engine).connect() as connection:
        draft = find_draft(connection, managed.id, draft_id[:40])
    if isinstance(draft, NoDraft):
        raise HTTPException(404)
    return draft


def report_of(service: WebService, draft: Draft) -> Report:
    """Return what is wrong with its rows; looked at anew where nothing is kept. Stores nothing."""
    return draft.report or look_again(service.office, draft, service.clock())


def is_waited_for(service: WebService, draft: Draft) -> bool:
    """Tell whether its pages say only that its rows are being looked at, or lead to its batch: then nobody needs the
    rows, and reading a long file anew for each look at the page would keep everybody else waiting."""
    return draft.batch_id is not None or (draft.work == CHECKING and draft.is_busy(service.clock()))


def path_of(service: WebService, managed: ManagedIssuer, draft: Draft | str, part: str = "") -> str:
    """Return the path of a page of the draft; `part` may bring a query."""
    draft_id = draft if isinstance(draft, str) else draft.id
    base = f"{service.place.root}/console/issuers/{managed.slug}/issue/{draft_id}"
    return f"{base}/{part}" if part and not part.startswith("?") else f"{base}{part}"


def lead_to_batch(service: WebService, managed: ManagedIssuer, batch_id: str) -> Response:
    """Lead to what a draft has become."""
    return RedirectResponse(f"{service.place.root}/console/issuers/{managed.slug}/batches/{batch_id}", 303)


def look_later(service: WebService, errands: Errands, draft: Draft) -> None:
    """Have the rows of a long draft looked at after the answer; its pages say so meanwhile."""
    now = service.clock()
    begun = begin_work(service.office, draft.issuer_id, draft.id, CHECKING, now)
    if isinstance(begun, Begun):
        errands.do(partial(check_draft, service.office, begun.draft, now))


def lead_on(  # noqa: PLR0913, PLR0917 - from where to where
    service: WebService, managed: ManagedIssuer, changed: Changed, draft_id: str, part: str, errands: Errands
) -> Response:
    """Lead to the page that shows what a change has come to."""
    if isinstance(changed, NoDraft):
        raise HTTPException(404)
    if isinstance(changed, Draft):
        if changed.report is None:
            look_later(service, errands, changed)
        return RedirectResponse(path_of(service, managed, changed, part), 303)
    if changed.reason == "issued":
        return lead_to_batch(service, managed, changed.detail)
    return RedirectResponse(path_of(service, managed, draft_id, f"?said={changed.reason}"), 303)


def show_draft(  # noqa: PLR0913, PLR0917 - what is shown, to whom
    request: Request,
    service: WebService,
    pages: Pages,
    managed: ManagedIssuer,
    draft: Draft,
    template: str,
    values: Mapping[str, Any],
    status: int = 200,
) -> Response:
    """Show a page of the draft; if it was issued, lead to its batch."""
    if draft.batch_id is not None:
        return lead_to_batch(service, managed, draft.batch_id)
    if draft.work == CHECKING and draft.is_busy(service.clock()):
        return _show_checking(request, service, pages, managed, draft)
    if request.headers.get("hx-request") == "true" and status == 200:
        return Response(status_code=204, headers={"hx-redirect": path_of(service, managed, draft)})
    with reading(service.office.engine).connect() as connection:
        badges = list_awardable(connection, managed.id)
    badge = next((badge for badge in badges if badge.slug == draft.badge), None)
    shared = {
        "draft": draft,
        "report": report_of(service, draft),
        "badges": badges,
        "badge": badge,
        "base": path_of(service, managed, draft),
        "said": "",
    }
    return show_console(request, pages, managed, template, {**shared, **values}, area="issue", status=status)


def _show_checking(
    request: Request, service: WebService, pages: Pages, managed: ManagedIssuer, draft: Draft
) -> Response:
    values = {"draft": draft, "base": path_of(service, managed, draft)}
    return show_console(request, pages, managed, "draft_checking.html", values, area="issue")
