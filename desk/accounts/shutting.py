"""Shutting an account: whatever opened it opens it no more, until whoever reads the primary address sets a password.

Here belongs what an issuer's word on an address brings with it. Nobody can tell who had read the address that went:
the earner, or a stranger whom the first mail had reached. Leaving, on the owner's own word, stands in `leaving`.
"""

from sqlalchemy import Connection, delete, update
from sqlmodel import col

from badges.account_tables import PendingAddress, Profile
from badges.tables import Account, EarnerAddress
from desk.accounts.sessions import end_sessions
from desk.password_requests import raise_serial
from desk.people import Person


def shut_account(connection: Connection, person: Person) -> None:
    """End sessions, forget the password, and void the links that were mailed: for passwords, and for more addresses."""
    raise_serial(connection, person.account_id)
    forgotten = {"password_hash": None, "password_set_at": None}
    connection.execute(update(Account).where(col(Account.id) == person.account_id).values(forgotten))
    connection.execute(delete(PendingAddress).where(col(PendingAddress.earner_id) == person.earner_id))
    end_sessions(connection, person.account_id)


def forget_stranger(connection: Connection, person: Person) -> None:
    """Take off the account what only somebody who was in it can have given: confirmed alternate addresses, profile."""
    given = (col(EarnerAddress.is_primary).is_(False), col(EarnerAddress.confirmed_at).is_not(None))
    connection.execute(delete(EarnerAddress).where(col(EarnerAddress.earner_id) == person.earner_id, *given))
    connection.execute(delete(Profile).where(col(Profile.earner_id) == person.earner_id))
