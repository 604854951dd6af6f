"""Committing what came in, before anybody is told that we have it.

Here belongs the group commit: whatever waits goes into one transaction. Nothing here reads a mail further than its
fingerprint does. An error is told as `NotKept`; the next group tries the database anew, so that a store that was away
needs no restart.
"""

import asyncio
import contextlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Condition, Thread
from time import perf_counter
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from badges.ids import make_id
from inbound.counting import count_group
from inbound.fingerprint import make_fingerprint, split_header_block
from inbound.tables import Delivery, RawMail
from mailer.queue.waking import Turn, ask_for_turn

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
    outcome: "asyncio.Future[Kept | NotKept]"


class MailStore:
    """One writing thread. Use it as a context manager: leaving it commits what waits, and then ends."""

    def __init__(self, engine: Engine, *, gather_seconds: float = GATHER_SECONDS) -> None:
        self._engine = engine
        self._gather_seconds = gather_seconds
        self._waiting: list[_Waiting] = []
        self._enough = 1
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
        waiting = _Waiting(arrival, asyncio.get_running_loop().create_future())
        with self._changed:
            if self._is_closed:
                return NotKept("the store is closed")
            self._waiting.append(waiting)
            # Waking the writer for each mail would cost two switches of threads a mail.
            if len(self._waiting) >= self._enough:
                self._changed.notify()
        return await waiting.outcome

    def _write_groups(self) -> None:
        size = 1
        while group := self._take_group(size):
            size, began = len(group), perf_counter()
            outcomes = self._commit(group)
            seconds = perf_counter() - began
            _tell(group, outcomes)  # first: somebody waits for the 250
            _note(group, outcomes, seconds)

    def _take_group(self, last_size: int) -> list[_Waiting]:
        """Wait for company only if there was some a moment ago; empty means closed."""
        with self._changed:
            self._await_mails(1, None)
            if last_size > 1:
                self._await_mails(last_size, self._gather_seconds)
            count = _fitting(self._waiting)
            group, self._waiting = self._waiting[:count], self._waiting[count:]
            return group

    def _await_mails(self, count: int, seconds: float | None) -> None:
        self._enough = count
        self._changed.wait_for(lambda: len(self._waiting) >= count or self._is_closed, seconds)

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


def _tell(group: Sequence[_Waiting], outcomes: Sequence[Kept | NotKept]) -> None:
    """Wake the callers, each in its loop, and each loop once."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[_Waiting, Kept | NotKept]]] = {}
    for waiting, outcome in zip(group, outcomes, strict=True):
        by_loop.setdefault(waiting.outcome.get_loop(), []).append((waiting, outcome))
    for loop, told in by_loop.items():
        # A loop that has been closed meanwhile has nobody left to be told.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(_set_outcomes, told)


def _note(group: Sequence[_Waiting], outcomes: Sequence[Kept | NotKept], seconds: float) -> None:
    """Count a group, and tell of each mail that was kept; at `info` only its processor does, who may be slow."""
    taken = [
        (each.arrival, outcome) for each, outcome in zip(group, outcomes, strict=True) if isinstance(outcome, Kept)
    ]
    repeats = sum(outcome.is_repeat for _, outcome in taken)
    count_group(len(taken) - repeats, repeats, len(group) - len(taken), seconds)
    for arrival, outcome in taken:
        _log.debug(
            "taken",
            delivery=outcome.delivery_id,
            raw_mail=outcome.raw_mail_id,
            repeat=outcome.is_repeat,
            peer=arrival.peer_address,
            domain=arrival.mail_from.rpartition("@")[2],
            bytes=len(arrival.content),
            protocol=arrival.protocol,
        )


def _set_outcomes(told: Iterable[tuple[_Waiting, Kept | NotKept]]) -> None:
    for waiting, outcome in told:
        if not waiting.outcome.done():  # else the caller was cancelled
            waiting.outcome.set_result(outcome)


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
    ask_for_turn(connection, Turn.PROCESS, len(rows))
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
