"""Asking for the present password again: a browser that was left open, or a stolen session, knows it not.

Here belongs the proof, for acts that somebody who is logged in may do only with it. A wrong password counts as a failed
login of the account and of the network, so that it cannot be guessed here either.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, select
from sqlmodel import col

from badges.accounts import is_password
from badges.tables import Account
from badges.transactions import reading, take_turn
from desk.accounts.lockout import Door, admit_owner, count_failure
from desk.accounts.sessions import SignedIn
from desk.accounts.throttling import Throttled, find_throttle, note_failure, take_turn_of
from desk.office import Office

Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class WrongPassword:
    """The present password is another one. After ten of these the account is `is_locked`."""

    is_locked: bool


@dataclass(frozen=True, slots=True)
class Claim:
    """A password that somebody has typed, looked at; it counts once `admit_claim` has admitted it."""

    door: Door
    is_right: bool
    source: str


def weigh_claim(office: Office, owner: SignedIn, present: str, source: str, now: datetime) -> Claim | Throttled:
    """Compare `present` with the password on record. Slow on purpose, so to be called before the transaction."""
    with reading(office.engine).connect() as connection:
        throttled, door = find_throttle(connection, source, now), _find_door(connection, owner)
    return throttled or Claim(door, is_password(present, door.password_hash), source)


def admit_claim(
    connection: Connection, claim: Claim, now: datetime, new_hash: str | None = None
) -> WrongPassword | None:
    """Count the claim in the transaction of the act; what it returns says that the act must not be done.

    `new_hash` takes the place of the password.
    """
    take_turn_of(connection, claim.source)
    if claim.is_right and admit_owner(connection, claim.door, new_hash):
        return None
    note_failure(connection, claim.source, now)
    return WrongPassword(count_failure(connection, claim.door, claim.source, now))


def act_proven(  # noqa: PLR0913, PLR0917 - who, with what word, whence, when, what
    office: Office, owner: SignedIn, present: str, source: str, now: datetime, act: Callable[[Connection], Done]
) -> Done | WrongPassword | Throttled:
    """Do `act`, in the transaction that counts the claim, if `present` is the password.

    `act` has everybody's turn. It is taken first: who corrects an address has it, and then waits for the account.
    """
    claim = weigh_claim(office, owner, present, source, now)
    if isinstance(claim, Throttled):
        return claim
    with office.engine.begin() as connection:
        take_turn(connection)
        return admit_claim(connection, claim, now) or act(connection)


def _find_door(connection: Connection, owner: SignedIn) -> Door:
    query = select(col(Account.password_hash), col(Account.locked_at)).where(col(Account.id) == owner.account_id)
    row = connection.execute(query).one()
    return Door(owner.account_id, owner.earner_id, row.password_hash, row.locked_at, owner.language)
