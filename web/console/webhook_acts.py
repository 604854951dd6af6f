"""What is done to an endpoint of webhooks: each form of its page, and where it leads.

Here belongs calling the acts of `desk.hooks`. Done: back to the page, which can be reloaded. Refused: the page again,
with the fault beside the field and what was typed in it.
"""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from desk.hooks.endpoints import (
    EndpointDone,
    KeyChanged,
    KeyMoved,
    NoSuchEndpoint,
    change_endpoint,
    change_key,
    delete_endpoint,
    disable_endpoint,
    enable_endpoint,
)
from desk.hooks.replaying import (
    EndpointDisabled,
    NoSuchDelivery,
    TestQueued,
    replay_delivery,
    replay_failed,
    send_test,
)
from web.console.visitors import ActingManaged, ManagedIssuer
from web.console.webhooks import ONE, Text, Texts, answer_with_webhook, read_webhook_form, show_key, word_of
from web.context import Service, Shown
from web.needs import WebService

router = APIRouter()

SINCE = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}
"""What the form offers, beside everything."""


@router.post(ONE)
def change_webhook(  # noqa: PLR0913, PLR0917 - the form, and who sends it
    request: Request,
    service: Service,
    pages: Shown,
    managed: ActingManaged,
    endpoint: str,
    url: Text = "",
    note: Text = "",
    every: Text = "",
    events: Texts = (),
) -> Response:
    """Change where and what."""
    sent = read_webhook_form(url, note, every, events)
    if sent["events"] is None:
        values = {"sent": sent, "fault": "no_events"}
        return answer_with_webhook(request, service, pages, managed, endpoint, values, status=422)
    actor, now = managed.colleague.actor, service.clock()
    given = {name: sent[name] for name in ("url", "events", "note")}
    match change_endpoint(service.office, managed.id, endpoint, actor, now, **given):
        case EndpointDone():
            return _lead(service, managed, endpoint, "changed")
        case NoSuchEndpoint():
            raise HTTPException(404)
        case refused:
            values = {"sent": sent, "fault": word_of(refused)}
            return answer_with_webhook(request, service, pages, managed, endpoint, values, status=422)


@router.post(f"{ONE}/disable")
def disable_webhook(service: Service, managed: ActingManaged, endpoint: str) -> Response:
    """Post nothing to it."""
    done = disable_endpoint(service.office, managed.id, endpoint, managed.colleague.actor, service.clock())
    return _answer(service, managed, endpoint, done, "disabled")


@router.post(f"{ONE}/enable")
def enable_webhook(service: Service, managed: ActingManaged, endpoint: str) -> Response:
    """Post to it again."""
    done = enable_endpoint(service.office, managed.id, endpoint, managed.colleague.actor, service.clock())
    return _answer(service, managed, endpoint, done, "enabled")


@router.post(f"{ONE}/delete")
def delete_webhook(service: Service, managed: ActingManaged, endpoint: str) -> Response:
    """Take it away."""
    done = delete_endpoint(service.office, managed.id, endpoint, managed.colleague.actor, service.clock())
    return _answer(service, managed, "", done, "deleted")


@router.post(f"{ONE}/key")
def change_webhook_key(  # noqa: PLR0913, PLR0917 - the form, and who sends it
    request: Request,
    service: Service,
    pages: Shown,
    managed: ActingManaged,
    endpoint: str,
    seen: Text = "",
) -> Response:
    """Make another key and show it, here and now. Sent again by a reload, it changes nothing."""
    actor = managed.colleague.actor
    match change_key(service.office, managed.id, endpoint, actor, service.clock(), seen):
        case KeyChanged(_, secret):
            return show_key(request, service, pages, managed, endpoint, secret)
        case KeyMoved():
            return _lead(service, managed, endpoint, "key_moved")
        case NoSuchEndpoint():
            raise HTTPException(404)


@router.post(f"{ONE}/test")
def test_webhook(service: Service, managed: ActingManaged, endpoint: str) -> Response:
    """Send a test and lead to what becomes of it."""
    match send_test(service.office, managed.id, endpoint, managed.colleague.actor, service.clock()):
        case TestQueued(delivery_id):
            return _lead(service, managed, f"{endpoint}/deliveries/{delivery_id}", "")
        case EndpointDisabled():
            return _lead(service, managed, endpoint, "is_disabled")
        case NoSuchEndpoint():
            raise HTTPException(404)


@router.post(f"{ONE}/replay")
def replay_webhook(
    service: Service, managed: ActingManaged, endpoint: str, since: Annotated[str, Form()] = ""
) -> Response:
    """Post once more what was given up."""
    now = service.clock()
    moment = now - SINCE[since] if since in SINCE else None
    done = replay_failed(service.office, managed.id, endpoint, moment, managed.colleague.actor, now)
    return _answer(service, managed, endpoint, done, "replayed")


@router.post(f"{ONE}/deliveries/{{delivery}}/replay")
def replay_one(service: Service, managed: ActingManaged, endpoint: str, delivery: str) -> Response:
    """Post one event once more."""
    done = replay_delivery(service.office, managed.id, delivery, managed.colleague.actor, service.clock())
    if isinstance(done, EndpointDisabled):
        return _lead(service, managed, endpoint, "is_disabled")
    return _answer(service, managed, f"{endpoint}/deliveries/{delivery}", done, "")


def _answer(service: WebService, managed: ManagedIssuer, path: str, done: object, said: str) -> Response:
    if isinstance(done, NoSuchEndpoint | NoSuchDelivery):
        raise HTTPException(404)
    return _lead(service, managed, path, "is_disabled" if isinstance(done, EndpointDisabled) else said)


def _lead(service: WebService, managed: ManagedIssuer, path: str, said: str) -> Response:
    here = f"{service.place.root}/console/issuers/{managed.slug}/access/webhooks"
    return RedirectResponse(f"{here}{f'/{path}' if path else ''}{f'?said={said}' if said else ''}", 303)
