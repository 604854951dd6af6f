"""The records that a ticket is about, as staff need them beside a mail: an earner's, and an issuer's.

Here belongs reading them, in a fixed number of queries. Whether somebody may have them changed is for `authority`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, select
from sqlmodel import col

from badges.tables import Account, Assertion, BadgeClass, Earner, EarnerAddress, Issuer, IssuerContact
from desk.requests.filed import OtherTicket
from desk.requests.ticket_file import list_others
from desk.tables import RecordChange, Ticket
from mailer.queue.tables import Message

MOST = 8
"""Awards, mails, changes that are shown; the newest."""


@dataclass(frozen=True, slots=True)
class HeldAward:
    """One badge that an earner was awarded."""

    assertion_id: str
    badge: str
    issuer_id: str
    issuer_name: str
    state: str
    issued_on: date
    expires_on: date | None
    held_at: datetime | None


@dataclass(frozen=True, slots=True)
class SentMail:
    """One mail that went to an earner, or is to go."""

    message_id: str
    kind: str
    rcpt_to: str
    state: str
    reason: str | None
    written_at: datetime


@dataclass(frozen=True, slots=True)
class PastChange:
    """One change of an earner's record."""

    kind: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    asked_by: str
    made_at: datetime
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class EarnerRecord:
    """What is on record of an earner."""

    earner_id: str
    name: str
    language: str | None
    addresses: Sequence[tuple[str, bool, datetime | None]]
    """Address, whether it is the primary one, when its owner confirmed it; the primary one first."""
    has_password: bool
    locked_at: datetime | None
    failed_logins: int
    awards: Sequence[HeldAward]
    mails: Sequence[SentMail]
    changes: Sequence[PastChange]
    tickets: Sequence[OtherTicket]

    @property
    def address(self) -> str:
        """The primary one."""
        return self.addresses[0][0] if self.addresses else ""


@dataclass(frozen=True, slots=True)
class IssuerRecord:
    """What is on record of an issuer."""

    issuer_id: str
    slug: str
    name: str
    domain: str
    support_email: str
    offers_pdf: bool
    contacts: Sequence[tuple[str, str | None]]
    """Address and name of everybody who may write in its name."""


def read_earner(connection: Connection, earner_id: str, ticket_id: str) -> EarnerRecord | None:
    """Return an earner's record; among the tickets, others than the one that is looked at. Six queries."""
    query: Select[*tuple[Any, ...]] = (
        select(
            col(Earner.id),
            col(Earner.name),
            col(Earner.language),
            col(Account.password_hash).is_not(None).label("has_password"),
            col(Account.locked_at),
            col(Account.failed_logins),
        )
        .outerjoin(Account, col(Account.earner_id) == col(Earner.id))
        .where(col(Earner.id) == earner_id)
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    return EarnerRecord(
        row.id,
        row.name,
        row.language,
        _list_addresses(connection, earner_id),
        bool(row.has_password),
        row.locked_at,
        row.failed_logins or 0,
        _list_awards(connection, earner_id),
        _list_mails(connection, earner_id),
        _list_changes(connection, earner_id),
        list_others(connection, col(Ticket.earner_id) == earner_id, ticket_id),
    )


def read_issuer(connection: Connection, issuer_id: str) -> IssuerRecord | None:
    """Return an issuer's record. Two queries."""
    query: Select[*tuple[Any, ...]] = select(
        col(Issuer.id).label("issuer_id"),
        col(Issuer.slug),
        col(Issuer.name),
        col(Issuer.domain),
        col(Issuer.support_email),
        col(Issuer.pdf_certificates).label("offers_pdf"),
    ).where(col(Issuer.id) == issuer_id)
    row = connection.execute(query).first()
    if row is None:
        return None
    contacts = select(col(IssuerContact.address), col(IssuerContact.name)).where(
        col(IssuerContact.issuer_id) == issuer_id
    )
    found = connection.execute(contacts.order_by(col(IssuerContact.address)).limit(20))
    return IssuerRecord(**row._mapping, contacts=[(address, name) for address, name in found])


def _list_addresses(connection: Connection, earner_id: str) -> list[tuple[str, bool, datetime | None]]:
    query = select(col(EarnerAddress.address), col(EarnerAddress.is_primary), col(EarnerAddress.confirmed_at)).where(
        col(EarnerAddress.earner_id) == earner_id
    )
    rows = connection.execute(query.order_by(col(EarnerAddress.is_primary).desc(), col(EarnerAddress.address)))
    return [(address, is_primary, confirmed_at) for address, is_primary, confirmed_at in rows]


def _list_awards(connection: Connection, earner_id: str) -> list[HeldAward]:
    query: Select[*tuple[Any, ...]] = (
        select(
            col(Assertion.id),
            col(BadgeClass.name),
            col(Issuer.id),
            col(Issuer.name),
            col(Assertion.state),
            col(Assertion.issued_on),
            col(Assertion.expires_on),
            col(Assertion.held_at),
        )
        .join(BadgeClass, col(BadgeClass.id) == col(Assertion.badge_class_id))
        .join(Issuer, col(Issuer.id) == col(BadgeClass.issuer_id))
        .where(col(Assertion.earner_id) == earner_id)
        .order_by(col(Assertion.issued_on).desc(), col(Assertion.id))
    )
    return [HeldAward(*row) for row in connection.execute(query.limit(MOST))]


def _list_mails(connection: Connection, earner_id: str) -> list[SentMail]:
    query: Select[*tuple[Any, ...]] = select(
        col(Message.id),
        col(Message.kind),
        col(Message.rcpt_to),
        col(Message.state),
        col(Message.reason),
        col(Message.written_at),
    ).where(col(Message.earner_id) == earner_id)
    return [SentMail(*row) for row in connection.execute(query.order_by(col(Message.written_at).desc()).limit(MOST))]


def _list_changes(connection: Connection, earner_id: str) -> list[PastChange]:
    query: Select[*tuple[Any, ...]] = select(
        col(RecordChange.kind),
        col(RecordChange.before),
        col(RecordChange.after),
        col(RecordChange.asked_by),
        col(RecordChange.made_at),
        col(RecordChange.undone_at),
    ).where(col(RecordChange.earner_id) == earner_id)
    rows = connection.execute(query.order_by(col(RecordChange.made_at).desc()).limit(MOST))
    return [PastChange(kind, json.loads(before), json.loads(after), *others) for kind, before, after, *others in rows]
