"""Changing a password that is known: for somebody who is logged in.

Here belongs the act. The present password is asked for, since a browser that was left open knows it not; a wrong one
counts as a failed login. Setting one by a mailed link stands in `desk.passwords`.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update
from sqlmodel import col

from badges.accounts import PasswordFault, hash_password, is_password, judge_password
from badges.columns import to_microseconds
from badges.tables import Account
from badges.transactions import reading
from desk.accounts.lockout import Door, admit_owner, count_failure
from desk.accounts.sessions import SignedIn, end_sessions
from desk.accounts.throttling import Throttled, find_throttle, note_failure, take_turn_of
from desk.accounts.trail import EventKind, note_event
from desk.office import Office
from desk.passwords import tell_of_new_password
from desk.people import find_by_account


@dataclass(frozen=True, slots=True)
class PasswordChanged:
    """Done: every other session has ended, links that were mailed before set no password any more."""


@dataclass(frozen=True, slots=True)
class WrongPassword:
    """The present password is another one. After ten of these the account is `is_locked`."""

    is_locked: bool


def change_password(  # noqa: PLR0913, PLR0917 - whose, from what to what, whence and when
    office: Office, owner: SignedIn, present: str, new: str, source: str, now: datetime
) -> PasswordChanged | PasswordFault | WrongPassword | Throttled:
    """Put `new` in the place of `present`; the session that does it goes on."""
    fault = judge_password(new, owner.address, owner.name)
    if fault is not None:
        return fault
    with reading(office.engine).connect() as connection:
        throttled, door = find_throttle(connection, source, now), _find_door(connection, owner)
    if throttled is not None:
        return throttled
    # Slow on purpose, so before the transaction.
    new_hash = hash_password(new) if is_password(present, door.password_hash) else None
    with office.engine.begin() as connection:
        take_turn_of(connection, source)
        if new_hash is not None and admit_owner(connection, door, new_hash):
            _settle(connection, office, owner, source, now)
            return PasswordChanged()
        note_failure(connection, source, now)
        return WrongPassword(count_failure(connection, door, source, now))


def _find_door(connection: Connection, owner: SignedIn) -> Door:
    query = select(col(Account.password_hash), col(Account.locked_at)).where(col(Account.id) == owner.account_id)
    row = connection.execute(query).one()
    return Door(owner.account_id, owner.earner_id, row.password_hash, row.locked_at, owner.language)


def _settle(connection: Connection, office: Office, owner: SignedIn, source: str, now: datetime) -> None:
    values = {"password_set_at": now, "link_spent_serial": col(Account.link_serial)}
    connection.execute(update(Account).where(col(Account.id) == owner.account_id).values(values))
    end_sessions(connection, owner.account_id, but=owner.session_id)
    note_event(connection, owner.earner_id, EventKind.PASSWORD_CHANGED, now, source=source)
    person = find_by_account(connection, owner.account_id)
    assert person is not None  # an account in use has an earner with an address
    tell_of_new_password(connection, office, person, f"at-{to_microseconds(now)}", now)
