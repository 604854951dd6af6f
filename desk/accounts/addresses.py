"""The addresses of an account: which there are, removing an alternate one, and making one the primary.

Here belong these acts. How a new address comes in stands in `naming_addresses`. Mail goes to the primary address alone;
every confirmed one is good for logging in and for writing to us.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, delete, select, update
from sqlmodel import col

from badges.columns import to_microseconds
from badges.tables import EarnerAddress
from badges.transactions import take_turn
from desk.accounts.proving import WrongPassword, act_proven
from desk.accounts.sessions import SignedIn
from desk.accounts.telling import tell_owner
from desk.accounts.throttling import Throttled
from desk.accounts.trail import EventKind, note_event
from desk.office import Office
from desk.password_requests import raise_serial
from desk.people import Person, find_by_account, find_issuer
from desk.requests.answering import is_suppressed
from mailer.notices import Stream
from mailer.queue.suppressions import Suppressed, suppress
from mailer.queue.tables import Suppression


@dataclass(frozen=True, slots=True)
class OwnAddress:
    """An address on record."""

    address: str
    is_primary: bool
    confirmed_at: datetime | None
    """None: an issuer or a form has named it, and nobody has proven yet to read it."""


class PrimaryChange(StrEnum):
    """What came of the wish to have another primary address."""

    MADE = "made"
    UNKNOWN = "unknown"
    """The address is none of this account's."""
    UNCONFIRMED = "unconfirmed"
    """It, or the present primary one, has not been confirmed: no mail could warn whoever really reads it."""
    UNDELIVERABLE = "undeliverable"
    """Mail to it came back, or its owner wants none from us."""


def list_addresses(connection: Connection, earner_id: str) -> list[OwnAddress]:
    """Return the addresses on record, the primary one first."""
    query = (
        select(col(EarnerAddress.address), col(EarnerAddress.is_primary), col(EarnerAddress.confirmed_at))
        .where(col(EarnerAddress.earner_id) == earner_id)
        .order_by(col(EarnerAddress.is_primary).desc(), col(EarnerAddress.address))
    )
    return [OwnAddress(*row) for row in connection.execute(query)]


def remove_address(office: Office, owner: SignedIn, address: str, source: str, now: datetime) -> bool:
    """Take an alternate address off the account and tell the primary one; False if the account has no such."""
    with office.engine.begin() as connection:
        take_turn(connection)
        alternates = {each.address for each in list_addresses(connection, owner.earner_id) if not each.is_primary}
        if address not in alternates:
            return False
        connection.execute(delete(EarnerAddress).where(col(EarnerAddress.address) == address))
        note_event(connection, owner.earner_id, EventKind.ADDRESS_REMOVED, now, source=source, detail=address)
        person = _find(connection, owner)
        key = f"{person.account_id}/{to_microseconds(now)}"
        tell_owner(connection, office, person, "address_removed", key, now, old_address=address)
    return True


def make_primary(  # noqa: PLR0913, PLR0917 - whose, what, with what word, whence and when
    office: Office, owner: SignedIn, address: str, present: str, source: str, now: datetime
) -> PrimaryChange | WrongPassword | Throttled:
    """Have mail go to `address` from now on; the old primary one stays as an alternate. Both are told.

    Password links that were mailed before open nothing any more.
    """

    def change(connection: Connection) -> PrimaryChange:
        return _change_primary(connection, office, owner, address, source, now)

    return act_proven(office, owner, present, source, now, change)


def _change_primary(  # noqa: PLR0913, PLR0917 - as above
    connection: Connection, office: Office, owner: SignedIn, address: str, source: str, now: datetime
) -> PrimaryChange:
    known = {each.address: each for each in list_addresses(connection, owner.earner_id)}
    person = _find(connection, owner)
    if address not in known:
        return PrimaryChange.UNKNOWN
    if known[address].is_primary:
        return PrimaryChange.MADE
    if known[address].confirmed_at is None or known[person.address].confirmed_at is None:
        return PrimaryChange.UNCONFIRMED
    if is_suppressed(connection, address, find_issuer(connection, owner.earner_id)):
        return PrimaryChange.UNDELIVERABLE
    theirs, is_new = col(EarnerAddress.earner_id) == owner.earner_id, col(EarnerAddress.address) == address
    connection.execute(update(EarnerAddress).where(theirs).values(is_primary=is_new))
    raise_serial(connection, owner.account_id)
    _keep_silence(connection, person.address, address, now)
    detail = f"{person.address} -> {address}"
    note_event(connection, owner.earner_id, EventKind.PRIMARY_CHANGED, now, source=source, detail=detail)
    _tell_both(connection, office, person, address, now)
    return PrimaryChange.MADE


def _keep_silence(connection: Connection, old: str, new: str, now: datetime) -> None:
    """Have whoever wants no notices get none at the new address either."""
    query = select(col(Suppression.issuer_id), col(Suppression.reason)).where(
        col(Suppression.address) == old, col(Suppression.stream) == Stream.NOTICES.value
    )
    wishes = connection.execute(query).all()
    suppress(connection, [Suppressed(new, row.reason, now, row.issuer_id, Stream.NOTICES.value) for row in wishes])


def _tell_both(connection: Connection, office: Office, person: Person, address: str, now: datetime) -> None:
    for place, rcpt_to in (("old", person.address), ("new", address)):
        key = f"{person.account_id}/{to_microseconds(now)}/{place}"
        facts = {"old_address": person.address, "new_address": address}
        tell_owner(connection, office, person, "primary_changed", key, now, rcpt_to=rcpt_to, **facts)


def _find(connection: Connection, owner: SignedIn) -> Person:
    person = find_by_account(connection, owner.account_id)
    assert person is not None  # who is logged in has a primary address
    return person
