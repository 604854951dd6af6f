"""What tests of webhooks do at the desk."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from desk.hooks.endpoints import EndpointAdded, add_endpoint
from desk.hooks.events import EventKind, Happened
from desk.hooks.telling import tell_hooks
from desk.members.audit import Actor
from tests.desk.conftest import Desk
from tests.desk.hooks.receiver import LOOPBACK

KIM = Actor("kim@asee.example")


def open_to_loopback(desk: Desk) -> Desk:
    """Let webhooks go to this machine, as the setting `hooks_allow` does."""
    return Desk(replace(desk.office, hooks_allow=LOOPBACK), desk.now)


def issuer_of(desk: Desk, slug: str = "asee") -> str:
    return str(desk.one("SELECT id FROM issuer WHERE slug = :slug", slug=slug))


def listen_at(desk: Desk, url: str, slug: str = "asee", events: Collection[EventKind] = ()) -> EndpointAdded:
    added = add_endpoint(desk.office, issuer_of(desk, slug), url, events, "", KIM, desk.now)
    assert isinstance(added, EndpointAdded)
    return added


def tell(desk: Desk, key: str = "1", slug: str = "asee", kind: EventKind = EventKind.MAIL_SENT, **data: Any) -> None:
    with desk.office.engine.begin() as connection:
        tell_hooks(connection, [Happened(issuer_of(desk, slug), kind, key, data)], desk.now)


def deliveries(desk: Desk) -> list[tuple[str, int, int | None, str]]:
    rows = desk.rows("SELECT state, attempts, status, reason FROM hook_delivery ORDER BY made_at, id")
    return [tuple(row) for row in rows]
