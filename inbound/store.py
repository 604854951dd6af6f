"""Committing what came in, before anybody is told that we have it.

Here belongs the group commit: whatever waits goes into one transaction. Nothing here reads a mail further than its
fingerprint does. An error is told as `NotKept`; the next group tries the database anew, so that a store that was away
needs no restart.
"""

import asyncio
import json
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from threading import Condition, Thread
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from badges.ids import make_id
from inbound.fingerprint import make_fingerprint, split_header_block
from inbound.tables import Delivery, RawMail

LARGEST_GROUP = 200
LARGEST_GROUP_BYTES = 8 << 20
GATHER_SECONDS = 0.005
"""How long a group waits for others, if the one before it had company: a commit takes about as long."""

_RAW_MAIL = RawMail.__table__  # type: ignore[attr-defined]
_DELIVERY = Delivery.__table__  # type: ignore[attr-defined]
_log = structlog.get_logger("badgepost.inbound")


@dataclass(frozen=True, slots=True)
class Arrival:
    """One mail as it was handed over; the fields of the envelope are those of `inbound.tables.Delivery`."""

    mail_from: str
    rcpt_to: tuple[str, ...]
    helo_name: str
    peer_address: str
    protocol: str
    tls: str | None
    received_at: datetime
    content: bytes


@dataclass(frozen=True, slots=True)
class Kept:
    """It is committed. `is_repeat`: the same mail was there already, and has one more delivery now."""

    raw_mail_id: str
    delivery_id: str
    is_repeat: bool


@dataclass(frozen=True, slots=True)
class NotKept:
    """It may not be there: nobody must be told that we have it. `reason` is for the log, not for the client."""

    reason: str


@dataclass(slots=True)
class _Waiting:
    arrival: Arrival
    outcome: "Future[Kept | NotKept]" = field(default_factory=Future)


class MailStore:
    """One writing thread. Use it as a context manager: leaving it commits what waits, and then ends."""

    def __init__(self, engine: Engine, *, gather_seconds: float = GATHER_SECONDS) -> None:
        self._engine = engine
        self._gather_seconds = gather_seconds
        self._waiting: list[_Waiting] = []
        self._changed = Condition()
        self._is_closed = False
        self._thread = Thread(target=self._write_groups, name="mail-store", daemon=True)

    def __enter__(self) -> "MailStore":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        self._thread.join()

    async def keep(self, arrival: Arrival) -> Kept | NotKept:
        """Commit `arrival` together with whatever else waits; returns after the commit or its failure.

        A caller that is cancelled meanwhile does not stop the commit: what is stored so is a delivery that was not
        acknowledged, and the client's next attempt is a repeat.
        """
        waiting = _Waiting(arrival)
        with self._changed:
            if self._is_closed:
                return NotKept("the store is closed")
            self._waiting.append(waiting)
            self._changed.notify()
        return await asyncio.shield(asyncio.wrap_future(waiting.outcome))

    def _write_groups(self) -> None:
        size = 1
        while group := self._take_group(size):
            size = len(group)
            for waiting, outcome in zip(group, self._commit(group), strict=True):
                waiting.outcome.set_result(outcome)

    def _take_group(self, last_size: int) -> list[_Waiting]:
        """Wait for company only if there was some a moment ago; empty means closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._is_closed)
            if last_size > 1:
                self._changed.wait_for(
                    lambda: len(self._waiting) >= last_size or self._is_closed, timeout=self._gather_seconds
                )
            count = _fitting(self._waiting)
            group, self._waiting = self._waiting[:count], self._waiting[count:]
            return group

    def _commit(self, group: Sequence[_Waiting]) -> list[Kept | NotKept]:
        try:
            with self._engine.begin() as connection:
                kept = _write(connection, [waiting.arrival for waiting in group])
            return list(kept)
        except Exception as fault:
            # Any fault at all: a writer that died of one would leave every session without its reply.
            # A mail that the database refuses for its content must not take its company with it.
            if len(group) > 1 and not _is_away(fault):
                return [outcome for waiting in group for outcome in self._commit([waiting])]
            reason = f"{type(fault).__name__}: {getattr(fault, 'orig', None) or fault}"
            _log.error("mail_not_kept", mails=len(group), reason=reason)
            return [NotKept(reason)] * len(group)


def _fitting(waiting: Sequence[_Waiting]) -> int:
    """Return how many of the first fit one group; one always does."""
    room = LARGEST_GROUP_BYTES
    for count, one in enumerate(waiting[:LARGEST_GROUP]):
        room -= len(one.arrival.content)
        if room < 0 and count:
            return count
    return min(len(waiting), LARGEST_GROUP)


def _is_away(fault: Exception) -> bool:
    """Tell whether the next transaction would fail in the same way: locked, full, gone."""
    return isinstance(fault, OperationalError | InterfaceError) or (
        isinstance(fault, DBAPIError) and fault.connection_invalidated
    )


def _write(connection: Connection, arrivals: Sequence[Arrival]) -> Iterable[Kept]:
    """Insert each mail that is not there yet, and a delivery for each arrival."""
    mails = [_raw_mail_row(arrival) for arrival in arrivals]
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    # In order of the fingerprints: two listeners on PostgreSQL then wait for each other but never in a circle.
    once = {mail["fingerprint"]: mail for mail in reversed(mails)}
    offered = [once[fingerprint] for fingerprint in sorted(once)]
    connection.execute(dialect.insert(_RAW_MAIL).on_conflict_do_nothing(index_elements=["fingerprint"]), offered)
    found = connection.execute(
        select(_RAW_MAIL.c.fingerprint, _RAW_MAIL.c.id).where(_RAW_MAIL.c.fingerprint.in_(list(once)))
    )
    ids: dict[str, str] = {fingerprint: raw_mail_id for fingerprint, raw_mail_id in found}
    kept = [Kept(ids[mail["fingerprint"]], make_id(), mail["id"] != ids[mail["fingerprint"]]) for mail in mails]
    rows = [_delivery_row(arrival, one) for arrival, one in zip(arrivals, kept, strict=True)]
    connection.execute(insert(_DELIVERY), rows)
    return kept


def _raw_mail_row(arrival: Arrival) -> dict[str, Any]:
    content = arrival.content
    fingerprint = make_fingerprint(arrival.mail_from, content)
    return {"id": make_id(), "fingerprint": fingerprint, "size": len(content), "content": content}


def _delivery_row(arrival: Arrival, kept: Kept) -> dict[str, Any]:
    return {
        "id": kept.delivery_id,
        "raw_mail_id": kept.raw_mail_id,
        "mail_from": arrival.mail_from,
        "rcpt_to": json.dumps(arrival.rcpt_to),
        "helo_name": arrival.helo_name,
        "peer_address": arrival.peer_address,
        "protocol": arrival.protocol,
        "tls": arrival.tls,
        "received_at": arrival.received_at,
        "state": "received",
        "header_block": split_header_block(arrival.content)[0] if kept.is_repeat else None,
    }
