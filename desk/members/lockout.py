"""Lock-out of members: ten wrong passwords or codes since the last whole log-in lock them, however many try at once.

Here belong counting and what a right password or code is admitted by, in the caller's transaction. A password alone
forgets no failure: who has stolen it could otherwise log in again after every nine codes. An address that nobody can
log in with is counted as earners' are, apart from theirs (`desk.accounts.lockout`). An administrator or the command
line unlocks (`people`).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, select, text, update
from sqlmodel import col

from badges.columns import to_microseconds
from desk.accounts.lockout import MOST_FAILURES, count_stranger
from desk.accounts.throttling import note_failure
from desk.members.audit import Act, Actor, Subject, note_act
from desk.members.tables import Member


@dataclass(frozen=True, slots=True)
class MemberDoor:
    """What a log-in is tried at: a member who may come in."""

    member_id: str
    address: str
    name: str
    language: str
    password_hash: str
    has_factor: bool


def find_member_door(connection: Connection, is_theirs: ColumnElement[bool]) -> MemberDoor | None:
    """Return the member that a condition names, unless they are shut out or have set no password yet."""
    query: Select[*tuple[Any, ...]] = select(
        col(Member.id),
        col(Member.address),
        col(Member.name),
        col(Member.language),
        col(Member.password_hash),
        col(Member.totp_confirmed_at).is_not(None),
    ).where(is_theirs, col(Member.disabled_at).is_(None), col(Member.password_hash).is_not(None))
    row = connection.execute(query).first()
    return None if row is None else MemberDoor(*row)


def admit_password(connection: Connection, door: MemberDoor, new_hash: str | None = None) -> bool:
    """Tell whether a right password counts: not if they are locked, shut out, or have another one by now.

    `new_hash` takes its place.
    """
    is_same = (col(Member.id) == door.member_id, col(Member.password_hash) == door.password_hash)
    values = {"password_hash": new_hash or door.password_hash}
    return connection.execute(update(Member).where(*is_same, *_IS_OPEN).values(values)).rowcount == 1


def admit_factor(connection: Connection, member_id: str, *conditions: ColumnElement[bool], **values: Any) -> bool:
    """Write `values` and forget the failures, since the code was right; False if they are locked or shut out, or a
    condition does not hold (any more)."""
    mine = (col(Member.id) == member_id, *conditions, *_IS_OPEN)
    fresh = {"failed_logins": 0, "failed_at": None, **values}
    return connection.execute(update(Member).where(*mine).values(fresh)).rowcount == 1


def count_member_failure(connection: Connection, member_id: str, address: str, source: str, now: datetime) -> bool:
    """Count a wrong password or code of a member and of a network; tell whether the member is locked by now."""
    note_failure(connection, source, now)
    values = {"member_id": member_id, "now": to_microseconds(now), "most": MOST_FAILURES}
    row = connection.execute(_FAIL, values).first()
    if row is None:
        return True
    if row.locked_at is None:
        return False
    whose = Actor(address, source=source)  # nobody proved to be the member
    note_act(connection, whose, Act.LOCKED, now, subject=Subject("member", member_id))
    return True


def count_unknown(connection: Connection, address: str, source: str, now: datetime) -> bool:
    """The same for an address that nobody can log in with."""
    note_failure(connection, source, now)
    return count_stranger(connection, f"console {address}", now)


_IS_OPEN = (col(Member.locked_at).is_(None), col(Member.disabled_at).is_(None))

# One statement: of many that fail at once none is counted with an old number. No row: it is locked already.
_FAIL = text("""
    UPDATE member SET failed_logins = failed_logins + 1, failed_at = :now,
        locked_at = CASE WHEN failed_logins + 1 >= :most THEN :now END
    WHERE id = :member_id AND locked_at IS NULL RETURNING locked_at
""")
