"""The last step of a draft: when and how, what it will come to exactly, and then, once, issuing it.

Counting and issuing take as long as the roster is. A short one is done before the answer; a long one while a page
says so, which looks again by itself. What holds that a draft is issued once stands in `desk.drafts.issuing`.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from desk.drafts.changing import choose_terms
from desk.drafts.issuing import (
    COUNTING,
    ISSUING,
    Beginning,
    Begun,
    Busy,
    Outdated,
    Settled,
    begin_work,
    count_draft,
    issue_draft,
)
from desk.drafts.keeping import Draft
from desk.drafts.terms import SendingTerms
from desk.issuing.order import Issued
from desk.roster.languages import LANGUAGES
from desk.sendings.steering import HORIZON
from web.console.found_draft import find_or_404, lead_on, lead_to_batch, path_of, show_draft
from web.console.moments import ZONES, NoMomentError, choose_zone, read_moment, write_moment
from web.console.sent import SentToDoor, text_of
from web.console.visitors import ActingManaged, Managed, ManagedIssuer
from web.context import READ, Errands, Service, Shown
from web.needs import WebService
from web.pages import Pages

router = APIRouter()

Outcome = TypeVar("Outcome")

SHORT = 1000
"""Rows that are counted, or issued, before the answer: a quarter of a second."""


@router.api_route("/console/issuers/{issuer}/issue/{draft}/send", methods=READ)
def show_sending(  # noqa: PLR0913, PLR0917 - who looks, at what
    request: Request, service: Service, pages: Shown, managed: Managed, draft: str, said: str = ""
) -> Response:
    """Ask when and how, or say what that comes to."""
    found = find_or_404(service, managed, draft)
    terms = found.terms
    typed = {
        "when": "later" if terms.at else "now",
        "at": write_moment(terms.at, terms.zone),
        "not_later_than": write_moment(terms.not_later_than, terms.zone),
        "zone": terms.zone,
        "language": terms.language or "",
        "skip_bad": terms.skip_bad,
    }
    values = {"typed": typed, "faults": {}, "said": said}
    return _show(request, service, pages, managed, found, values)


@router.post("/console/issuers/{issuer}/issue/{draft}/send")
def count_sending(  # noqa: PLR0913, PLR0917 - who says it, about what
    request: Request,
    service: Service,
    pages: Shown,
    managed: ActingManaged,
    draft: str,
    form: SentToDoor,
    errands: Errands,
) -> Response:
    """Say when and how, and count what that comes to."""
    found, now = find_or_404(service, managed, draft), service.clock()
    names = ("when", "at", "not_later_than", "zone", "language", "skip_bad")
    typed = {name: text_of(form, name, 60) for name in names}
    terms, faults = _read_terms(typed, now)
    if terms is None:
        return _show(request, service, pages, managed, found, {"typed": typed, "faults": faults, "said": ""}, 422)
    changed = choose_terms(service.office, managed.id, draft, terms, now)
    if not isinstance(changed, Draft):
        return lead_on(service, managed, changed, draft, "send", errands)
    begun = begin_work(service.office, managed.id, draft, COUNTING, now, None)
    if isinstance(begun, Begun):
        _do(begun.draft, errands, partial(count_draft, service.office, begun.draft, now))
    return _lead(service, managed, draft, begun, "confirm")


@router.api_route("/console/issuers/{issuer}/issue/{draft}/confirm", methods=READ)
def show_confirmation(  # noqa: PLR0913, PLR0917 - who looks, at what
    request: Request, service: Service, pages: Shown, managed: Managed, draft: str, said: str = ""
) -> Response:
    """Say what issuing comes to, exactly, and ask."""
    found, now = find_or_404(service, managed, draft), service.clock()
    if request.headers.get("hx-request") == "true" and not found.is_busy(now):
        return Response(status_code=204, headers={"hx-redirect": path_of(service, managed, found, "confirm")})
    if found.counted is None and not found.is_busy(now) and found.batch_id is None:
        # It was counted when this page was led to, so something has changed since.
        return RedirectResponse(path_of(service, managed, found, "send?said=outdated"), 303)
    values = {"counted": found.counted, "is_busy": found.is_busy(now), "work": found.work, "said": said}
    return show_draft(request, service, pages, managed, found, "draft_confirm.html", values)


@router.post("/console/issuers/{issuer}/issue/{draft}/confirm")
def issue_it(service: Service, managed: ActingManaged, draft: str, form: SentToDoor, errands: Errands) -> Response:
    """Issue what was confirmed; of many clicks, one does."""
    stamp, now = text_of(form, "stamp", 20), service.clock()
    if not stamp.isdecimal():
        raise HTTPException(404)
    begun = begin_work(service.office, managed.id, draft[:40], ISSUING, now, int(stamp))
    if isinstance(begun, Begun):
        actor = managed.colleague.actor
        outcome = _do(begun.draft, errands, partial(issue_draft, service.office, actor, begun.draft, now))
        if isinstance(outcome, Issued) and outcome.batch_id:
            return lead_to_batch(service, managed, outcome.batch_id)
    return _lead(service, managed, draft, begun, "confirm")


def _do(draft: Draft, errands: Errands, act: partial[Outcome]) -> Outcome | None:
    """Do a short draft's work now and return what it came to; leave a long one's for after the answer."""
    if draft.report is not None and draft.report.rows <= SHORT:
        return act()
    if not errands.do(act):
        raise HTTPException(503)
    return None


def _lead(service: WebService, managed: ManagedIssuer, draft_id: str, begun: Beginning, part: str) -> Response:
    match begun:
        case Begun() | Busy():
            return RedirectResponse(path_of(service, managed, draft_id, part), 303)
        case Settled(batch_id):
            return lead_to_batch(service, managed, batch_id)
        case Outdated():
            return RedirectResponse(path_of(service, managed, draft_id, f"{part}?said=outdated"), 303)
        case _:
            raise HTTPException(404)


def _read_terms(typed: Mapping[str, str], now: datetime) -> tuple[SendingTerms | None, Mapping[str, str]]:
    """Return the terms, or by field why there are none, in one word each."""
    zone, faults = choose_zone(typed["zone"]), {}
    at, not_later_than = None, None
    try:
        at = read_moment(typed["at"], zone) if typed["when"] == "later" else None
    except NoMomentError:
        faults["at"] = "unreadable"
    try:
        not_later_than = read_moment(typed["not_later_than"], zone)
    except NoMomentError:
        faults["not_later_than"] = "unreadable"
    if typed["when"] == "later" and at is None:
        faults.setdefault("at", "missing")
    elif at is not None and at <= now:
        faults["at"] = "past"
    elif at is not None and at > now + HORIZON:
        faults["at"] = "far"
    if not_later_than is not None and not_later_than <= (at or now):
        faults["not_later_than"] = "order"
    if faults:
        return None, faults
    language = typed["language"] if typed["language"] in LANGUAGES else None
    return SendingTerms(language, at, not_later_than, zone, typed["skip_bad"] == "1"), {}


def _show(  # noqa: PLR0913, PLR0917 - what is shown, to whom
    request: Request,
    service: WebService,
    pages: Pages,
    managed: ManagedIssuer,
    draft: Draft,
    values: Mapping[str, Any],
    status: int = 200,
) -> Response:
    shared = {"zones": ZONES, "languages_known": LANGUAGES}
    return show_draft(request, service, pages, managed, draft, "draft_send.html", {**shared, **values}, status)
