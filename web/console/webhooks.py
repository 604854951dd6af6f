"""`/console/issuers/{issuer}/access/webhooks`: where events are posted to; adding one, and the page of each.

Here belong what is shown, and the form of a new one, whose key is shown once. What is done to an endpoint that there
is stands in `webhook_acts`.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from badges.columns import from_microseconds, to_microseconds
from badges.transactions import reading
from desk.hooks.endpoints import (
    LONGEST_NOTE,
    MOST_ENDPOINTS,
    EndpointAdded,
    TooManyEndpoints,
    UrlTaken,
    add_endpoint,
)
from desk.hooks.events import CHOOSABLE, EventKind
from desk.hooks.listing import (
    MOST_COUNTED,
    PAGE,
    After,
    DeliveryShown,
    EndpointShown,
    Show,
    find_delivery,
    find_endpoint,
    list_deliveries,
    list_endpoints,
)
from desk.hooks.targets import LONGEST_URL
from web.console.pages import show_console
from web.console.visitors import ActingManaged, Managed, ManagedIssuer
from web.context import READ, Service, Shown
from web.needs import WebService
from web.pages import Pages

router = APIRouter()

HERE = "/console/issuers/{issuer}/access/webhooks"
ONE = f"{HERE}/{{endpoint}}"
Text = Annotated[str, Form()]
Texts = Annotated[Sequence[str], Form()]

_CURSOR = re.compile(r"([0-9]{1,17})\.([a-z2-7]{16})")
_TURNS = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
"""Marks that show a text as another one."""


@router.api_route(HERE, methods=READ)
def show_webhooks(request: Request, service: Service, pages: Shown, managed: Managed, said: str = "") -> Response:
    """List the endpoints, with the form for another."""
    return _show_list(request, service, pages, managed, {"said": said})


@router.post(HERE)
def add_webhook(  # noqa: PLR0913, PLR0917 - the form, and who sends it
    request: Request,
    service: Service,
    pages: Shown,
    managed: ActingManaged,
    url: Text = "",
    note: Text = "",
    every: Text = "",
    events: Texts = (),
) -> Response:
    """Add an endpoint and show its key, here and now. Sent again by a reload, it is refused: the URL is taken."""
    sent = read_webhook_form(url, note, every, events)
    if sent["events"] is None:
        return _show_list(request, service, pages, managed, {"sent": sent, "fault": "no_events"}, 422)
    given, now = (sent["url"], sent["events"], sent["note"]), service.clock()
    made = add_endpoint(service.office, managed.id, *given, managed.colleague.actor, now)
    if isinstance(made, EndpointAdded):
        return show_key(request, service, pages, managed, made.endpoint_id, made.secret)
    return _show_list(request, service, pages, managed, {"sent": sent, "fault": word_of(made)}, 422)


@router.api_route(ONE, methods=READ)
def show_webhook(  # noqa: PLR0913, PLR0917 - what is shown, to whom
    request: Request,
    service: Service,
    pages: Shown,
    managed: Managed,
    endpoint: str,
    show: str = "",
    after: str = "",
    said: str = "",
) -> Response:
    """Show one endpoint with what was posted to it."""
    values = {"said": said}
    return answer_with_webhook(request, service, pages, managed, endpoint, values, show=show, after=after)


@router.api_route(f"{ONE}/deliveries/{{delivery}}", methods=READ)
def show_delivery(  # noqa: PLR0913, PLR0917 - what is shown, to whom
    request: Request, service: Service, pages: Shown, managed: Managed, endpoint: str, delivery: str
) -> Response:
    """Show one event, as it is posted, and how it stands."""
    with reading(service.office.engine).connect() as connection:
        hook = find_endpoint(connection, managed.id, endpoint)
        found = find_delivery(connection, managed.id, delivery)
    if hook is None or found is None or found.endpoint_id != endpoint:
        raise HTTPException(404)
    values = {"hook": hook, "delivery": found, "payload": _lay_out(found)}
    return show_console(request, pages, managed, "webhook_delivery.html", values, area="access")


def answer_with_webhook(  # noqa: PLR0913, PLR0917 - what is shown, to whom
    request: Request,
    service: WebService,
    pages: Pages,
    managed: ManagedIssuer,
    endpoint_id: str,
    values: Mapping[str, Any],
    *,
    status: int = 200,
    show: str = "",
    after: str = "",
) -> Response:
    """Return the page of one endpoint; 404 if there is none of this issuer."""
    shown = Show(show) if show in {each.value for each in Show} else Show.ALL
    with reading(service.office.engine).connect() as connection:
        hook = find_endpoint(connection, managed.id, endpoint_id)
        if hook is None:
            raise HTTPException(404)
        rows = list_deliveries(
            connection, managed.id, endpoint_id, show=shown, after=_read_cursor(after), limit=PAGE + 1
        )
    shared = {
        "hook": hook,
        "rows": rows[:PAGE],
        "show": shown.value,
        "after": after,
        "next_query": _write_query(shown, rows[PAGE - 1]) if len(rows) > PAGE else "",
        "sent": _sent_of(hook),
        "fault": "",
        "key": "",
        "said": "",
        **_LISTED,
    }
    return show_console(request, pages, managed, "webhook.html", {**shared, **values}, area="access", status=status)


def show_key(  # noqa: PLR0913, PLR0917 - what is shown, to whom
    request: Request, service: WebService, pages: Pages, managed: ManagedIssuer, endpoint_id: str, key: str
) -> Response:
    """Return the page of an endpoint with its new key, which no other page shows."""
    return answer_with_webhook(request, service, pages, managed, endpoint_id, {"key": key})


def read_webhook_form(url: str, note: str, every: str, events: Sequence[str]) -> dict[str, Any]:
    """Return what was typed. `events` is None where neither all nor any were chosen."""
    chosen = [kind for kind in CHOOSABLE if kind.value in events]
    wanted: list[EventKind] | None = [] if every else chosen or None
    return {
        "url": url.strip()[: LONGEST_URL + 1],
        "note": note[:LONGEST_NOTE],
        "every": bool(every),
        "chosen": chosen,
        "events": wanted,
    }


def word_of(refused: object) -> str:
    """Return the word by which the page says why a URL was refused."""
    match refused:
        case UrlTaken():
            return "taken"
        case TooManyEndpoints():
            return "too_many"
        case _:
            return str(refused)


_LISTED = {"kinds": CHOOSABLE, "most_counted": MOST_COUNTED, "most": MOST_ENDPOINTS}


def _show_list(  # noqa: PLR0913, PLR0917 - what is shown, to whom
    request: Request,
    service: WebService,
    pages: Pages,
    managed: ManagedIssuer,
    values: Mapping[str, Any],
    status: int = 200,
) -> Response:
    with reading(service.office.engine).connect() as connection:
        hooks = list_endpoints(connection, managed.id)
    nothing = {"url": "", "note": "", "every": True, "chosen": [], "events": []}
    shared = {"hooks": hooks, "sent": nothing, "fault": "", "said": "", **_LISTED}
    return show_console(request, pages, managed, "webhooks.html", {**shared, **values}, area="access", status=status)


def _sent_of(hook: EndpointShown) -> dict[str, Any]:
    return {"url": hook.url, "note": hook.note, "every": not hook.events, "chosen": hook.events}


def _write_query(show: Show, last: DeliveryShown) -> str:
    return f"?show={show.value}&after={to_microseconds(last.made_at)}.{last.delivery_id}"


def _read_cursor(text: str) -> After | None:
    match = _CURSOR.fullmatch(text)
    return After(_read_moment(match[1]), match[2]) if match else None


def _read_moment(digits: str) -> datetime:
    return from_microseconds(int(digits))


def _lay_out(delivery: DeliveryShown) -> str:
    """Return the payload in lines, with marks of direction written out: names in it are strangers' words."""
    text = json.dumps(json.loads(delivery.payload), indent=2, ensure_ascii=False)
    return _TURNS.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
