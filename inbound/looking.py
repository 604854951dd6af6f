"""Looking at the mail that came in: what became of each delivery, and why. Reads only, in its caller's transaction."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, or_, select
from sqlmodel import col

from desk.tables import Ticket
from inbound.tables import Decision, Delivery, RawMail
from wire.message import read_header

_HEADER_BYTES = 64 << 10


@dataclass(frozen=True, slots=True)
class CameIn:
    """One delivery, and what was decided on it; None where nothing is yet."""

    delivery_id: str
    raw_mail_id: str
    received_at: datetime
    mail_from: str
    state: str
    tries: int
    outcome: str | None
    role: str | None
    intent: str | None
    rule: str | None
    rules_version: int | None
    reason: str | None
    ticket: str | None
    """Its reference."""
    authentication: str | None
    """JSON."""
    decided_at: datetime | None


_COLUMNS: tuple[Any, ...] = (
    col(Delivery.id).label("delivery_id"),
    col(Delivery.raw_mail_id),
    col(Delivery.received_at),
    col(Delivery.mail_from),
    col(Delivery.state),
    col(Delivery.tries),
    col(Decision.outcome),
    col(Decision.role),
    col(Decision.intent),
    col(Decision.rule),
    col(Decision.rules_version),
    col(Decision.reason),
    col(Ticket.reference).label("ticket"),
    col(Decision.authentication),
    col(Decision.decided_at),
)


def list_mails(connection: Connection, limit: int, state: str | None = None) -> list[CameIn]:
    """Return the newest deliveries, the newest first; with `state`, only those in it."""
    query = _query().order_by(col(Delivery.received_at).desc()).limit(limit)
    if state is not None:
        query = query.where(col(Delivery.state) == state)
    return [_read(row) for row in connection.execute(query)]


def find_mails(connection: Connection, name: str) -> list[CameIn]:
    """Return the deliveries that an id names: a delivery's or a mail's."""
    which = or_(col(Delivery.id) == name, col(Delivery.raw_mail_id) == name)
    return [_read(row) for row in connection.execute(_query().where(which).order_by(col(Delivery.received_at)))]


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided on a mail, by which rule, and on what evidence."""

    raw_mail_id: str
    role: str | None
    intent: str | None
    outcome: str
    rule: str
    rules_version: int
    reason: str
    facts: str
    """JSON."""
    authentication: str
    """JSON."""
    decided_at: datetime


def list_decisions(connection: Connection, raw_mail_ids: Collection[str]) -> dict[str, Decided]:
    """Return what was decided on each of these mails; where one came several times, on its first delivery."""
    query: Select[*tuple[Any, ...]] = select(
        col(Decision.raw_mail_id),
        col(Decision.role),
        col(Decision.intent),
        col(Decision.outcome),
        col(Decision.rule),
        col(Decision.rules_version),
        col(Decision.reason),
        col(Decision.facts),
        col(Decision.authentication),
        col(Decision.decided_at),
    ).where(col(Decision.raw_mail_id).in_(raw_mail_ids))
    rows = connection.execute(query.order_by(col(Decision.decided_at).desc()))
    return {row.raw_mail_id: Decided(**row._mapping) for row in rows}


def read_evidence(connection: Connection, raw_mail_id: str) -> str:
    """Return the DNS answers that the verdict on a mail rests on, as JSON; an empty list where there are none."""
    query = select(col(Decision.evidence)).where(col(Decision.raw_mail_id) == raw_mail_id)
    return connection.execute(query.order_by(col(Decision.decided_at)).limit(1)).scalar_one_or_none() or "[]"


def read_subject(connection: Connection, raw_mail_id: str) -> str:
    """Return the subject of a stored mail, or in its place that its bytes were let go."""
    query = select(col(RawMail.content), col(RawMail.purged_at)).where(col(RawMail.id) == raw_mail_id)
    content, purged_at = connection.execute(query).one()
    if purged_at is not None:
        return f"(its bytes were let go on {purged_at:%Y-%m-%d})"
    header, _ = read_header(bytes(content[:_HEADER_BYTES]))
    return header.first("subject")


def _query() -> Any:
    return (
        select(*_COLUMNS)
        .select_from(Delivery)
        .outerjoin(Decision, col(Decision.delivery_id) == col(Delivery.id))
        .outerjoin(Ticket, col(Ticket.id) == col(Decision.ticket_id))
    )


def _read(row: Row[Any]) -> CameIn:
    return CameIn(**row._mapping)
