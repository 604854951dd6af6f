"""`/console/issuers/{issuer}/issue`: where issuing begins: a roster is uploaded, or one award is typed.

Here belong the first page and the two ways to a draft. What follows stands in `draft_rows`, `draft_mail` and
`draft_send`.
"""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from badges.transactions import reading
from desk.drafts.badges import list_awardable
from desk.drafts.changing import is_short, keep_report
from desk.drafts.keeping import LARGEST, Draft, NotKept, discard_draft, keep_roster, list_drafts
from desk.drafts.single import TypedAward, check_single, write_single
from web.console.found_draft import look_later
from web.console.pages import show_console
from web.console.sent import SentToDoor, file_of, text_of
from web.console.visitors import ActingManaged, Managed, ManagedIssuer
from web.context import READ, Errands, Service, Shown
from web.needs import WebService
from web.pages import Pages

router = APIRouter()

_TYPED = ("address", "name", "issued_on", "language", "evidence_url", "narrative")


@router.api_route("/console/issuers/{issuer}/issue", methods=READ)
def show_start(  # noqa: PLR0913, PLR0917 - who looks, at what
    request: Request, service: Service, pages: Shown, managed: Managed, badge: str = "", said: str = ""
) -> Response:
    """Show the two ways to issue, and what was begun."""
    return _show(request, service, pages, managed, {"badge": badge, "said": said})


@router.post("/console/issuers/{issuer}/issue")
def take_roster(  # noqa: PLR0913, PLR0917 - who sends it, and what
    request: Request, service: Service, pages: Shown, managed: ActingManaged, form: SentToDoor, errands: Errands
) -> Response:
    """Keep an uploaded roster, and look at its rows."""
    badge, upload = text_of(form, "badge", 200), file_of(form, "roster")
    fault, name = "none", ""
    if upload is not None:
        name = upload.filename or ""
        # One byte more than may be, to tell what is too long.
        content = upload.file.read(LARGEST + 1)
        kept = keep_roster(service.office, managed.colleague.actor, managed.id, badge, name, content, service.clock())
        if isinstance(kept, Draft):
            return _lead_on(service, managed, kept, errands)
        fault = kept.reason
    values = {"badge": badge, "file_fault": fault, "file_name": name[:120]}
    return _show(request, service, pages, managed, values, 422)


@router.post("/console/issuers/{issuer}/issue/one")
def take_award(  # noqa: PLR0913, PLR0917 - who sends it, and what
    request: Request, service: Service, pages: Shown, managed: ActingManaged, form: SentToDoor, errands: Errands
) -> Response:
    """Keep one award that was typed, as a roster of one row."""
    badge, now = text_of(form, "badge", 200), service.clock()
    award = TypedAward(**{name: text_of(form, name) for name in _TYPED})
    bad = check_single(award, now.date())
    if bad is not None:
        return _show(request, service, pages, managed, {"badge": badge, "typed": award, "bad": bad}, 422)
    name = award.name.strip() or award.address
    kept = keep_roster(
        service.office, managed.colleague.actor, managed.id, badge, name.replace(".", " "), write_single(award), now
    )
    if isinstance(kept, NotKept):
        return _show(request, service, pages, managed, {"badge": badge, "typed": award, "file_fault": kept.reason}, 422)
    return _lead_on(service, managed, kept, errands)


@router.post("/console/issuers/{issuer}/issue/{draft}/discard")
def throw_away(service: Service, managed: ActingManaged, draft: str) -> Response:
    """Throw a draft away."""
    gone = discard_draft(service.office, managed.colleague.actor, managed.id, draft, service.clock())
    path = f"{service.place.root}/console/issuers/{managed.slug}/issue"
    return RedirectResponse(f"{path}?said={'discarded' if gone else 'busy'}", 303)


def _lead_on(service: WebService, managed: ManagedIssuer, draft: Draft, errands: Errands) -> Response:
    """To the columns, where a person has something to say about them; else to the rows."""
    if is_short(service.office, draft):
        draft = keep_report(service.office, draft, service.clock())
    else:
        look_later(service, errands, draft)
    report = draft.report
    needs_columns = report is not None and (report.fault or report.ignored or report.unread_sheets)
    path = f"{service.place.root}/console/issuers/{managed.slug}/issue/{draft.id}"
    return RedirectResponse(f"{path}/columns" if needs_columns else path, 303)


def _show(  # noqa: PLR0913, PLR0917 - what is shown, to whom
    request: Request,
    service: WebService,
    pages: Pages,
    managed: ManagedIssuer,
    values: Mapping[str, Any],
    status: int = 200,
) -> Response:
    with reading(service.office.engine).connect() as connection:
        badges = list_awardable(connection, managed.id)
        drafts = list_drafts(connection, managed.id)
    shared = {
        "badges": badges,
        "names": {badge.slug: badge.name for badge in badges},
        "drafts": drafts,
        "badge": "",
        "said": "",
        "typed": TypedAward("", ""),
        "bad": None,
        "file_fault": "",
        "file_name": "",
        "megabytes": LARGEST >> 20,
    }
    return show_console(request, pages, managed, "issue.html", {**shared, **values}, area="issue", status=status)
