"""Who the addresses of some rows belong to, and which awards of one badge those people hold: two queries a chunk."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from badges.tables import Account, Assertion, BadgeClass, Earner, EarnerAddress


@dataclass(slots=True)
class HeldAward:
    """An award of the badge in question."""

    issued_on: date
    expires_on: date | None
    state: str


@dataclass(slots=True)
class Holder:
    """An earner on record, as the next row finds them: a row that was decided before counts."""

    earner_id: str
    name: str
    language: str | None
    address: str
    """The primary one, to which mail goes."""
    account_id: str
    has_password: bool
    link_serial: int
    awards: list[HeldAward] = field(default_factory=list)


def find_holders(connection: Connection, addresses: Iterable[str], badge_class_id: str) -> dict[str, Holder]:
    """Return the earners that are known under one of `addresses` (folded), by that address."""
    holders: dict[str, Holder] = {}
    by_address: dict[str, Holder] = {}
    for address, holder in _read_holders(connection, list(addresses)):
        by_address[address] = holders.setdefault(holder.earner_id, holder)
    _add_awards(connection, holders, badge_class_id)
    return by_address


def find_earners_of(connection: Connection, issuer_id: str, earner_ids: Sequence[str]) -> set[str]:
    """Return those of the earners who hold a badge of the issuer, or have held one."""
    if not earner_ids:
        return set()
    query = (
        select(col(Assertion.earner_id))
        .join(BadgeClass, col(BadgeClass.id) == col(Assertion.badge_class_id))
        .where(col(BadgeClass.issuer_id) == issuer_id, col(Assertion.earner_id).in_(earner_ids))
    )
    return set(connection.execute(query).scalars())


def _read_holders(connection: Connection, addresses: list[str]) -> Iterator[tuple[str, Holder]]:
    primary = aliased(EarnerAddress)
    query: Select[*tuple[Any, ...]] = (
        select(
            col(EarnerAddress.address),
            col(Earner.id),
            col(Earner.name),
            col(Earner.language),
            col(primary.address),
            col(Account.id),
            col(Account.password_hash).is_not(None),
            col(Account.link_serial),
        )
        .join(Earner, col(Earner.id) == col(EarnerAddress.earner_id))
        .join(primary, (col(primary.earner_id) == col(Earner.id)) & col(primary.is_primary))
        .join(Account, col(Account.earner_id) == col(Earner.id))
        .where(col(EarnerAddress.address).in_(addresses))
    )
    for address, *known in connection.execute(query):
        yield address, Holder(*known)


def _add_awards(connection: Connection, holders: Mapping[str, Holder], badge_class_id: str) -> None:
    query = select(
        col(Assertion.earner_id), col(Assertion.issued_on), col(Assertion.expires_on), col(Assertion.state)
    ).where(col(Assertion.badge_class_id) == badge_class_id, col(Assertion.earner_id).in_(list(holders)))
    for earner_id, issued_on, expires_on, state in connection.execute(query):
        holders[earner_id].awards.append(HeldAward(issued_on, expires_on, state))
