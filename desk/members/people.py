"""What administrators and the command line do with members: roles, shutting out, unlocking, resetting a second factor.

Here belong these acts. Inviting stands in `inviting`, what members do themselves in `own`. There is always one
administrator who can come in: whoever takes that away waits for everybody else who might, and is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update
from sqlmodel import col

from badges.transactions import take_turn_for
from desk.accounts.proving import WrongPassword
from desk.members.audit import Act, Actor, Subject, note_act
from desk.members.enrolling import forget_factor, tell_of_factor
from desk.members.inviting import Roles, add_manager, are_issuers, demand_claim, take_manager
from desk.members.proving import MemberClaim
from desk.members.sessions import end_member_sessions
from desk.members.tables import IssuerManager, Member
from desk.office import Office


@dataclass(frozen=True, slots=True)
class MemberDone:
    """Done, or it was so already."""


@dataclass(frozen=True, slots=True)
class MemberRefused:
    """Not done. `why`: `unknown` (no such member), `last` (nobody could administrate any more) or `issuer` (there
    is no such issuer)."""

    why: str

    @property
    def reason(self) -> str:
        """In words, for the command line."""
        return _REASONS[self.why]


_REASONS = {
    "unknown": "there is no such member",
    "last": "nobody else could administrate then: make another administrator first, who has set a password",
    "issuer": "there is no such issuer",
}


def set_roles(  # noqa: PLR0913, PLR0917 - who, whom, what
    office: Office, actor: Actor, member_id: str, roles: Roles, now: datetime, claim: MemberClaim | None = None
) -> MemberDone | MemberRefused | WrongPassword:
    """Give a member these roles and no others. To make an administrator, a member proves their password (`claim`)."""
    with office.engine.begin() as connection:
        _take_everybodys_turn(connection)
        before = _find(connection, member_id)
        if before is None:
            return MemberRefused("unknown")
        if roles.is_administrator and not before["administrator"]:
            wrong = demand_claim(connection, actor, claim, now)
            if wrong is not None:
                return wrong
        if not roles.is_administrator and _is_last(connection, member_id):
            return MemberRefused("last")
        if not are_issuers(connection, roles.issuer_ids):
            return MemberRefused("issuer")
        values = {"is_administrator": roles.is_administrator, "is_support": roles.is_support}
        connection.execute(update(Member).where(col(Member.id) == member_id).values(values))
        after = {"administrator": roles.is_administrator, "support": roles.is_support}
        if after != before:
            detail = {"before": before, "after": after}
            note_act(connection, actor, Act.MEMBER_CHANGED, now, subject=_subject(member_id), detail=detail)
        _set_issuers(connection, actor, member_id, roles.issuer_ids, now)
    return MemberDone()


def disable_member(office: Office, actor: Actor, member_id: str, now: datetime) -> MemberDone | MemberRefused:
    """Shut a member out, at once and everywhere; links that were mailed to them open nothing."""
    with office.engine.begin() as connection:
        _take_everybodys_turn(connection)
        if _find(connection, member_id) is None:
            return MemberRefused("unknown")
        if _is_last(connection, member_id):
            return MemberRefused("last")
        mine = (col(Member.id) == member_id, col(Member.disabled_at).is_(None))
        values = {"disabled_at": now, "link_spent_serial": col(Member.link_serial)}
        if connection.execute(update(Member).where(*mine).values(values)).rowcount:
            end_member_sessions(connection, member_id)
            note_act(connection, actor, Act.MEMBER_DISABLED, now, subject=_subject(member_id))
    return MemberDone()


def enable_member(office: Office, actor: Actor, member_id: str, now: datetime) -> MemberDone | MemberRefused:
    """Let a member in again who was shut out."""
    return _change(office, actor, member_id, Act.MEMBER_ENABLED, now, {"disabled_at": None})


def unlock_member(office: Office, actor: Actor, member_id: str, now: datetime) -> MemberDone | MemberRefused:
    """Let a member try again after too many failed log-ins."""
    values = {"locked_at": None, "failed_logins": 0, "failed_at": None}
    return _change(office, actor, member_id, Act.MEMBER_UNLOCKED, now, values)


def reset_factor(office: Office, actor: Actor, member_id: str, now: datetime) -> MemberDone | MemberRefused:
    """Take app and recovery codes from a member, who sets up others at the next log-in; all sessions end."""
    with office.engine.begin() as connection:
        if _find(connection, member_id) is None:
            return MemberRefused("unknown")
        forget_factor(connection, member_id)
        end_member_sessions(connection, member_id)
        note_act(connection, actor, Act.SECOND_FACTOR_RESET, now, subject=_subject(member_id))
        tell_of_factor(connection, office, member_id, actor.name, now)
    return MemberDone()


def _change(  # noqa: PLR0913, PLR0917 - who, whom, what
    office: Office, actor: Actor, member_id: str, act: Act, now: datetime, values: Mapping[str, Any]
) -> MemberDone | MemberRefused:
    with office.engine.begin() as connection:
        if connection.execute(update(Member).where(col(Member.id) == member_id).values(values)).rowcount != 1:
            return MemberRefused("unknown")
        note_act(connection, actor, act, now, subject=_subject(member_id))
    return MemberDone()


def _take_everybodys_turn(connection: Connection) -> None:
    """Keep waiting whoever else may take away an administrator: each would count the other as the one who stays."""
    take_turn_for(connection, "administrators")


def _is_last(connection: Connection, member_id: str) -> bool:
    """Tell whether this is the last administrator who can come in. Who was invited and has not come does not count."""
    can_come = (
        col(Member.is_administrator),
        col(Member.disabled_at).is_(None),
        col(Member.password_hash).is_not(None),
    )
    both = connection.execute(select(col(Member.id)).where(*can_come).limit(2)).scalars().all()
    return both == [member_id]


def _find(connection: Connection, member_id: str) -> dict[str, bool] | None:
    query = select(col(Member.is_administrator), col(Member.is_support)).where(col(Member.id) == member_id)
    row = connection.execute(query).first()
    return None if row is None else {"administrator": row.is_administrator, "support": row.is_support}


def _set_issuers(
    connection: Connection, actor: Actor, member_id: str, issuer_ids: frozenset[str], now: datetime
) -> None:
    query = select(col(IssuerManager.issuer_id)).where(col(IssuerManager.member_id) == member_id)
    managed = set(connection.execute(query).scalars())
    address = connection.execute(select(col(Member.address)).where(col(Member.id) == member_id)).scalar_one()
    for issuer_id in sorted(issuer_ids - managed):
        add_manager(connection, actor, issuer_id, member_id, address, now)
    for issuer_id in sorted(managed - issuer_ids):
        take_manager(connection, actor, issuer_id, member_id, now)


def _subject(member_id: str) -> Subject:
    return Subject("member", member_id)
