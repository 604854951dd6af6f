"""Correcting a wrong address: the mail went nowhere, or to somebody else.

Here belongs the act. Whatever the wrong address has opened is shut from then on: password links that were mailed to it
are void, a password that was set there is gone, sessions have ended, and so has what a stranger there has given. What
did not reach the earner is sent again to the right address.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update
from sqlmodel import col

from badges.assertions import AssertionState
from badges.tables import Assertion, EarnerAddress
from badges.transactions import take_turn
from desk.accounts.shutting import forget_stranger, shut_account
from desk.awards import read_awards, select_awards
from desk.credentials.replacing import replace_credentials
from desk.office import Office
from desk.people import Person, find_by_address
from desk.requests.applying import hold_records
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
            return NotCorrected(_explain(wrong, person))
        owner = find_by_address(connection, fold_address(new))
        if owner is not None and owner.earner_id != person.earner_id:
            return NotCorrected(f"{right} is on record for another earner")
        return put_address_right(connection, office, person, fold_address(new), now)


def put_address_right(connection: Connection, office: Office, person: Person, address: str, now: datetime) -> Corrected:
    """The same in the caller's transaction, who has everybody's turn. `address` is folded and nobody else's."""
    hold_records(connection, [person.earner_id])
    _replace(connection, person, address)
    replace_credentials(connection, person.earner_id, now)
    withdraw_mails_to(connection, person.earner_id, person.address, now)
    theirs = (col(Assertion.earner_id) == person.earner_id, col(Assertion.state) != AssertionState.REVOKED)
    awards = read_awards(connection, select_awards().where(*theirs))
    return Corrected(address, send_again(connection, office, awards, now).mails)


def _explain(wrong: str, person: Person | None) -> str:
    """Return why `wrong` cannot be corrected. Perhaps a stranger, whom the first mail has reached, has put their own
    address in its place: then that one is to be corrected."""
    if person is None:
        return f"{wrong} is nobody's address"
    return f"{wrong} is an alternate address: the primary one, which can be corrected, is {person.address}"


def _replace(connection: Connection, person: Person, address: str) -> None:
    # The wrong address goes: it may be a stranger's, who must not be taken for this earner later.
    ours = col(EarnerAddress.earner_id) == person.earner_id
    known = connection.execute(select(col(EarnerAddress.address)).where(col(EarnerAddress.address) == address)).first()
    gone = delete(EarnerAddress).where(col(EarnerAddress.address) == person.address)
    was_read = connection.execute(gone.returning(col(EarnerAddress.confirmed_at))).scalar_one() is not None
    if known is None:
        connection.execute(insert(EarnerAddress).values(address=address, earner_id=person.earner_id, is_primary=True))
    else:
        connection.execute(
            update(EarnerAddress).where(ours, col(EarnerAddress.address) == address).values(is_primary=True)
        )
    shut_account(connection, person)
    if was_read:
        forget_stranger(connection, person)
