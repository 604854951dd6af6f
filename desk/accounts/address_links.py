"""The links about a new address: `/confirm-address`, mailed to it, and `/stop-address`, mailed to the primary one.

Here belong the acts behind the two pages. Looking changes nothing; each acts once, from any device, for whoever reads
that mailbox. That the address has become somebody else's is told to who reads it, and to nobody else.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, delete, insert, select, update
from sqlmodel import col

from badges.account_tables import PendingAddress
from badges.links import Expired, Genuine, Purpose
from badges.tables import EarnerAddress
from badges.transactions import reading, take_turn
from desk.accounts.naming_addresses import name_address, stop_waiting
from desk.accounts.telling import tell_owner
from desk.accounts.trail import EventKind, note_event
from desk.office import Office
from desk.people import find_by_id


class LinkState(StrEnum):
    """How what a link is about stands."""

    OPEN = "open"
    TAKEN = "taken"
    """The address has become somebody else's meanwhile: it can be confirmed for nobody else."""
    GONE = "gone"
    """It was confirmed or stopped before."""
    EXPIRED = "expired"
    FORGED = "forged"


@dataclass(frozen=True, slots=True)
class AddressLink:
    """What a link is about; the rest is empty where nothing waits for it."""

    state: LinkState
    pending_id: str = ""
    address: str = ""
    earner_id: str = ""


def read_address_link(office: Office, purpose: Purpose, token: str, now: datetime) -> AddressLink:
    """Tell what the link is about. Changes nothing."""
    with reading(office.engine).connect() as connection:
        return _open_link(connection, office, purpose, token, now)


def confirm_address(office: Office, token: str, source: str, now: datetime) -> AddressLink:
    """Put the address that the link names on record as confirmed; return how the link stood before."""
    seen = read_address_link(office, Purpose.CONFIRM_ADDRESS, token, now)
    if seen.state is not LinkState.OPEN:
        return seen  # whoever guesses must not wait for who writes, and with them all threads of the pages
    with office.engine.begin() as connection:
        take_turn(connection)  # of two who confirm the same address one is first
        link = _open_link(connection, office, Purpose.CONFIRM_ADDRESS, token, now)
        if link.state is LinkState.OPEN:
            _confirm(connection, office, link, source, now)
        return link


def mail_again(office: Office, token: str, source: str, now: datetime) -> AddressLink:
    """Mail another link to whoever holds one that has run out, within the limits; return how it stood."""
    link = read_address_link(office, Purpose.CONFIRM_ADDRESS, token, now)
    if link.state is LinkState.EXPIRED:
        with reading(office.engine).connect() as connection:
            person = find_by_id(connection, link.earner_id)
        if person is not None:
            name_address(office, person, link.address, source, now)
    return link


def stop_address(office: Office, token: str, source: str, now: datetime) -> AddressLink:
    """Take back the address that the link names; return how the link stood before."""
    seen = read_address_link(office, Purpose.STOP_ADDRESS, token, now)
    if seen.state is not LinkState.OPEN:
        return seen
    with office.engine.begin() as connection:
        take_turn(connection)  # of one who stops and one who confirms, too
        link = _open_link(connection, office, Purpose.STOP_ADDRESS, token, now)
        if link.state is LinkState.OPEN:
            stop_waiting(connection, link.earner_id, link.pending_id, link.address, source, now)
        return link


def _open_link(connection: Connection, office: Office, purpose: Purpose, token: str, now: datetime) -> AddressLink:
    match office.links.unsign(purpose, token, now):
        case Genuine([str() as pending_id]):
            return _find_waiting(connection, purpose, pending_id)
        case Expired([str() as pending_id]):
            waiting = _find_waiting(connection, purpose, pending_id)
            return waiting if waiting.state is LinkState.GONE else replace(waiting, state=LinkState.EXPIRED)
        case _:
            return AddressLink(LinkState.FORGED)


def _find_waiting(connection: Connection, purpose: Purpose, pending_id: str) -> AddressLink:
    query = select(col(PendingAddress.address), col(PendingAddress.earner_id))
    row = connection.execute(query.where(col(PendingAddress.id) == pending_id)).first()
    if row is None:
        return AddressLink(LinkState.GONE)
    known = select(col(EarnerAddress.earner_id)).where(col(EarnerAddress.address) == row.address)
    is_taken = connection.execute(known).scalar_one_or_none() not in {None, row.earner_id}
    # Whoever has named an address must not learn that somebody else has it: the link that stops it does not tell.
    state = LinkState.TAKEN if is_taken and purpose is Purpose.CONFIRM_ADDRESS else LinkState.OPEN
    return AddressLink(state, pending_id, row.address, row.earner_id)


def _confirm(connection: Connection, office: Office, link: AddressLink, source: str, now: datetime) -> None:
    known = update(EarnerAddress).where(col(EarnerAddress.address) == link.address).values(confirmed_at=now)
    if connection.execute(known).rowcount == 0:
        row = {"address": link.address, "earner_id": link.earner_id, "is_primary": False, "confirmed_at": now}
        connection.execute(insert(EarnerAddress).values(row))
    connection.execute(delete(PendingAddress).where(col(PendingAddress.id) == link.pending_id))
    note_event(connection, link.earner_id, EventKind.ADDRESS_ADDED, now, source=source, detail=link.address)
    person = find_by_id(connection, link.earner_id)
    if person is not None and person.address != link.address:
        tell_owner(connection, office, person, "address_added", link.pending_id, now, new_address=link.address)
