"""Logging in: address and password against what is on record, and what too many failures lead to.

Here belongs the act. Counting and locking for known and unknown addresses alike is to be told apart by nobody: the same
answer, the same status, the same time.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from badges.accounts import is_password
from badges.tables import Account
from badges.transactions import reading
from desk.accounts.sessions import open_session
from desk.accounts.trail import EventKind, note_event
from desk.office import Office
from desk.people import find_by_address
from wire.address import AddressFault, fold_address, parse_address


@dataclass(frozen=True)
class LoggedIn:
    """The token of a new session."""

    token: str
    language: str | None


@dataclass(frozen=True)
class WrongLogin:
    """Address and password do not belong together, or there is no such account."""


def log_in(office: Office, address: str, password: str, source: str, now: datetime) -> LoggedIn | WrongLogin:
    """Open a session for the owner of `address` (primary or alternate) if `password` is theirs."""
    parsed = parse_address(address)
    if isinstance(parsed, AddressFault):
        return WrongLogin()
    with reading(office.engine).connect() as connection:
        person = find_by_address(connection, fold_address(parsed))
        if person is None:
            return WrongLogin()
        query = select(col(Account.password_hash)).where(col(Account.id) == person.account_id)
        password_hash = connection.execute(query).scalar_one()
    if password_hash is None or not is_password(password, password_hash):
        return WrongLogin()
    with office.engine.begin() as connection:
        token = open_session(connection, person.account_id, source, now)
        note_event(connection, person.earner_id, EventKind.LOGGED_IN, now, source=source)
    return LoggedIn(token, person.language)
