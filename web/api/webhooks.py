"""`/webhooks`: where events are told. What was told there stands in `webhook_deliveries`."""

from typing import Annotated, Literal, TypeVar

from fastapi import Response
from pydantic import Field

from badges.transactions import reading
from desk.hooks.endpoints import (
    LONGEST_NOTE,
    MOST_ENDPOINTS,
    KeyChanged,
    KeyMoved,
    NoSuchEndpoint,
    TooManyEndpoints,
    UrlTaken,
    add_endpoint,
    change_endpoint,
    change_key,
    delete_endpoint,
    disable_endpoint,
    enable_endpoint,
)
from desk.hooks.events import CHOOSABLE, EventKind
from desk.hooks.listing import EndpointShown, find_endpoint, list_endpoints
from desk.hooks.replaying import EndpointDisabled
from desk.hooks.targets import LONGEST_URL, UrlFault
from web.api.callers import Caller, MayKeepWebhooks, MayRead
from web.api.paging import PageOut
from web.api.problems import ErrorOut, Kind, ProblemError, conflict, not_found
from web.api.route import make_router
from web.api.values import LINE_PATTERN, PathId, Sent, Shown, ShownId, ShownMoment
from web.context import Service
from web.needs import WebService

router = make_router("Webhooks")

Chosen = Literal[
    "mail.sent",
    "mail.bounced",
    "mail.complained",
    "account.claimed",
    "earner.renamed",
    "award.held",
    "award.released",
    "award.revoked",
    "award.restored",
    "batch.paused",
    "batch.finished",
    "request.opened",
    "request.decided",
    "request.closed",
]
Url = Annotated[
    str, Field(min_length=1, max_length=LONGEST_URL, pattern=LINE_PATTERN, description="Starts with https://.")
]
Events = Annotated[list[Chosen], Field(max_length=len(CHOOSABLE), description="Empty: all, also those to come.")]
Note = Annotated[str, Field(max_length=LONGEST_NOTE, pattern=LINE_PATTERN)]
Key = Annotated[str, Field(description="The key of the signatures (Standard Webhooks). Shown now, and never again.")]
Done = TypeVar("Done")

URL_FAULTS = {
    UrlFault.NO_URL: "is no URL that could be used: write it in ASCII, without a fragment",
    UrlFault.TOO_LONG: f"is longer than {LONGEST_URL} characters",
    UrlFault.NOT_HTTPS: "must start with https://",
    UrlFault.HAS_USER: "must hold no user name",
    UrlFault.BAD_HOST: "has no host name that could be looked up",
    UrlFault.BAD_PORT: "must use port 443, or one from 1024 on that is not another protocol's",
    UrlFault.NOT_PUBLIC: "leads to an address that is not on the public internet",
}


class WebhookOut(Shown):
    """A URL that events are posted to."""

    id: ShownId
    url: str
    events: list[str]
    note: str
    created_at: ShownMoment
    created_by: str
    disabled_at: ShownMoment | None
    disabled_because: Annotated[str, Field(description="by_hand, gone (it answered 410) or failing (for five days).")]
    failing_since: ShownMoment | None
    former_key_until: Annotated[ShownMoment | None, Field(description="Until when the key before signs as well.")]
    waiting: Annotated[int, Field(description="Events on their way; 1001 stands for more than 1000.")]
    failed: Annotated[int, Field(description="Events that were given up and are kept; 1001 as above.")]


class WebhookMade(WebhookOut):
    """The same, with its key."""

    key: Key


class WebhookNew(Sent):
    """A URL that events are to be posted to."""

    url: Url
    events: Events = []
    note: Note = ""


class WebhookPatch(Sent):
    """What is to be otherwise from now on; what is not named stays."""

    url: Url = ""
    events: Events = []
    note: Note = ""
    disabled: Annotated[bool, Field(strict=True, description="Whether nothing is posted to it.")] = False


class KeyOut(Shown):
    """A new key. For 24 hours events are signed with the former one as well."""

    key: Key
    former_key_until: ShownMoment


@router.get("/webhooks", summary="List webhooks")
def list_webhooks(caller: MayRead, service: Service) -> PageOut[WebhookOut]:
    """All of them, the oldest first: there are ten at most."""
    with reading(service.office.engine).connect() as connection:
        found = list_endpoints(connection, caller.issuer_id)
    return PageOut[WebhookOut](items=[_show(endpoint) for endpoint in found], next=None)


@router.post("/webhooks", status_code=201, summary="Add a webhook")
def add_webhook(caller: MayKeepWebhooks, service: Service, new: WebhookNew, response: Response) -> WebhookMade:
    """What happens from now on is posted there."""
    kinds = [EventKind(event) for event in new.events]
    made = add_endpoint(service.office, caller.issuer_id, new.url, kinds, new.note, caller.actor, service.clock())
    if isinstance(made, UrlFault):
        raise _bad_url(made)
    if isinstance(made, UrlTaken):
        raise _taken(made)
    if isinstance(made, TooManyEndpoints):
        raise conflict(f"There are {MOST_ENDPOINTS} webhooks already.")
    response.headers["location"] = f"{service.place.base_url}/api/v1/webhooks/{made.endpoint_id}"
    shown = _find(service, caller, made.endpoint_id)
    return WebhookMade(**shown.model_dump(), key=made.secret)


@router.get("/webhooks/{webhook}", summary="Read a webhook")
def read_webhook(caller: MayRead, service: Service, webhook: PathId) -> WebhookOut:
    """One webhook of the issuer, without its key."""
    return _find(service, caller, webhook)


@router.patch("/webhooks/{webhook}", summary="Change a webhook")
def change_webhook(caller: MayKeepWebhooks, service: Service, webhook: PathId, patch: WebhookPatch) -> WebhookOut:
    """Its key stays. While it is disabled nothing is posted; what waited is given up, and may be replayed."""
    before, sent = _find(service, caller, webhook), patch.model_fields_set
    if sent - {"disabled"}:
        outcome = change_endpoint(
            service.office,
            caller.issuer_id,
            webhook,
            caller.actor,
            service.clock(),
            url=patch.url if "url" in sent else before.url,
            events=[EventKind(event) for event in (patch.events if "events" in sent else before.events)],
            note=patch.note if "note" in sent else before.note,
        )
        if isinstance(outcome, UrlFault):
            raise _bad_url(outcome)
        if isinstance(outcome, UrlTaken):
            raise _taken(outcome)
        raise_unknown(outcome)
    if "disabled" in sent:
        put = disable_endpoint if patch.disabled else enable_endpoint
        raise_unknown(put(service.office, caller.issuer_id, webhook, caller.actor, service.clock()))
    return _find(service, caller, webhook)


@router.delete("/webhooks/{webhook}", status_code=204, summary="Take a webhook away")
def delete_webhook(caller: MayKeepWebhooks, service: Service, webhook: PathId) -> None:
    """With its key, and with what waits for it."""
    raise_unknown(delete_endpoint(service.office, caller.issuer_id, webhook, caller.actor, service.clock()))


@router.post("/webhooks/{webhook}/key", summary="Change a webhook's key")
def change_webhook_key(caller: MayKeepWebhooks, service: Service, webhook: PathId) -> KeyOut:
    """Events are signed with both for a day, so that the receiver can change in its own time."""
    match change_key(service.office, caller.issuer_id, webhook, caller.actor, service.clock()):
        case KeyChanged(_, secret, until):
            return KeyOut(key=secret, former_key_until=until)
        case KeyMoved():
            raise conflict("Somebody else has changed the key at this moment.")
        case NoSuchEndpoint():
            raise not_found("webhook")


def raise_unknown(outcome: Done | NoSuchEndpoint | EndpointDisabled) -> Done:
    """Return what an act came to. Raises `ProblemError` where there is no such webhook, or it is disabled."""
    if isinstance(outcome, NoSuchEndpoint):
        raise not_found("webhook")
    if isinstance(outcome, EndpointDisabled):
        raise conflict("The webhook is disabled. Enable it first.")
    return outcome


def _taken(taken: UrlTaken) -> ProblemError:
    return conflict(f"Webhook {taken.endpoint_id} has this URL already.")


def _bad_url(fault: UrlFault) -> ProblemError:
    error = ErrorOut(detail=URL_FAULTS[fault], pointer="#/url")
    return ProblemError(Kind.REFUSED, f"The URL {URL_FAULTS[fault]}.", [error])


def _find(service: WebService, caller: Caller, endpoint_id: str) -> WebhookOut:
    with reading(service.office.engine).connect() as connection:
        found = find_endpoint(connection, caller.issuer_id, endpoint_id)
    if found is None:
        raise not_found("webhook")
    return _show(found)


def _show(endpoint: EndpointShown) -> WebhookOut:
    return WebhookOut(
        id=endpoint.endpoint_id,
        url=endpoint.url,
        events=[kind.value for kind in endpoint.events],
        note=endpoint.note,
        created_at=endpoint.created_at,
        created_by=endpoint.created_by,
        disabled_at=endpoint.disabled_at,
        disabled_because=endpoint.disabled_because,
        failing_since=endpoint.failing_since,
        former_key_until=endpoint.former_until,
        waiting=endpoint.waiting,
        failed=endpoint.failed,
    )
