"""The first step of a member's log-in: address and password. The second factor is given in `proving`.

Here belong this act and logging out. An address that nobody has, a member who is shut out or has not come yet, and a
wrong password get the same answer after the same work, and all are counted: who works here is told to nobody. What
opens is a session that leads to the page of the second factor and to no other.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection
from sqlmodel import col

from badges.accounts import hash_password, is_outdated, is_password
from badges.transactions import reading
from desk.accounts.login import LoginLocked, LoginTry, WrongLogin, fold_typed
from desk.accounts.throttling import Throttled, find_throttle, take_turn_of
from desk.members.audit import Act, Actor, note_act
from desk.members.factor import make_secret
from desk.members.lockout import MemberDoor, admit_password, count_member_failure, count_unknown, find_member_door
from desk.members.sessions import end_member_session, end_member_session_of, open_member_session
from desk.members.tables import Member
from desk.office import Office


@dataclass(frozen=True, slots=True)
class PasswordTaken:
    """The token of a new session, which the second factor is still to prove."""

    token: str


def log_in_member(
    office: Office, login: LoginTry, browser: str, now: datetime
) -> PasswordTaken | WrongLogin | LoginLocked | Throttled:
    """Open an unproven session for the member with this address if the password is theirs."""
    address = fold_typed(login.address)
    with reading(office.engine).connect() as connection:
        throttled = find_throttle(connection, login.source, now)
        if throttled is not None:
            return throttled
        door = find_member_door(connection, col(Member.address) == address)
    # Slow on purpose, so before the transaction; and always, so that the time is the same for everybody.
    is_right = is_password(login.password, door.password_hash if door else None)
    new_hash = hash_password(login.password) if is_right and door and is_outdated(door.password_hash) else None
    with office.engine.begin() as connection:
        take_turn_of(connection, login.source)
        throttled = find_throttle(connection, login.source, now)
        if throttled is not None:
            return throttled
        if is_right and door is not None and admit_password(connection, door, new_hash):
            return _let_on(connection, office, door, login, browser, now)
        if door is None:
            is_locked = count_unknown(connection, address, login.source, now)
        else:
            is_locked = count_member_failure(connection, door.member_id, door.address, login.source, now)
    return LoginLocked() if is_locked else WrongLogin()


def log_out_member(office: Office, actor: Actor, session_id: str, now: datetime) -> None:
    """End the session of this browser."""
    assert actor.member_id is not None  # a session is a member's
    with office.engine.begin() as connection:
        if end_member_session(connection, actor.member_id, session_id):
            note_act(connection, actor, Act.LOGGED_OUT, now)


def _let_on(  # noqa: PLR0913, PLR0917 - whom, with what, whence, when
    connection: Connection, office: Office, door: MemberDoor, login: LoginTry, browser: str, now: datetime
) -> PasswordTaken:
    # A token of its own each time: one that somebody has put into this browser before opens nothing (fixation).
    end_member_session_of(connection, login.old_token)
    offered = None if door.has_factor else office.vault.seal(make_secret())
    token = open_member_session(connection, door.member_id, login.source, browser, now, totp_secret=offered)
    return PasswordTaken(token)
