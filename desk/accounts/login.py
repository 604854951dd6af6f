"""Logging in and out: address and password against what is on record.

Here belong these acts. A wrong password, an address that nobody has and an account without a password get the same
answer after the same work, and all are counted alike (`lockout`, `throttling`): who has an account is told to nobody.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select
from sqlmodel import col

from badges.accounts import hash_password, is_outdated, is_password
from badges.tables import Account, Earner, EarnerAddress
from badges.transactions import reading
from desk.accounts.lockout import Door, admit_owner, count_failure, count_stranger
from desk.accounts.sessions import SignedIn, end_session, end_session_of, open_session
from desk.accounts.throttling import Throttled, find_throttle, note_failure, take_turn_of
from desk.accounts.trail import EventKind, note_event
from desk.office import Office
from wire.address import AddressFault, fold_address, parse_address


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """The token of a new session."""

    token: str
    language: str | None


@dataclass(frozen=True, slots=True)
class WrongLogin:
    """Address and password do not belong together, or there is no such account."""


@dataclass(frozen=True, slots=True)
class LoginLocked:
    """Ten logins failed at this address. Said even to who has the right password, and of addresses nobody has."""


@dataclass(frozen=True, slots=True)
class LoginTry:
    """What somebody sent."""

    address: str
    password: str
    source: str
    """The IP address that it came from."""
    old_token: str = ""
    """Of the session that this browser had: it ends when another one begins."""


def log_in(office: Office, login: LoginTry, now: datetime) -> LoggedIn | WrongLogin | LoginLocked | Throttled:
    """Open a session for the owner of an address (primary or alternate) if the password is theirs."""
    address = fold_typed(login.address)
    with reading(office.engine).connect() as connection:
        throttled = find_throttle(connection, login.source, now)
        if throttled is not None:
            return throttled
        door = _find_door(connection, address)
    # Slow on purpose, so before the transaction; and always, so that the time is the same for everybody.
    is_right = is_password(login.password, door.password_hash if door else None)
    new_hash = _renew_hash(login.password, door) if is_right and door else None
    with office.engine.begin() as connection:
        take_turn_of(connection, login.source)
        throttled = find_throttle(connection, login.source, now)
        if throttled is not None:
            return throttled
        if is_right and door is not None and admit_owner(connection, door, new_hash):
            return _let_in(connection, door, login, now)
        note_failure(connection, login.source, now)
        if door is None:
            is_locked = count_stranger(connection, address, now)
        else:
            is_locked = count_failure(connection, door, login.source, now)
    return LoginLocked() if is_locked else WrongLogin()


def log_out(office: Office, owner: SignedIn, source: str, now: datetime) -> None:
    """End the session of this browser."""
    with office.engine.begin() as connection:
        end_session(connection, owner.session_id)
        note_event(connection, owner.earner_id, EventKind.LOGGED_OUT, now, source=source)


def fold_typed(text: str) -> str:
    """Return the address as it is looked up. What is none is looked up, too, in hexadecimal: nobody's, and harmless."""
    parsed = parse_address(text.strip())
    return text.encode("utf-8", "surrogatepass").hex() if isinstance(parsed, AddressFault) else fold_address(parsed)


def _find_door(connection: Connection, address: str) -> Door | None:
    query = (
        select(
            col(Account.id),
            col(Account.earner_id),
            col(Account.password_hash),
            col(Account.locked_at),
            col(Earner.language),
        )
        .join(EarnerAddress, col(EarnerAddress.earner_id) == col(Account.earner_id))
        .join(Earner, col(Earner.id) == col(Account.earner_id))
        .where(col(EarnerAddress.address) == address)
    )
    row = connection.execute(query).first()
    return None if row is None else Door(*row)


def _renew_hash(password: str, door: Door) -> str | None:
    """Return a hash with today's parameters if the kept one is outdated. A locked account's answer takes no longer."""
    is_old = door.locked_at is None and door.password_hash is not None and is_outdated(door.password_hash)
    return hash_password(password) if is_old else None


def _let_in(connection: Connection, door: Door, login: LoginTry, now: datetime) -> LoggedIn:
    # A token of its own each time: one that somebody has put into this browser before opens nothing (fixation).
    end_session_of(connection, login.old_token)
    token = open_session(connection, door.account_id, login.source, now)
    note_event(connection, door.earner_id, EventKind.LOGGED_IN, now, source=login.source)
    return LoggedIn(token, door.language)
