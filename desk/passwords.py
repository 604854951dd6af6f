"""The password link: what it opens, and setting a password with it.

Here belong the two acts behind `/p/{token}`. Opening the page only reads, however often a scanner does it; the link
is spent in the transaction that stores the new password, and in no other. Asking for a link stands in
`password_requests`, changing a password that is known in `accounts.changing_password`, the rules in `badges.accounts`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, update
from sqlmodel import col

from badges.accounts import (
    LinkLive,
    LinkSpent,
    LinkVoid,
    LockoutPolicy,
    PasswordFault,
    hash_password,
    judge_password,
    judge_serial,
)
from badges.links import Expired, Forged, Genuine, LinkMaker, Purpose
from badges.tables import Account, EarnerAddress
from badges.transactions import reading
from desk.accounts.lockout import unlock_by_owner
from desk.accounts.sessions import end_sessions
from desk.accounts.telling import tell_owner
from desk.accounts.trail import EventKind, note_event
from desk.hooks.events import EventKind as HookKind
from desk.hooks.telling import tell_of_earner
from desk.office import Office
from desk.people import Person, find_by_account


@dataclass(frozen=True)
class LinkExpired:
    """Ours, but too old. It may be used to ask for a new one, which goes to the address on record."""


@dataclass(frozen=True)
class LinkForged:
    """Not a link of ours, or damaged on the way."""


@dataclass(frozen=True)
class OpenForm:
    """The link is live: whose form it opens."""

    person: Person
    serial: int


@dataclass(frozen=True)
class PasswordSet:
    """Done: the password is stored, the link spent, a notice on its way."""

    person: Person


LinkFault = LinkSpent | LinkVoid | LinkExpired | LinkForged


def read_password_link(office: Office, token: str, now: datetime) -> OpenForm | LinkFault:
    """Tell what the link opens at `now`. Changes nothing."""
    ticket = read_ticket(office.links, token, now)
    with reading(office.engine).connect() as connection:
        return _judge(connection, ticket)


def set_password(
    office: Office, token: str, password: str, now: datetime, source: str = ""
) -> PasswordSet | PasswordFault | LinkFault:
    """Store `password` for the account that the link opens and spend the link, or tell why not.

    Whoever was logged in is logged out, everywhere. It unlocks the account only where the policy lets owners do that.
    """
    form = read_password_link(office, token, now)
    if not isinstance(form, OpenForm):
        return form
    fault = judge_password(password, form.person.address, form.person.name)
    if fault is not None:
        return fault
    password_hash = hash_password(password)  # slow on purpose, so before the transaction
    with office.engine.begin() as connection:
        if not _spend(connection, form, password_hash, now):
            return _verdict_after_race(connection, form)
        _confirm_address(connection, form.person, now)
        end_sessions(connection, form.person.account_id)
        note_event(connection, form.person.earner_id, EventKind.PASSWORD_SET, now, source=source, detail="by a link")
        if not form.person.has_password:
            tell_of_earner(connection, form.person.earner_id, HookKind.ACCOUNT_CLAIMED, str(form.serial), {}, now)
        if office.lockout is LockoutPolicy.EARNER:
            unlock_by_owner(connection, form.person.account_id, form.person.earner_id, now, "by a new password")
        tell_of_new_password(connection, office, form.person, str(form.serial), now)
    return PasswordSet(form.person)


@dataclass(frozen=True)
class Ticket:
    """What a genuine password link carries."""

    account_id: str
    serial: int


def read_ticket(links: LinkMaker, token: str, now: datetime) -> Ticket | Expired | Forged:
    """Unsign a password link of either purpose. The payload of an expired one is genuine, see `badges.links`."""
    verdict: Genuine | Expired | Forged = Forged()
    for purpose in (Purpose.FIRST_PASSWORD, Purpose.PASSWORD):
        verdict = links.unsign(purpose, token, now)
        if not isinstance(verdict, Forged):
            break
    if not isinstance(verdict, Genuine):
        return verdict
    return ticket_of(verdict.payload) or Forged()


def ticket_of(payload: list[str | int]) -> Ticket | None:
    """Return account and serial of a link's payload; None if it holds anything else."""
    match payload:
        case [str() as account_id, int() as serial]:
            return Ticket(account_id, serial)
    return None


def _judge(connection: Connection, ticket: Ticket | Expired | Forged) -> OpenForm | LinkFault:
    match ticket:
        case Expired():
            return LinkExpired()
        case Forged():
            return LinkForged()
    person = find_by_account(connection, ticket.account_id)
    if person is None:
        return LinkForged()
    verdict = judge_serial(ticket.serial, person.link_serial, person.link_spent_serial)
    return OpenForm(person, ticket.serial) if isinstance(verdict, LinkLive) else verdict


def _spend(connection: Connection, form: OpenForm, password_hash: str, now: datetime) -> bool:
    """Compare and set: of two that press the button at once, one sets the password."""
    spent = connection.execute(
        update(Account)
        .where(
            col(Account.id) == form.person.account_id,
            col(Account.link_serial) == form.serial,
            col(Account.link_spent_serial) < form.serial,
        )
        .values(
            password_hash=password_hash,
            password_set_at=now,
            link_spent_serial=form.serial,
            failed_logins=0,
            failed_at=None,
        )
    )
    return spent.rowcount == 1


def _verdict_after_race(connection: Connection, form: OpenForm) -> LinkSpent | LinkVoid:
    person = find_by_account(connection, form.person.account_id)
    newest = person.link_serial if person else 0
    return LinkSpent() if newest == form.serial else LinkVoid()


def _confirm_address(connection: Connection, person: Person, now: datetime) -> None:
    """The link went to this address and no other (`correcting` voids links when it changes), so it was read there."""
    connection.execute(
        update(EarnerAddress)
        .where(col(EarnerAddress.address) == person.address, col(EarnerAddress.confirmed_at).is_(None))
        .values(confirmed_at=now)
    )


def tell_of_new_password(connection: Connection, office: Office, person: Person, which: str, now: datetime) -> None:
    """Mail the owner of an account that it has another password; `which` tells it from those before."""
    changed = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")
    tell_owner(connection, office, person, "password_changed", f"{person.account_id}/{which}", now, changed=changed)
