"""Endpoints: where an issuer wants to be told, of what, and with which key.

Here belong the acts of its managers, from console and API. Each looks the endpoint up by its issuer, so that another's
is as unknown as one that there is not. What there is to read stands in `listing`.
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, select, update
from sqlmodel import col

from badges.ids import make_id
from badges.transactions import take_turn_for
from desk.hooks.events import EventKind, write_events
from desk.hooks.shutting import give_up, shut_endpoint
from desk.hooks.signing import make_secret
from desk.hooks.tables import HookEndpoint
from desk.hooks.targets import UrlFault, read_target
from desk.members.audit import Act, Actor, Subject, note_act
from desk.office import Office
from desk.requests.plain import clean_line

MOST_ENDPOINTS = 10
"""Of one issuer: each event is posted to all of them."""
OVERLAP = timedelta(hours=24)
"""How long events are signed with the former key as well after it was replaced."""
LONGEST_NOTE = 200
BY_HAND = "by_hand"
"""Why an endpoint is disabled: its managers did it. Else `gone` or `failing`."""


@dataclass(frozen=True, slots=True)
class EndpointAdded:
    """Done. The key is shown now, and never again."""

    endpoint_id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TooManyEndpoints:
    """An issuer has `MOST_ENDPOINTS` at most."""


@dataclass(frozen=True, slots=True)
class UrlTaken:
    """An endpoint of the issuer has this URL: it would be told everything twice."""

    endpoint_id: str


@dataclass(frozen=True, slots=True)
class KeyMoved:
    """Somebody has changed the key since it was looked at: changing it again would end the one before too early."""


@dataclass(frozen=True, slots=True)
class NoSuchEndpoint:
    """None of this issuer's is called that."""


@dataclass(frozen=True, slots=True)
class EndpointDone:
    """Done, now or before."""

    endpoint_id: str


@dataclass(frozen=True, slots=True)
class KeyChanged:
    """Done. The key is shown now, and never again; the former one goes on signing until then."""

    endpoint_id: str
    secret: str = field(repr=False)
    former_until: datetime


def add_endpoint(  # noqa: PLR0913, PLR0917 - whose, where, what, who, when
    office: Office,
    issuer_id: str,
    url: str,
    events: Collection[EventKind],
    note: str,
    actor: Actor,
    now: datetime,
) -> EndpointAdded | UrlFault | UrlTaken | TooManyEndpoints:
    """Tell `url` from now on what happens; no `events` chosen: everything."""
    target = read_target(url, office.hooks_allow)
    if isinstance(target, UrlFault):
        return target
    endpoint_id, secret = make_id(), make_secret()
    with office.engine.begin() as connection:
        _take_issuers_turn(connection, issuer_id)
        if other := _find_other(connection, issuer_id, target.url, ""):
            return UrlTaken(other)
        count = select(func.count()).where(col(HookEndpoint.issuer_id) == issuer_id, _IS_THERE)
        if connection.execute(count).scalar_one() >= MOST_ENDPOINTS:
            return TooManyEndpoints()
        values = {
            "id": endpoint_id,
            "issuer_id": issuer_id,
            "url": target.url,
            "events": write_events(events),
            "secret": office.vault.seal(secret),
            "note": clean_line(note)[:LONGEST_NOTE],
            "created_at": now,
            "created_by": actor.name,
            "disabled_because": "",
        }
        connection.execute(insert(HookEndpoint).values(values))
        _note(connection, actor, Act.HOOK_ADDED, issuer_id, endpoint_id, now, {"host": target.host})
    return EndpointAdded(endpoint_id, secret)


def change_endpoint(  # noqa: PLR0913 - which, what, who, when
    office: Office,
    issuer_id: str,
    endpoint_id: str,
    actor: Actor,
    now: datetime,
    *,
    url: str,
    events: Collection[EventKind],
    note: str,
) -> EndpointDone | UrlFault | UrlTaken | NoSuchEndpoint:
    """Put other values in the place of an endpoint's. Its key stays."""
    target = read_target(url, office.hooks_allow)
    if isinstance(target, UrlFault):
        return target
    values = {"url": target.url, "events": write_events(events), "note": clean_line(note)[:LONGEST_NOTE]}
    with office.engine.begin() as connection:
        _take_issuers_turn(connection, issuer_id)
        if other := _find_other(connection, issuer_id, target.url, endpoint_id):
            return UrlTaken(other)
        if not _change(connection, issuer_id, endpoint_id, values):
            return NoSuchEndpoint()
        detail = {"host": target.host, "events": values["events"]}
        _note(connection, actor, Act.HOOK_CHANGED, issuer_id, endpoint_id, now, detail)
    return EndpointDone(endpoint_id)


def disable_endpoint(
    office: Office, issuer_id: str, endpoint_id: str, actor: Actor, now: datetime
) -> EndpointDone | NoSuchEndpoint:
    """Post nothing there from now on. What waits is given up, and may be replayed."""
    with office.engine.begin() as connection:
        if not _is_theirs(connection, issuer_id, endpoint_id):
            return NoSuchEndpoint()
        shut_endpoint(connection, endpoint_id, BY_HAND, now, actor)
    return EndpointDone(endpoint_id)


def enable_endpoint(
    office: Office, issuer_id: str, endpoint_id: str, actor: Actor, now: datetime
) -> EndpointDone | NoSuchEndpoint:
    """Tell it again what happens from now on."""
    values = {"disabled_at": None, "disabled_because": "", "failing_since": None}
    with office.engine.begin() as connection:
        if not _is_theirs(connection, issuer_id, endpoint_id):
            return NoSuchEndpoint()
        if _change(connection, issuer_id, endpoint_id, values, col(HookEndpoint.disabled_at).is_not(None)):
            _note(connection, actor, Act.HOOK_ENABLED, issuer_id, endpoint_id, now, {})
    return EndpointDone(endpoint_id)


def change_key(  # noqa: PLR0913, PLR0917 - whose, which, who and when
    office: Office, issuer_id: str, endpoint_id: str, actor: Actor, now: datetime, seen: str | None = None
) -> KeyChanged | KeyMoved | NoSuchEndpoint:
    """Make a new key. For `OVERLAP` events bear the signatures of both.

    `seen` is the mark of the key that whoever asks has seen (`mark_key`), so that a form sent twice acts once.
    """
    secret, until = make_secret(), now + OVERLAP
    values = {"secret": office.vault.seal(secret), "former_secret": HookEndpoint.secret, "former_until": until}
    with office.engine.begin() as connection:
        named = (col(HookEndpoint.id) == endpoint_id, col(HookEndpoint.issuer_id) == issuer_id, _IS_THERE)
        sealed = connection.execute(select(col(HookEndpoint.secret)).where(*named)).scalar_one_or_none()
        if sealed is None:
            return NoSuchEndpoint()
        if seen not in (None, mark_key(sealed)):
            return KeyMoved()
        if not _change(connection, issuer_id, endpoint_id, values, col(HookEndpoint.secret) == sealed):
            return KeyMoved()
        _note(connection, actor, Act.HOOK_KEY_CHANGED, issuer_id, endpoint_id, now, {})
    return KeyChanged(endpoint_id, secret, until)


def delete_endpoint(
    office: Office, issuer_id: str, endpoint_id: str, actor: Actor, now: datetime
) -> EndpointDone | NoSuchEndpoint:
    """Take an endpoint away, with its key and what waits for it."""
    with office.engine.begin() as connection:
        gone = {"deleted_at": now, "secret": "", "former_secret": None, "former_until": None}
        if not _change(connection, issuer_id, endpoint_id, gone):
            return NoSuchEndpoint()
        give_up(connection, endpoint_id, "cancelled", "the endpoint was taken away", now)
        _note(connection, actor, Act.HOOK_DELETED, issuer_id, endpoint_id, now, {})
    return EndpointDone(endpoint_id)


def mark_key(sealed: str) -> str:
    """Return what tells one key of an endpoint from the next, and says nothing of it."""
    return hashlib.sha256(sealed.encode()).hexdigest()[:16]


_IS_THERE = col(HookEndpoint.deleted_at).is_(None)


def _take_issuers_turn(connection: Connection, issuer_id: str) -> None:
    """Keep whoever else would add or move an endpoint waiting: each would count, and compare, without the other."""
    take_turn_for(connection, f"endpoints {issuer_id}")


def _find_other(connection: Connection, issuer_id: str, url: str, endpoint_id: str) -> str | None:
    query = select(col(HookEndpoint.id)).where(
        col(HookEndpoint.issuer_id) == issuer_id,
        col(HookEndpoint.url) == url,
        col(HookEndpoint.id) != endpoint_id,
        _IS_THERE,
    )
    return connection.execute(query.limit(1)).scalar_one_or_none()


def _is_theirs(connection: Connection, issuer_id: str, endpoint_id: str) -> bool:
    return _change(connection, issuer_id, endpoint_id, {"issuer_id": issuer_id})


def _change(
    connection: Connection, issuer_id: str, endpoint_id: str, values: Mapping[str, Any], *where: ColumnElement[bool]
) -> bool:
    named = (col(HookEndpoint.id) == endpoint_id, col(HookEndpoint.issuer_id) == issuer_id, _IS_THERE, *where)
    return connection.execute(update(HookEndpoint).where(*named).values(values)).rowcount > 0


def _note(  # noqa: PLR0913, PLR0917 - who, what, when, whose, on what
    connection: Connection,
    actor: Actor,
    act: Act,
    issuer_id: str,
    endpoint_id: str,
    now: datetime,
    detail: Mapping[str, Any],
) -> None:
    subject = Subject("hook_endpoint", endpoint_id)
    note_act(connection, actor, act, now, issuer_id=issuer_id, subject=subject, detail=detail)
