"""Who an address, an account or an earner id belongs to, and which issuer speaks to that person.

Here belong the look-ups that several acts share. Changing anything is the acts' own business.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, select
from sqlmodel import col

from badges.tables import Account, Assertion, BadgeClass, Earner, EarnerAddress


@dataclass(frozen=True)
class Person:
    """An earner with the address on record and what an act needs to know of the account."""

    earner_id: str
    name: str
    language: str | None
    address: str
    """The primary address, folded to lower case: mail goes nowhere else."""
    account_id: str
    has_password: bool
    link_serial: int
    link_spent_serial: int


def find_by_address(connection: Connection, address: str) -> Person | None:
    """Return whose address this is, primary or alternate. `address` is folded (`wire.address.fold_address`)."""
    owner = select(col(EarnerAddress.earner_id)).where(col(EarnerAddress.address) == address)
    return _first(connection, _everybody().where(col(Earner.id).in_(owner)))


def find_by_account(connection: Connection, account_id: str) -> Person | None:
    """Return whose account this is."""
    return _first(connection, _everybody().where(col(Account.id) == account_id))


def find_by_id(connection: Connection, earner_id: str) -> Person | None:
    """Return the earner with this id."""
    return _first(connection, _everybody().where(col(Earner.id) == earner_id))


def find_issuer(connection: Connection, earner_id: str) -> str | None:
    """Return the id of the issuer that awarded most recently: in its name mails about the account are written."""
    newest = (
        select(col(BadgeClass.issuer_id))
        .join(Assertion, col(Assertion.badge_class_id) == col(BadgeClass.id))
        .where(col(Assertion.earner_id) == earner_id)
        .order_by(col(Assertion.created_at).desc(), col(Assertion.issued_on).desc(), col(Assertion.id))
        .limit(1)
    )
    return connection.execute(newest).scalar_one_or_none()


def _everybody() -> Select[*tuple[Any, ...]]:
    return (
        select(
            col(Earner.id),
            col(Earner.name),
            col(Earner.language),
            col(EarnerAddress.address),
            col(Account.id),
            col(Account.password_hash).is_not(None),
            col(Account.link_serial),
            col(Account.link_spent_serial),
        )
        .join(EarnerAddress, (col(EarnerAddress.earner_id) == col(Earner.id)) & col(EarnerAddress.is_primary))
        .join(Account, col(Account.earner_id) == col(Earner.id))
    )


def _first(connection: Connection, query: Select[*tuple[Any, ...]]) -> Person | None:
    row = connection.execute(query.limit(1)).first()
    return None if row is None else Person(*row)
