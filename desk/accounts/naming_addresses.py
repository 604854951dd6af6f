"""Naming a new address for an account: it waits until whoever reads it confirms it, and counts for nothing until then.

Here belong naming, asking for another mail, taking back. Several people may name the same address, and naming one that
is somebody else's looks like naming any other: it tells nothing of who has an account. What the links in the two mails
do stands in `address_links`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlmodel import col

from badges.account_tables import AccountEvent, PendingAddress
from badges.columns import to_microseconds
from badges.ids import make_id
from badges.links import LIFETIMES, Purpose
from badges.transactions import reading, take_turn, take_turn_for
from desk.accounts.addresses import list_addresses
from desk.accounts.sessions import SignedIn
from desk.accounts.telling import tell_owner
from desk.accounts.trail import EventKind, note_event
from desk.mailing import Letter, write_letter
from desk.office import Office
from desk.people import Person, find_by_id
from desk.requests.answering import is_ours
from mailer.queue.tables import Message
from wire.address import AddressFault, fold_address, parse_address

MOST_ADDRESSES = 10
"""On record and pending, of one account."""
MOST_NAMED_A_DAY = 6
"""By one account, so that it is no machine for mailing strangers."""
MOST_MAILS_A_DAY = 3
"""To one address, whoever names it: more are not sent, and nobody is told so."""
_DAY = timedelta(days=1)
CONFIRM_ADDRESS = "confirm_address"
"""The kind of the mail to an address that was named."""


@dataclass(frozen=True, slots=True)
class WaitingAddress:
    """An address that waits for being confirmed."""

    id: str
    address: str
    has_run_out: bool
    """The link that was mailed is too old; another one may be asked for."""


class Naming(StrEnum):
    """What came of naming an address."""

    NAMED = "named"
    NO_ADDRESS = "no_address"
    OWN = "own"
    """It is confirmed already, for this account."""
    OURS = "ours"
    """Mail to it would come back to us."""
    MANY = "many"
    OFTEN = "often"


def list_waiting(connection: Connection, earner_id: str, now: datetime) -> list[WaitingAddress]:
    """Return what the earner has named and nobody has confirmed, the oldest first."""
    query = (
        select(col(PendingAddress.id), col(PendingAddress.address), col(PendingAddress.asked_at))
        .where(col(PendingAddress.earner_id) == earner_id)
        .order_by(col(PendingAddress.asked_at), col(PendingAddress.id))
    )
    too_old = now - LIFETIMES[Purpose.CONFIRM_ADDRESS]
    return [WaitingAddress(row.id, row.address, row.asked_at < too_old) for row in connection.execute(query)]


def name_address(office: Office, owner: SignedIn | Person, text: str, source: str, now: datetime) -> Naming:
    """Mail a link to the address that `text` is; the primary one is told, and may stop it."""
    parsed = parse_address(text.strip())
    if isinstance(parsed, AddressFault):
        return Naming.NO_ADDRESS
    address = fold_address(parsed)
    if is_ours(office, address):
        return Naming.OURS
    with office.engine.begin() as connection:
        take_turn_for(connection, f"addresses {owner.earner_id}")
        refused = _find_refusal(connection, owner, address, now)
        if refused is not None:
            return refused
        pending_id = _keep(connection, owner, address, now)
        note_event(connection, owner.earner_id, EventKind.ADDRESS_NAMED, now, source=source, detail=address)
        _write_mails(connection, office, owner, pending_id, address, now)
    return Naming.NAMED


def ask_again(office: Office, owner: SignedIn, pending_id: str, source: str, now: datetime) -> Naming | None:
    """Mail another link for an address that waits; None if the earner has named no such."""
    with reading(office.engine).connect() as connection:
        address = _find_waiting(connection, owner.earner_id, pending_id)
    return None if address is None else name_address(office, owner, address, source, now)


def withdraw_address(office: Office, owner: SignedIn, pending_id: str, source: str, now: datetime) -> bool:
    """Take back an address that waits; False if the earner has named no such."""
    with office.engine.begin() as connection:
        take_turn(connection)
        address = _find_waiting(connection, owner.earner_id, pending_id)
        if address is None:
            return False
        stop_waiting(connection, owner.earner_id, pending_id, address, source, now)
    return True


def stop_waiting(  # noqa: PLR0913, PLR0917 - whose, which, whence and when
    connection: Connection, earner_id: str, pending_id: str, address: str, source: str, now: datetime
) -> None:
    """Have an address wait no more."""
    connection.execute(delete(PendingAddress).where(col(PendingAddress.id) == pending_id))
    note_event(connection, earner_id, EventKind.ADDRESS_STOPPED, now, source=source, detail=address)


def _find_refusal(connection: Connection, owner: SignedIn | Person, address: str, now: datetime) -> Naming | None:
    on_record = {each.address: each for each in list_addresses(connection, owner.earner_id)}
    if address in on_record and on_record[address].confirmed_at is not None:
        return Naming.OWN
    known = on_record.keys() | {each.address for each in list_waiting(connection, owner.earner_id, now)}
    if address not in known and len(known) >= MOST_ADDRESSES:
        return Naming.MANY
    named = select(func.count()).where(
        col(AccountEvent.earner_id) == owner.earner_id,
        col(AccountEvent.kind) == EventKind.ADDRESS_NAMED.value,
        col(AccountEvent.made_at) > now - _DAY,
    )
    return Naming.OFTEN if connection.execute(named).scalar_one() >= MOST_NAMED_A_DAY else None


def _keep(connection: Connection, owner: SignedIn | Person, address: str, now: datetime) -> str:
    """Return the id of the pending row. One that waits already keeps its id: the link in the first mail works, too."""
    is_this = (col(PendingAddress.earner_id) == owner.earner_id, col(PendingAddress.address) == address)
    pending_id = connection.execute(select(col(PendingAddress.id)).where(*is_this)).scalar_one_or_none()
    if pending_id is not None:
        connection.execute(update(PendingAddress).where(*is_this).values(asked_at=now))
        return pending_id
    new_id = make_id()
    row = {"id": new_id, "earner_id": owner.earner_id, "address": address, "asked_at": now}
    connection.execute(insert(PendingAddress).values(row))
    return new_id


def _write_mails(  # noqa: PLR0913, PLR0917 - whose, which, when
    connection: Connection, office: Office, owner: SignedIn | Person, pending_id: str, address: str, now: datetime
) -> None:
    facts = {"new_address": address, "pending": pending_id}
    person = find_by_id(connection, owner.earner_id)
    if person is not None and address != person.address:
        tell_owner(connection, office, person, "address_named", pending_id, now, **facts)
    take_turn_for(connection, f"named {address}")
    if _count_mails(connection, address, now) < MOST_MAILS_A_DAY:
        key = f"{CONFIRM_ADDRESS}/{pending_id}/{to_microseconds(now)}"
        letter = Letter(CONFIRM_ADDRESS, key, None, owner.earner_id, address, facts, owner.language)
        write_letter(connection, office, letter, now)


def _count_mails(connection: Connection, address: str, now: datetime) -> int:
    query = select(func.count()).where(
        col(Message.rcpt_to) == address, col(Message.kind) == CONFIRM_ADDRESS, col(Message.written_at) > now - _DAY
    )
    return connection.execute(query).scalar_one()


def _find_waiting(connection: Connection, earner_id: str, pending_id: str) -> str | None:
    is_theirs = (col(PendingAddress.id) == pending_id, col(PendingAddress.earner_id) == earner_id)
    return connection.execute(select(col(PendingAddress.address)).where(*is_theirs)).scalar_one_or_none()
