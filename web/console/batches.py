"""`/console/issuers/{issuer}/batches`: what was issued, how far it is, and the ways to steer it.

Here belong the list, one batch with its progress, and its buttons. To whom it went is on the page of recipients.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from badges.columns import from_microseconds, to_microseconds
from badges.transactions import reading
from desk.sendings.again import ResendOrdered, TooSoon, Whom, carry_out_resend, order_resend
from desk.sendings.listing import (
    PAGE,
    Sending,
    count_held,
    find_issue_event,
    find_sending,
    list_batch_events,
    list_sendings,
)
from desk.sendings.steering import (
    NoBatch,
    NotSteered,
    Steering,
    cancel_sending,
    mark_cancelled,
    pause_sending,
    reschedule_sending,
    resume_sending,
)
from web.console.moments import ZONES, NoMomentError, choose_zone, read_moment, write_moment
from web.console.pages import show_console
from web.console.sent import SentForm, text_of
from web.console.visitors import ActingManaged, Managed, ManagedIssuer
from web.context import READ, Errands, Service, Shown
from web.needs import WebService
from web.pages import Pages

router = APIRouter()

SPAN = timedelta(seconds=30)
"""Over how long the rate is measured, at least."""
_MOST_DIGITS = 17


@dataclass(frozen=True)
class Rate:
    """How fast a batch goes, measured from an earlier look at it."""

    since: datetime
    done: int
    """By then."""
    per_minute: int | None
    """None: it does not go, or not long enough to tell."""
    ends_at: datetime | None


@router.api_route("/console/issuers/{issuer}/batches", methods=READ)
def show_batches(request: Request, service: Service, pages: Shown, managed: Managed, before: str = "") -> Response:
    """List the batches, the newest first."""
    moment, _, batch_id = before.partition("-")
    is_place = moment.isdecimal() and len(moment) <= _MOST_DIGITS
    place = (from_microseconds(int(moment)), batch_id[:40]) if is_place else None
    with reading(service.office.engine).connect() as connection:
        found = list_sendings(connection, managed.id, before=place, limit=PAGE + 1)
    last = found[PAGE - 1] if len(found) > PAGE else None
    values = {
        "batches": found[:PAGE],
        "next_query": f"?before={to_microseconds(last.created_at)}-{last.id}" if last else "",
        "first_query": _base(service, managed) if place else "",
        "now": service.clock(),
    }
    return show_console(request, pages, managed, "batches.html", values, area="batches")


@router.api_route("/console/issuers/{issuer}/batches/{batch}", methods=READ)
def show_batch(  # noqa: PLR0913, PLR0917 - who looks, at what
    request: Request,
    service: Service,
    pages: Shown,
    managed: Managed,
    batch: str,
    said: str = "",
    since: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """Show one batch: how far it is, what was left out, what was done about it."""
    return _show(request, service, pages, managed, batch, said, since)


@router.post("/console/issuers/{issuer}/batches/{batch}/pause")
def pause(service: Service, managed: ActingManaged, batch: str) -> Response:
    """Let no more of it go."""
    outcome = pause_sending(service.office, managed.colleague.actor, managed.id, batch, service.clock())
    return _lead(service, managed, batch, outcome, "paused")


@router.post("/console/issuers/{issuer}/batches/{batch}/resume")
def resume(service: Service, managed: ActingManaged, batch: str) -> Response:
    """Go on with it."""
    outcome = resume_sending(service.office, managed.colleague.actor, managed.id, batch, service.clock())
    return _lead(service, managed, batch, outcome, "resumed")


@router.post("/console/issuers/{issuer}/batches/{batch}/cancel")
def cancel(service: Service, managed: ActingManaged, batch: str, errands: Errands) -> Response:
    """Cancel it for good."""
    now = service.clock()
    outcome = cancel_sending(service.office, managed.colleague.actor, managed.id, batch, now)
    if not isinstance(outcome, NoBatch | NotSteered):
        errands.do(partial(mark_cancelled, service.office, batch, now))
    return _lead(service, managed, batch, outcome, "cancelled")


@router.post("/console/issuers/{issuer}/batches/{batch}/schedule")
def reschedule(  # noqa: PLR0913, PLR0917 - who says it, about what
    request: Request, service: Service, pages: Shown, managed: ActingManaged, batch: str, form: SentForm
) -> Response:
    """Have it leave at another time."""
    typed = {name: text_of(form, name, 60) for name in ("at", "not_later_than", "zone", "now")}
    zone = choose_zone(typed["zone"])
    try:
        at = None if typed["now"] else read_moment(typed["at"], zone)
        limit = read_moment(typed["not_later_than"], zone)
    except NoMomentError:
        return _show(request, service, pages, managed, batch, "unreadable", "", typed)
    if at is None and not typed["now"]:
        return _show(request, service, pages, managed, batch, "unreadable", "", typed)
    actor = managed.colleague.actor
    outcome = reschedule_sending(service.office, actor, managed.id, batch, at, limit, service.clock())
    if isinstance(outcome, NotSteered) and outcome.reason in {"past", "far", "order"}:
        return _show(request, service, pages, managed, batch, outcome.reason, "", typed)
    return _lead(service, managed, batch, outcome, "moved")


@router.post("/console/issuers/{issuer}/batches/{batch}/resend")
def resend(service: Service, managed: ActingManaged, batch: str, form: SentForm, errands: Errands) -> Response:
    """Send once more to those whom it did not reach, or who have not opened their account."""
    whom, now = text_of(form, "whom", 20), service.clock()
    if whom not in set(Whom):
        raise HTTPException(404)
    outcome = order_resend(service.office, managed.colleague.actor, managed.id, batch, Whom(whom), now)
    if isinstance(outcome, NoBatch):
        raise HTTPException(404)
    if isinstance(outcome, ResendOrdered):
        errands.do(partial(carry_out_resend, service.office, outcome, now))
    said = "soon" if isinstance(outcome, TooSoon) else "resent"
    return RedirectResponse(f"{_base(service, managed)}/{batch}?said={said}", 303)


def _show(  # noqa: PLR0913, PLR0917 - what is shown, to whom
    request: Request,
    service: WebService,
    pages: Pages,
    managed: ManagedIssuer,
    batch_id: str,
    said: str,
    since: str,
    typed: dict[str, str] | None = None,
) -> Response:
    now = service.clock()
    with reading(service.office.engine).connect() as connection:
        sending = find_sending(connection, managed.id, batch_id[:40])
        if sending is None:
            raise HTTPException(404)
        events = list_batch_events(connection, sending.id)
        held = count_held(connection, sending)
    values = {
        "batch": sending,
        "rate": _measure(sending, since, now),
        "held": held,
        "events": events,
        "issued": find_issue_event(events),
        "starts_later": sending.starts_later(now),
        "typed": typed or _type(sending),
        "zones": ZONES,
        "base": f"{_base(service, managed)}/{sending.id}",
        "said": said,
        "now": now,
    }
    status = 422 if typed else 200
    return show_console(request, pages, managed, "batch.html", values, area="batches", status=status)


def _type(sending: Sending) -> dict[str, str]:
    return {
        "at": write_moment(sending.due_at, "UTC"),
        "not_later_than": write_moment(sending.not_later_than, "UTC"),
        "zone": "UTC",
    }


def _measure(sending: Sending, since: str, now: datetime) -> Rate:
    """Tell how fast it goes since the look that `since` tells of: seconds since 1970, and how many were done then."""
    seconds, _, number = since.partition("-")
    is_known = seconds.isdecimal() and number.isdecimal() and len(since) <= 2 * _MOST_DIGITS
    start, done = _first_look(sending, now)
    if is_known and now - SPAN * 20 < (seen := datetime.fromtimestamp(int(seconds[:11]), UTC)) < now:
        start, done = seen, int(number)
    passed = now - start
    gone = sending.done - done
    if passed < timedelta(seconds=1) or gone <= 0 or sending.state != "running" or not sending.waiting:
        return Rate(start, done, None, None)
    ends_at = now + passed * (sending.waiting / gone)
    next_look = (now, sending.done) if passed > 2 * SPAN else (start, done)
    return Rate(*next_look, round(gone / passed.total_seconds() * 60), ends_at)


def _first_look(sending: Sending, now: datetime) -> tuple[datetime, int]:
    begun = max(sending.created_at, sending.due_at or sending.created_at)
    return (begun, 0) if now - begun < timedelta(hours=1) else (now, sending.done)


def _lead(service: WebService, managed: ManagedIssuer, batch_id: str, outcome: Steering, said: str) -> Response:
    if isinstance(outcome, NoBatch):
        raise HTTPException(404)
    word = f"not-{outcome.reason}" if isinstance(outcome, NotSteered) else said
    return RedirectResponse(f"{_base(service, managed)}/{batch_id}?said={word}", 303)


def _base(service: WebService, managed: ManagedIssuer) -> str:
    return f"{service.place.root}/console/issuers/{managed.slug}/batches"
