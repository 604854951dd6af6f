"""`/batches`: what was issued together, how far it is, and the ways to steer it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Annotated

from pydantic import Field

from badges.transactions import reading
from desk.members.audit import Actor
from desk.office import Office
from desk.sendings.again import ResendOrdered, TooSoon, Whom, carry_out_resend, order_resend
from desk.sendings.listing import Sending, find_sending, list_sendings
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
from web.api.callers import Caller, MayIssue, MayRead
from web.api.paging import PageOut, Pages
from web.api.problems import conflict, not_found, refused
from web.api.route import make_router
from web.api.values import PathId, Sent, SentMoment, Shown, ShownId, ShownMoment
from web.context import Errands, Service
from web.needs import WebService

router = make_router("Batches")


class BatchOut(Shown):
    """Mails that were made by one act, such as one roster."""

    id: ShownId
    label: Annotated[str, Field(description="What people call it: the roster's name.")]
    kind: str
    state: Annotated[str, Field(description="running, paused or cancelled.")]
    rows_in: int
    mails: int
    by_state: Annotated[Mapping[str, int], Field(description="How many of its mails are in which state.")]
    waiting: int
    done: int
    failed: int
    made_by: str
    created_at: ShownMoment
    due_at: Annotated[ShownMoment | None, Field(description="When its mails leave; null: at once.")]
    not_later_than: ShownMoment | None


class Times(Sent):
    """When a batch is to leave instead."""

    at: Annotated[SentMoment | None, Field(description="null: now.")] = None
    not_later_than: SentMoment | None = None


class ToWhom(Sent):
    """Who gets it once more."""

    to: Annotated[Whom, Field(description="Those whom no mail reached, or those who have not opened their account.")]


Steer = Callable[[Office, Actor, str, str, datetime], Steering]
_WORDS = {
    "running": "The batch is running already.",
    "paused": "The batch is paused already.",
    "cancelled": "The batch is cancelled.",
    "begun": "The batch has begun to leave.",
}
_FAULTS = {
    "past": ("at", "has passed"),
    "far": ("at", "is more than a year ahead"),
    "order": ("not_later_than", "is not after the time to leave"),
}


@router.get("/batches", summary="List batches")
def list_batches(caller: MayRead, service: Service, paging: Pages) -> PageOut[BatchOut]:
    """The newest first."""
    before = paging.after(datetime, str)
    with reading(service.office.engine).connect() as connection:
        rows = list_sendings(connection, caller.issuer_id, before=before, limit=paging.limit + 1)
    return paging.cut(rows, lambda row: (row.created_at, row.id), BatchOut.model_validate)


@router.get("/batches/{batch}", summary="Read a batch")
def read_batch(caller: MayRead, service: Service, batch: PathId) -> BatchOut:
    """One batch of the issuer, with counts as they are now."""
    return _show(service, caller, batch)


@router.post("/batches/{batch}/pause", summary="Pause a batch")
def pause(caller: MayIssue, service: Service, batch: PathId) -> BatchOut:
    """Nothing more of it goes, within one mail a connection, until it is resumed."""
    return _steer(service, caller, batch, pause_sending)


@router.post("/batches/{batch}/resume", summary="Go on with a batch")
def resume(caller: MayIssue, service: Service, batch: PathId) -> BatchOut:
    """The opposite of a pause."""
    return _steer(service, caller, batch, resume_sending)


@router.post("/batches/{batch}/cancel", summary="Cancel a batch")
def cancel(caller: MayIssue, service: Service, batch: PathId, errands: Errands) -> BatchOut:
    """What has not gone never goes. Its mails are marked one after the other, so the counts follow."""
    shown = _steer(service, caller, batch, cancel_sending)
    errands.do(partial(mark_cancelled, service.office, batch, service.clock()))
    return shown


@router.post("/batches/{batch}/schedule", summary="Have a batch leave at another time")
def reschedule(caller: MayIssue, service: Service, batch: PathId, times: Times) -> BatchOut:
    """Only one that has not begun."""

    def steer(office: Office, actor: Actor, issuer_id: str, batch_id: str, now: datetime) -> Steering:
        return reschedule_sending(office, actor, issuer_id, batch_id, times.at, times.not_later_than, now)

    return _steer(service, caller, batch, steer)


@router.post("/batches/{batch}/resend", status_code=202, summary="Send once more to some of a batch")
def resend(caller: MayIssue, service: Service, batch: PathId, whom: ToWhom, errands: Errands) -> BatchOut:
    """With fresh links, at most once an hour. They are written after the answer, as many as there are."""
    now = service.clock()
    match order_resend(service.office, caller.actor, caller.issuer_id, batch, whom.to, now):
        case NoBatch():
            raise not_found("batch")
        case TooSoon():
            raise conflict("It was sent once more less than an hour ago.")
        case ResendOrdered() as ordered:
            carry_out = partial(carry_out_resend, service.office, ordered, now)
            if not errands.do(carry_out):
                carry_out()
    return _show(service, caller, batch)


def _steer(service: WebService, caller: Caller, batch: str, steer: Steer) -> BatchOut:
    match steer(service.office, caller.actor, caller.issuer_id, batch, service.clock()):
        case NoBatch():
            raise not_found("batch")
        case NotSteered(reason) if reason in _FAULTS:
            name, words = _FAULTS[reason]
            raise refused(words, pointer=f"#/{name}")
        case NotSteered(reason):
            raise conflict(_WORDS[reason])
    return _show(service, caller, batch)


def _show(service: WebService, caller: Caller, batch: str) -> BatchOut:
    with reading(service.office.engine).connect() as connection:
        found: Sending | None = find_sending(connection, caller.issuer_id, batch)
    if found is None:
        raise not_found("batch")
    return BatchOut.model_validate(found)
