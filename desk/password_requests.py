"""Asking for a new password link: by address, or with a link that is expired, used or void.

Here belong these two acts and their limits. Whoever asks learns nothing: the acts return nothing, and the web answers
before it calls them, so neither words nor time tell whether an account exists (OWASP Forgot Password Cheat Sheet).
The link goes to the address on record. Asking changes no password and locks nothing; it voids older links only once
the new one is on its way, and the limits keep a stranger from doing that all day.

Requests are counted in the database, so the limits hold over all web processes and a restart.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlmodel import col

from badges.ids import make_id
from badges.links import Expired, Forged, Genuine, LinkMaker, Purpose
from badges.tables import Account, PasswordRequest
from badges.transactions import take_turn_for
from desk.mailing import Letter, write_letter
from desk.office import Office
from desk.passwords import ticket_of
from desk.people import Person, find_by_account, find_by_address, find_issuer
from wire.address import AddressFault, fold_address, parse_address
from wire.network import network_of


@dataclass(frozen=True)
class RequestLimits:
    """How often a link may be asked for within `window`, for one address and from one source; and in a day."""

    per_address: int = 3
    per_address_a_day: int = 6
    """Each request voids the link before it: a stranger must not keep an earner from opening one all day long."""
    per_source: int = 20
    window: timedelta = timedelta(hours=1)


LIMITS = RequestLimits()
_KEPT = timedelta(days=1)
_NO_NETWORK = "none"


def request_link(office: Office, address: str, source: str, now: datetime, limits: RequestLimits = LIMITS) -> None:
    """Mail a new password link to the owner of `address`, if there is one and nobody asks too often.

    `source` is the IP address that asked. Alternate addresses count; the link goes to the primary one.
    """
    parsed = parse_address(address)
    if isinstance(parsed, AddressFault):
        return
    folded = fold_address(parsed)
    with office.engine.begin() as connection:
        if not admit(connection, folded, source, now, limits):
            return
        person = find_by_address(connection, folded)
        if person is not None:
            send_link(connection, office, person, now)


def request_link_again(office: Office, token: str, source: str, now: datetime, limits: RequestLimits = LIMITS) -> None:
    """The same for somebody who holds a link of ours that opens nothing any more."""
    account_id = _account_of(office.links, token, now)
    if account_id is None:
        return
    with office.engine.begin() as connection:
        person = find_by_account(connection, account_id)
        if person is not None and admit(connection, person.address, source, now, limits):
            send_link(connection, office, person, now)


def send_link(connection: Connection, office: Office, person: Person, now: datetime) -> bool:
    """Enqueue a password link with the next serial, which voids all earlier ones; False if no issuer speaks to them."""
    issuer_id = find_issuer(connection, person.earner_id)
    if issuer_id is None:
        return False
    serial = raise_serial(connection, person.account_id)
    letter = Letter(
        kind="password_link",
        key=f"password-link/{person.account_id}/{serial}",
        issuer_id=issuer_id,
        earner_id=person.earner_id,
        rcpt_to=person.address,
        language=person.language,
        facts={"name": person.name, "address": person.address, "account": person.account_id, "serial": serial},
    )
    return write_letter(connection, office, letter, now)


def raise_serial(connection: Connection, account_id: str) -> int:
    """Count one more link for the account and return its serial."""
    connection.execute(
        update(Account).where(col(Account.id) == account_id).values(link_serial=col(Account.link_serial) + 1)
    )
    return connection.execute(select(col(Account.link_serial)).where(col(Account.id) == account_id)).scalar_one()


def _account_of(links: LinkMaker, token: str, now: datetime) -> str | None:
    for purpose in (Purpose.FIRST_PASSWORD, Purpose.PASSWORD):
        match links.unsign(purpose, token, now):
            case Genuine(payload) | Expired(payload):
                ticket = ticket_of(payload)
                return None if ticket is None else ticket.account_id
            case Forged():
                continue
    return None


def admit(
    connection: Connection, address: str, source: str | None, now: datetime, limits: RequestLimits = LIMITS
) -> bool:
    """Count a mail to `address` that voids older links, unless a limit is reached. A refused one is not counted, so the
    table stays small.

    `address` is folded. `source` None: nobody's network asked, so only the address is counted.
    """
    take_turn_for(connection, f"link {address}")
    connection.execute(delete(PasswordRequest).where(col(PasswordRequest.asked_at) < now - _KEPT))
    address_hash = hashlib.sha256(address.encode()).hexdigest()
    network = _NO_NETWORK if source is None else network_of(source)
    recent = col(PasswordRequest.asked_at) > now - limits.window
    of_a_day = select(func.count()).where(col(PasswordRequest.address_hash) == address_hash)
    by_source = select(func.count()).where(col(PasswordRequest.source) == network, recent)
    if connection.execute(of_a_day.where(recent)).scalar_one() >= limits.per_address:
        return False
    if connection.execute(of_a_day).scalar_one() >= limits.per_address_a_day:
        return False
    if source is not None and connection.execute(by_source).scalar_one() >= limits.per_source:
        return False
    connection.execute(
        insert(PasswordRequest).values(id=make_id(), address_hash=address_hash, source=network, asked_at=now)
    )
    return True
