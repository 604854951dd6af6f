"""Correcting a wrong address: the mail went nowhere, or to somebody else.

Here belongs the act. Whatever the wrong address has opened is shut from then on: password links that were mailed to it
are void, a password that was set there is gone, sessions have ended. What did not reach the earner is sent again to the
right address.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update
from sqlmodel import col

from badges.tables import Account, Assertion, EarnerAddress
from badges.transactions import take_turn
from desk.accounts.sessions import end_sessions
from desk.awards import read_awards, select_awards
from desk.credentials.replacing import replace_credentials
from desk.office import Office
from desk.password_requests import raise_serial
from desk.people import Person, find_by_address
from desk.resending import send_again
from desk.withdrawing import withdraw_mails_to
from wire.address import AddressFault, fold_address, parse_address


@dataclass(frozen=True)
class Corrected:
    """Done; `mails` were queued to the right address."""

    address: str
    mails: int


@dataclass(frozen=True)
class NotCorrected:
    """Nothing was changed; `reason` is one line."""

    reason: str


def correct_address(office: Office, wrong: str, right: str, now: datetime) -> Corrected | NotCorrected:
    """Put `right` in the place of `wrong`, the earner's primary address, and send their issuance mails again."""
    old, new = parse_address(wrong), parse_address(right)
    if isinstance(old, AddressFault):
        return NotCorrected(f"{wrong}: {old.reason}")
    if isinstance(new, AddressFault):
        return NotCorrected(f"{right}: {new.reason}")
    if fold_address(old) == fold_address(new):
        return NotCorrected(f"{wrong} and {right} are the same address")
    with office.engine.begin() as connection:
        take_turn(connection)
        person = find_by_address(connection, fold_address(old))
        if person is None or person.address != fold_address(old):
            return NotCorrected(f"{wrong} is nobody's primary address")
        owner = find_by_address(connection, fold_address(new))
        if owner is not None and owner.earner_id != person.earner_id:
            return NotCorrected(f"{right} is on record for another earner")
        _replace(connection, person, fold_address(new))
        replace_credentials(connection, person.earner_id, now)
        withdraw_mails_to(connection, person.earner_id, person.address, now)
        awards = read_awards(connection, select_awards().where(col(Assertion.earner_id) == person.earner_id))
        return Corrected(fold_address(new), send_again(connection, office, awards, now).mails)


def _replace(connection: Connection, person: Person, address: str) -> None:
    # The wrong address goes: it may be a stranger's, who must not be taken for this earner later.
    ours = col(EarnerAddress.earner_id) == person.earner_id
    known = connection.execute(select(col(EarnerAddress.address)).where(col(EarnerAddress.address) == address)).first()
    connection.execute(delete(EarnerAddress).where(col(EarnerAddress.address) == person.address))
    if known is None:
        connection.execute(insert(EarnerAddress).values(address=address, earner_id=person.earner_id, is_primary=True))
    else:
        connection.execute(
            update(EarnerAddress).where(ours, col(EarnerAddress.address) == address).values(is_primary=True)
        )
    raise_serial(connection, person.account_id)
    forgotten = {"password_hash": None, "password_set_at": None}
    connection.execute(update(Account).where(col(Account.id) == person.account_id).values(forgotten))
    end_sessions(connection, person.account_id)
