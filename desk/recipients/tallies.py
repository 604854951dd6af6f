"""Counting what became of an issuer's awards: by badge, by the day on which they were issued.

Here belong the counts and the look-ups behind them. An award counts where its newest mail stands, so one that bounced
and was sent again to a corrected address counts as sent. What takes long is cut into days by the caller.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Select, func, literal_column, select, type_coerce
from sqlmodel import col

from badges.account_tables import ShareClick
from badges.tables import Account, Assertion, BadgeClass
from desk.recipients.listing import select_newest_mail
from mailer.queue.states import State
from mailer.queue.tables import Message

Cell = tuple[str, date]
"""A badge class, and a day in UTC."""
_EPOCH = date(1970, 1, 1)
_DAY = literal_column("86400000000", BigInteger)
"""Microseconds, as `badges.columns.Instant` keeps moments."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many awards, and how far they have come. The five of mails add up to `awards`."""

    awards: int = 0
    sent: int = 0
    """The next hop took the mail, and nothing has come back: whether it was delivered, nobody says."""
    waiting: int = 0
    bounced: int = 0
    stopped: int = 0
    """Suppressed, cancelled, too late, or in doubt."""
    unmailed: int = 0
    """There was no mail, as for an imported award."""
    opened: int = 0
    claimed: int = 0
    shared: int = 0
    complained: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(Tally)))


_OUTCOMES: Mapping[str, str] = {
    State.SENT: "sent",
    State.QUEUED: "waiting",
    State.DEFERRED: "waiting",
    State.SENDING: "waiting",
    State.BOUNCED: "bounced",
    "": "unmailed",
}


def list_badge_ids(connection: Connection, issuer_id: str) -> Mapping[str, tuple[str, str]]:
    """Return slug and name of every badge class of the issuer, by id."""
    query = select(col(BadgeClass.id), col(BadgeClass.slug), col(BadgeClass.name)).where(
        col(BadgeClass.issuer_id) == issuer_id
    )
    return {row[0]: (row[1], row[2]) for row in connection.execute(query.order_by(col(BadgeClass.name)))}


def count_up_to(connection: Connection, badge_ids: Iterable[str], since: datetime, most: int) -> int:
    """Count the awards since a moment, but no further than `most`."""
    awards = select(col(Assertion.id)).where(*_issued(badge_ids, since)).limit(most).subquery()
    return connection.execute(select(func.count()).select_from(awards)).scalar_one()


def count_by_day(connection: Connection, badge_ids: Iterable[str], since: datetime) -> Mapping[Cell, int]:
    """Count the awards of each badge and day: one run through an index."""
    day = _day_of_award()
    query = select(col(Assertion.badge_class_id), day, func.count()).where(*_issued(badge_ids, since))
    rows = connection.execute(query.group_by(col(Assertion.badge_class_id), day))
    return {(row[0], _EPOCH + timedelta(days=row[1])): row[2] for row in rows}


def tally_awards(
    connection: Connection, badge_ids: Iterable[str], since: datetime, until: datetime | None = None
) -> dict[Cell, Tally]:
    """Count how far the awards of each badge and day have come: a few look-ups for each award."""
    day, state = _day_of_award(), func.coalesce(col(Message.state), "")
    shared = select(col(ShareClick.id)).where(col(ShareClick.assertion_id) == col(Assertion.id)).exists()
    complained = col(Message.reason).startswith("a complaint came back")
    query: Select[*tuple[Any, ...]] = (
        select(
            col(Assertion.badge_class_id),
            day,
            state,
            func.count(),
            func.count(col(Assertion.opened_at)),
            func.count(col(Account.password_set_at)),
            func.count().filter(shared),
            func.count().filter(complained),
        )
        .select_from(Assertion)
        .join(Account, col(Account.earner_id) == col(Assertion.earner_id))
        .outerjoin(Message, col(Message.id) == select_newest_mail())
        .where(*_issued(badge_ids, since, until))
        .group_by(col(Assertion.badge_class_id), day, state)
    )
    found: dict[Cell, Tally] = {}
    for row in connection.execute(query):
        cell = (row[0], _EPOCH + timedelta(days=row[1]))
        found[cell] = found.get(cell, Tally()) + _read(row[2:])
    return found


def sum_by_day(cells: Mapping[Cell, Tally], first: date, last: date) -> Sequence[tuple[date, Tally]]:
    """Return every day from `first` to `last`, also those on which nothing was issued."""
    days = {first + timedelta(days=number): Tally() for number in range((last - first).days + 1)}
    for (_, day), tally in cells.items():
        if day in days:
            days[day] += tally
    return list(days.items())


def sum_by_badge(cells: Mapping[Cell, Tally], first: date) -> Mapping[str, Tally]:
    """Return the sums since `first` by badge class."""
    found: dict[str, Tally] = {}
    for (badge_id, day), tally in cells.items():
        if day >= first:
            found[badge_id] = found.get(badge_id, Tally()) + tally
    return found


def start_of(day: date) -> datetime:
    """Return the moment at which a day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _issued(badge_ids: Iterable[str], since: datetime, until: datetime | None = None) -> list[ColumnElement[bool]]:
    conditions = [col(Assertion.badge_class_id).in_(list(badge_ids)), col(Assertion.created_at) >= since]
    return conditions if until is None else [*conditions, col(Assertion.created_at) < until]


def _day_of_award() -> ColumnElement[int]:
    return type_coerce(col(Assertion.created_at), BigInteger).op("/")(_DAY)


def _read(row: Sequence[Any]) -> Tally:
    state, number, opened, claimed, shared, complained = row
    outcome = {_OUTCOMES.get(state, "stopped"): number}
    return Tally(number, opened=opened, claimed=claimed, shared=shared, complained=complained, **outcome)
