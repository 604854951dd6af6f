"""Reading the trail of what members and other systems did: a page of it, or all of it, with filters.

Here belongs reading only. Every query runs along an index, by issuer, person, act or time, and goes on from the last
event of a page.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, Select, select
from sqlmodel import col

from badges.columns import from_microseconds, to_microseconds
from badges.tables import Issuer
from badges.transactions import reading
from desk.members.tables import AuditEvent, Member

PAGE = 50
_AT_ONCE = 500
"""Events that an export reads in one transaction: nobody keeps one open while a slow reader takes them."""
_CURSOR = re.compile(r"([0-9]{1,17})-([A-Za-z0-9_-]{1,40})")


@dataclass(frozen=True, slots=True)
class ActFilter:
    """Which events are wanted; what is None or empty does not matter."""

    issuer_id: str | None = None
    act: str = ""
    person: str = ""
    """A member's address, a token's name, or who worked at the command line: whole."""
    since: datetime | None = None
    until: datetime | None = None
    """Exclusive."""


@dataclass(frozen=True, slots=True)
class PastAct:
    """One event of the trail."""

    event_id: str
    made_at: datetime
    act: str
    made_by: str
    is_token: bool
    """Another system did it."""
    issuer_slug: str | None
    issuer_name: str | None
    subject_kind: str
    subject_id: str
    subject_name: str | None
    """The address, if it was done to a member."""
    detail: Mapping[str, Any]
    source: str

    @property
    def cursor(self) -> str:
        """What a page that follows this event begins from."""
        return cursor_of(self.made_at, self.event_id)


def cursor_of(made_at: datetime, event_id: str) -> str:
    """Return what a page that follows an event begins from."""
    return f"{to_microseconds(made_at)}-{event_id}"


def list_acts(connection: Connection, wanted: ActFilter, *, after: str = "", limit: int = PAGE) -> list[PastAct]:
    """Return what was done, the newest first; `after` is a `cursor`, and what is none begins anew."""
    query = _ACTS.order_by(col(AuditEvent.made_at).desc(), col(AuditEvent.id).desc()).limit(limit)
    query = query.where(*_conditions(wanted))
    if cursor := _CURSOR.fullmatch(after):
        moment, event_id = from_microseconds(int(cursor[1])), cursor[2]
        # The first condition is for the index; the second leaves out what was shown of the same moment.
        is_older = (col(AuditEvent.made_at) < moment) | (col(AuditEvent.id) < event_id)
        query = query.where(col(AuditEvent.made_at) <= moment, is_older)
    return [_read(row) for row in connection.execute(query)]


def read_acts(engine: Engine, wanted: ActFilter) -> Iterator[PastAct]:
    """Yield every event that is wanted, the newest first, reading some hundreds at a time."""
    after = ""
    while True:
        with reading(engine).connect() as connection:
            found = list_acts(connection, wanted, after=after, limit=_AT_ONCE)
        yield from found
        if len(found) < _AT_ONCE:
            return
        after = found[-1].cursor


_ACTS: Select[*tuple[Any, ...]] = (
    select(
        col(AuditEvent.id),
        col(AuditEvent.made_at),
        col(AuditEvent.act),
        col(AuditEvent.made_by),
        col(AuditEvent.token_id),
        col(Issuer.slug),
        col(Issuer.name),
        col(AuditEvent.subject_kind),
        col(AuditEvent.subject_id),
        col(Member.address),
        col(AuditEvent.detail),
        col(AuditEvent.source),
    )
    .outerjoin(Issuer, col(Issuer.id) == col(AuditEvent.issuer_id))
    .outerjoin(Member, (col(Member.id) == col(AuditEvent.subject_id)) & (col(AuditEvent.subject_kind) == "member"))
)


def _conditions(wanted: ActFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.issuer_id is not None:
        yield col(AuditEvent.issuer_id) == wanted.issuer_id
    if wanted.act:
        yield col(AuditEvent.act) == wanted.act
    if wanted.person:
        yield col(AuditEvent.made_by).in_({wanted.person, wanted.person.lower()})
    if wanted.since is not None:
        yield col(AuditEvent.made_at) >= wanted.since
    if wanted.until is not None:
        yield col(AuditEvent.made_at) < wanted.until


def _read(row: Row[*tuple[Any, ...]]) -> PastAct:
    is_token, detail = row.token_id is not None, json.loads(row.detail)
    values: tuple[Any, ...] = (*row[:4], is_token, *row[5:10], detail, row.source)
    return PastAct(*values)
