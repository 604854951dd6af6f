"""Members as administrators see them: a page of a list, or one of them. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select
from sqlmodel import col

from badges.tables import Issuer
from desk.members.tables import IssuerManager, Member

PAGE = 50


@dataclass(frozen=True, slots=True)
class ManagedShown:
    """An issuer that a member manages."""

    issuer_id: str
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class MemberShown:
    """A member, with everything that an administrator may know."""

    member_id: str
    address: str
    name: str
    language: str
    is_administrator: bool
    is_support: bool
    has_password: bool
    has_factor: bool
    locked_at: datetime | None
    disabled_at: datetime | None
    created_at: datetime
    created_by: str
    issuers: Sequence[ManagedShown] = field(default=())

    @property
    def state(self) -> str:
        """Return `disabled`, `locked`, `invited` (no password yet), `bare` (no second factor yet) or `active`."""
        if self.disabled_at is not None:
            return "disabled"
        if self.locked_at is not None:
            return "locked"
        if not self.has_password:
            return "invited"
        return "active" if self.has_factor else "bare"


_MEMBERS: Select[*tuple[Any, ...]] = select(
    col(Member.id),
    col(Member.address),
    col(Member.name),
    col(Member.language),
    col(Member.is_administrator),
    col(Member.is_support),
    col(Member.password_hash).is_not(None),
    col(Member.totp_confirmed_at).is_not(None),
    col(Member.locked_at),
    col(Member.disabled_at),
    col(Member.created_at),
    col(Member.created_by),
)


def list_members(connection: Connection, *, search: str = "", after: str = "", limit: int = PAGE) -> list[MemberShown]:
    """Return members by address, from the address `after` on; those whose name or address holds `search`."""
    query = _MEMBERS.order_by(col(Member.address)).limit(limit)
    if after:
        query = query.where(col(Member.address) > after)
    if search:
        wanted = search.casefold()
        is_like = (
            func.lower(column).contains(wanted, autoescape=True) for column in (col(Member.address), col(Member.name))
        )
        query = query.where(next(is_like) | next(is_like))
    return _add_issuers(connection, connection.execute(query).all())


def find_member(connection: Connection, *, member_id: str = "", address: str = "") -> MemberShown | None:
    """Return the member with this id, or with this address, folded."""
    is_this = col(Member.id) == member_id if member_id else col(Member.address) == address
    found = _add_issuers(connection, connection.execute(_MEMBERS.where(is_this)).all())
    return found[0] if found else None


def _add_issuers(connection: Connection, rows: Sequence[Row[*tuple[Any, ...]]]) -> list[MemberShown]:
    members = [MemberShown(*row) for row in rows]
    query = (
        select(col(IssuerManager.member_id), col(Issuer.id), col(Issuer.slug), col(Issuer.name))
        .join(Issuer, col(Issuer.id) == col(IssuerManager.issuer_id))
        .where(col(IssuerManager.member_id).in_([member.member_id for member in members]))
        .order_by(col(Issuer.slug))
    )
    managed: dict[str, list[ManagedShown]] = {}
    for row in connection.execute(query):
        managed.setdefault(row.member_id, []).append(ManagedShown(*row[1:]))
    return [replace(member, issuers=tuple(managed.get(member.member_id, ()))) for member in members]
