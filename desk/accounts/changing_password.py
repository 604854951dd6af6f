"""Changing a password that is known: for somebody who is logged in.

Here belongs the act; the present password is asked for (`proving`). Setting one by a mailed link stands in
`desk.passwords`.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, update
from sqlmodel import col

from badges.accounts import PasswordFault, hash_password, judge_password
from badges.columns import to_microseconds
from badges.tables import Account
from desk.accounts.proving import WrongPassword, admit_claim, weigh_claim
from desk.accounts.sessions import SignedIn, end_sessions
from desk.accounts.throttling import Throttled
from desk.accounts.trail import EventKind, note_event
from desk.office import Office
from desk.passwords import tell_of_new_password
from desk.people import find_by_account


@dataclass(frozen=True, slots=True)
class PasswordChanged:
    """Done: every other session has ended, links that were mailed before set no password any more."""


def change_password(  # noqa: PLR0913, PLR0917 - whose, from what to what, whence and when
    office: Office, owner: SignedIn, present: str, new: str, source: str, now: datetime
) -> PasswordChanged | PasswordFault | WrongPassword | Throttled:
    """Put `new` in the place of `present`; the session that does it goes on."""
    fault = judge_password(new, owner.address, owner.name)
    if fault is not None:
        return fault
    claim = weigh_claim(office, owner, present, source, now)
    if isinstance(claim, Throttled):
        return claim
    # Slow on purpose, so before the transaction.
    new_hash = hash_password(new) if claim.is_right else None
    with office.engine.begin() as connection:
        wrong = admit_claim(connection, claim, now, new_hash)
        if wrong is not None:
            return wrong
        _settle(connection, office, owner, source, now)
        return PasswordChanged()


def _settle(connection: Connection, office: Office, owner: SignedIn, source: str, now: datetime) -> None:
    values = {"password_set_at": now, "link_spent_serial": col(Account.link_serial)}
    connection.execute(update(Account).where(col(Account.id) == owner.account_id).values(values))
    end_sessions(connection, owner.account_id, but=owner.session_id)
    note_event(connection, owner.earner_id, EventKind.PASSWORD_CHANGED, now, source=source)
    person = find_by_account(connection, owner.account_id)
    assert person is not None  # an account in use has an earner with an address
    tell_of_new_password(connection, office, person, f"at-{to_microseconds(now)}", now)
