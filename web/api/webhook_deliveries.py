"""`/webhooks/{webhook}/deliveries`: what was told, and how that went; telling it once more; a test."""

import json
from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import Field

from badges.transactions import reading
from desk.hooks.listing import After, DeliveryShown, Show, find_delivery, find_endpoint, list_deliveries
from desk.hooks.replaying import NoSuchDelivery, replay_delivery, replay_failed, send_test
from web.api.callers import Caller, MayKeepWebhooks, MayRead
from web.api.paging import PageOut, Pages
from web.api.problems import not_found
from web.api.route import make_router
from web.api.values import PathId, Sent, SentMoment, Shown, ShownId, ShownMoment
from web.api.webhooks import raise_unknown
from web.context import Service
from web.needs import WebService

router = make_router("Webhooks")


class DeliveryOut(Shown):
    """One event on its way to one webhook."""

    id: ShownId
    event_id: Annotated[ShownId, Field(description="The `webhook-id` that it is posted under.")]
    type: str
    state: Annotated[str, Field(description="queued, deferred, delivered, failed (given up) or cancelled.")]
    created_at: ShownMoment
    due_at: Annotated[ShownMoment | None, Field(description="When it is tried (again), if it waits.")]
    attempts: int
    status: Annotated[int | None, Field(description="The HTTP status of the last answer.")]
    reason: Annotated[str, Field(description="The beginning of the last answer, or why there was none.")]
    state_at: ShownMoment
    payload: Annotated[dict[str, Any], Field(description="What is posted.")]


class ReplayOrder(Sent):
    """Which of the events that were given up are told once more."""

    since: Annotated[SentMoment | None, Field(description="When they happened, at the earliest; null: all.")] = None


class ReplayOut(Shown):
    """How many events are told once more."""

    deliveries: int


@router.get("/webhooks/{webhook}/deliveries", summary="List deliveries")
def list_webhook_deliveries(
    caller: MayRead,
    service: Service,
    paging: Pages,
    webhook: PathId,
    show: Annotated[Show, Query(description="All, those that wait, or those that were given up.")] = Show.ALL,
) -> PageOut[DeliveryOut]:
    """The newest first. What is older than 30 days is forgotten."""
    values = paging.after(datetime, str)
    after = After(*values) if values else None
    with reading(service.office.engine).connect() as connection:
        if find_endpoint(connection, caller.issuer_id, webhook) is None:
            raise not_found("webhook")
        rows = list_deliveries(connection, caller.issuer_id, webhook, show=show, after=after, limit=paging.limit + 1)
    return paging.cut(rows, lambda row: (row.made_at, row.delivery_id), _show)


@router.get("/webhooks/{webhook}/deliveries/{delivery}", summary="Read a delivery")
def read_delivery(caller: MayRead, service: Service, webhook: PathId, delivery: PathId) -> DeliveryOut:
    """One event, and how it stands."""
    return _show(_find(service, caller, webhook, delivery))


@router.post("/webhooks/{webhook}/deliveries/{delivery}/replay", status_code=202, summary="Tell an event once more")
def replay_one(caller: MayKeepWebhooks, service: Service, webhook: PathId, delivery: PathId) -> DeliveryOut:
    """Whatever became of it, and under the same `webhook-id`. One that waits is tried at once."""
    _find(service, caller, webhook, delivery)
    outcome = replay_delivery(service.office, caller.issuer_id, delivery, caller.actor, service.clock())
    if isinstance(outcome, NoSuchDelivery):
        raise not_found("delivery")
    raise_unknown(outcome)
    return _show(_find(service, caller, webhook, delivery))


@router.post("/webhooks/{webhook}/replay", status_code=202, summary="Tell once more what was given up")
def replay_all(caller: MayKeepWebhooks, service: Service, webhook: PathId, order: ReplayOrder) -> ReplayOut:
    """Under the same ids as before."""
    since, now = order.since, service.clock()
    outcome = replay_failed(service.office, caller.issuer_id, webhook, since, caller.actor, now)
    return ReplayOut(deliveries=raise_unknown(outcome).deliveries)


@router.post("/webhooks/{webhook}/test", status_code=202, summary="Send a test")
def test_webhook(caller: MayKeepWebhooks, service: Service, webhook: PathId) -> DeliveryOut:
    """An event of the type `test` is posted within seconds, before all that waits. Its delivery says how that went."""
    queued = raise_unknown(send_test(service.office, caller.issuer_id, webhook, caller.actor, service.clock()))
    return _show(_find(service, caller, webhook, queued.delivery_id))


def _find(service: WebService, caller: Caller, endpoint_id: str, delivery_id: str) -> DeliveryShown:
    with reading(service.office.engine).connect() as connection:
        found = find_delivery(connection, caller.issuer_id, delivery_id)
    if found is None or found.endpoint_id != endpoint_id:
        raise not_found("delivery")
    return found


def _show(delivery: DeliveryShown) -> DeliveryOut:
    return DeliveryOut(
        id=delivery.delivery_id,
        event_id=delivery.event_id,
        type=delivery.kind,
        state=delivery.state,
        created_at=delivery.made_at,
        due_at=delivery.next_try,
        attempts=delivery.attempts,
        status=delivery.status,
        reason=delivery.reason,
        state_at=delivery.state_at,
        payload=json.loads(delivery.payload),
    )
