"""Addresses that an issuer wants left alone: its own entries of the suppression list.

Here belong these acts. What an earner has stopped by unsubscribing, and what a bounce or a complaint has stopped, is
not the issuer's to start again.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, select, tuple_
from sqlmodel import col

from desk.members.audit import Act, Actor, Subject, note_act
from desk.office import Office
from mailer.queue.suppressions import Suppressed, suppress, unsuppress
from mailer.queue.tables import Suppression
from wire.address import AddressFault, fold_address, parse_address

BY_ISSUER = "stopped by the issuer"


@dataclass(frozen=True, slots=True)
class Stop:
    """Which address, and which mails to it."""

    address: str
    stream: str
    """Empty: every mail; `notices`: all but account mail."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """An entry of the list."""

    address: str
    stream: str
    reason: str
    created_at: datetime


class Started(StrEnum):
    """What became of taking an entry off."""

    DONE = "done"
    UNKNOWN = "unknown"
    NOT_OURS = "not_ours"
    """Somebody else has made it."""


def list_stops(
    connection: Connection, issuer_id: str, after: tuple[str, str] | None = None, limit: int = 50
) -> list[Stopped]:
    """Return an issuer's entries by address, behind the pair (address, stream) `after`."""
    key = (col(Suppression.address), col(Suppression.stream))
    query = select(*key, col(Suppression.reason), col(Suppression.created_at)).where(
        col(Suppression.issuer_id) == issuer_id
    )
    if after is not None:
        query = query.where(tuple_(*key) > after)
    return [Stopped(*row) for row in connection.execute(query.order_by(*key).limit(limit))]


def stop_sending(office: Office, actor: Actor, issuer_id: str, stop: Stop, now: datetime) -> Stopped | AddressFault:
    """Send nothing to an address in this issuer's name. An entry that is there stays as it is."""
    parsed = parse_address(stop.address)
    if isinstance(parsed, AddressFault):
        return parsed
    address = fold_address(parsed)
    with office.engine.begin() as connection:
        if suppress(connection, [Suppressed(address, BY_ISSUER, now, issuer_id, stop.stream)]):
            _note(connection, actor, Act.ADDRESS_STOPPED, issuer_id, Stop(address, stop.stream), now)
        found = _find(connection, issuer_id, Stop(address, stop.stream))
        assert found is not None  # it is there by now
        return found


def start_sending(office: Office, actor: Actor, issuer_id: str, stop: Stop, now: datetime) -> Started:
    """Send to an address again that this issuer had stopped."""
    parsed = parse_address(stop.address)
    if isinstance(parsed, AddressFault):
        return Started.UNKNOWN
    folded = Stop(fold_address(parsed), stop.stream)
    with office.engine.begin() as connection:
        found = _find(connection, issuer_id, folded)
        if found is None:
            return Started.UNKNOWN
        if found.reason != BY_ISSUER:
            return Started.NOT_OURS
        unsuppress(connection, folded.address, issuer_id, folded.stream)
        _note(connection, actor, Act.ADDRESS_STARTED, issuer_id, folded, now)
    return Started.DONE


def _find(connection: Connection, issuer_id: str, stop: Stop) -> Stopped | None:
    query = select(
        col(Suppression.address), col(Suppression.stream), col(Suppression.reason), col(Suppression.created_at)
    ).where(
        col(Suppression.issuer_id) == issuer_id,
        col(Suppression.address) == stop.address,
        col(Suppression.stream) == stop.stream,
    )
    row = connection.execute(query).first()
    return None if row is None else Stopped(*row)


def _note(  # noqa: PLR0913, PLR0917 - who, what, whose, when
    connection: Connection, actor: Actor, act: Act, issuer_id: str, stop: Stop, now: datetime
) -> None:
    detail = {"address": stop.address, "stream": stop.stream}
    subject = Subject("suppression", stop.address)
    note_act(connection, actor, act, now, issuer_id=issuer_id, subject=subject, detail=detail)
