"""The links in the mail about a lock: `/unlock`, where owners may unlock, and `/ask-unlock`, where the issuer does.

Here belong the acts behind the two pages, and staff's own. A link names one lock, by its moment: looking changes
nothing, it acts once, and after another lock another mail brings another link. Locking stands in `lockout`; what an
issuer asks for by mail, in `desk.requests`.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, select
from sqlmodel import col

from badges.account_tables import AccountEvent
from badges.accounts import LockoutPolicy
from badges.columns import from_microseconds, to_microseconds
from badges.links import Expired, Forged, Genuine, Purpose
from badges.tables import Issuer
from badges.transactions import reading, take_turn_for
from desk.accounts.lockout import find_lock, open_lock
from desk.accounts.telling import tell_owner
from desk.accounts.trail import OWNER, EventKind, note_event
from desk.office import Office
from desk.people import Person, find_by_account, find_issuer
from desk.requests.carrying_out import carry_out
from desk.requests.orders import Asker, Change, MailThread, Order
from desk.words import Intent, Outcome, Role

_WISHES = {
    "en": "Please unlock my account.",
    "es": "Les ruego que desbloqueen mi cuenta.",
    "fr": "Merci de déverrouiller mon compte.",
    "de": "Bitte entsperren Sie mein Konto.",
}
"""What the issuer reads as the words of an earner who pressed the button."""


class LockState(StrEnum):
    """How the lock that a link names stands."""

    LOCKED = "locked"
    ASKED = "asked"
    """It still stands, and the issuer has been asked to lift it."""
    LIFTED = "lifted"
    REPLACED = "replaced"
    """The account was unlocked and is locked again: a newer mail has a newer link."""


@dataclass(frozen=True, slots=True)
class NamedLock:
    """What a link is about."""

    person: Person
    locked_at: datetime
    state: LockState
    issuer_name: str | None


@dataclass(frozen=True, slots=True)
class LockLinkRefused:
    """No link of ours, or too old."""

    expired: bool


def read_lock_link(office: Office, purpose: Purpose, token: str, now: datetime) -> NamedLock | LockLinkRefused:
    """Tell what the link is about. Changes nothing."""
    with reading(office.engine).connect() as connection:
        return _open_link(connection, office, purpose, token, now)


def unlock_by_link(office: Office, token: str, source: str, now: datetime) -> NamedLock | LockLinkRefused:
    """Lift the lock that the link names, if it still stands; return how it stood."""
    seen = read_lock_link(office, Purpose.UNLOCK, token, now)
    if isinstance(seen, LockLinkRefused):
        return seen  # whoever guesses must not wait for who writes, and with them all threads of the pages
    with office.engine.begin() as connection:
        lock = _open_link(connection, office, Purpose.UNLOCK, token, now)
        if isinstance(lock, LockLinkRefused) or not open_lock(connection, lock.person.account_id, lock.locked_at):
            return lock
        earner_id = lock.person.earner_id
        note_event(connection, earner_id, EventKind.UNLOCKED, now, made_by=OWNER, source=source, detail="by a link")
        _tell_owner(connection, office, lock.person, lock.locked_at, now)
        return lock


def unlock_by_staff(office: Office, person: Person, author: str, reason: str, now: datetime) -> bool:
    """Unlock an account on the word of a member of staff; False if it is not locked."""
    with office.engine.begin() as connection:
        locked_at = find_lock(connection, person.account_id)
        if locked_at is None or not open_lock(connection, person.account_id, locked_at):
            return False
        note_event(connection, person.earner_id, EventKind.UNLOCKED, now, made_by=author, detail=reason)
        _tell_owner(connection, office, person, locked_at, now)
        return True


def ask_to_unlock(office: Office, token: str, source: str, now: datetime) -> NamedLock | LockLinkRefused:
    """Pass the owner's wish on to the issuer, once a lock; return how it stood."""
    seen = read_lock_link(office, Purpose.ASK_UNLOCK, token, now)
    if isinstance(seen, LockLinkRefused):
        return seen
    with office.engine.begin() as connection:
        lock = _open_link(connection, office, Purpose.ASK_UNLOCK, token, now)
        if isinstance(lock, LockLinkRefused):
            return lock
        take_turn_for(connection, f"asker {lock.person.address}")
        if _judge(connection, lock.person, lock.locked_at) is LockState.LOCKED:
            note_event(connection, lock.person.earner_id, EventKind.UNLOCK_ASKED, now, source=source)
            carry_out(connection, office, _order_of(lock), now)
        return lock


def _open_link(
    connection: Connection, office: Office, purpose: Purpose, token: str, now: datetime
) -> NamedLock | LockLinkRefused:
    match office.links.unsign(purpose, token, now):
        case Genuine([str() as account_id, int() as stamp]):
            person = find_by_account(connection, account_id)
        case Expired():
            return LockLinkRefused(expired=True)
        case Genuine() | Forged():
            return LockLinkRefused(expired=False)
    may_act = purpose is Purpose.ASK_UNLOCK or office.lockout is LockoutPolicy.EARNER
    if person is None or not may_act:
        return LockLinkRefused(expired=False)
    locked_at = from_microseconds(stamp)
    state = _judge(connection, person, locked_at)
    return NamedLock(person, locked_at, state, _name_issuer(connection, person.earner_id))


def _judge(connection: Connection, person: Person, locked_at: datetime) -> LockState:
    present = find_lock(connection, person.account_id)
    if present is None:
        return LockState.LIFTED
    if present != locked_at:
        return LockState.REPLACED
    asked = select(col(AccountEvent.id)).where(
        col(AccountEvent.earner_id) == person.earner_id,
        col(AccountEvent.kind) == EventKind.UNLOCK_ASKED.value,
        col(AccountEvent.made_at) >= locked_at,
    )
    return LockState.ASKED if connection.execute(asked.limit(1)).first() else LockState.LOCKED


def _name_issuer(connection: Connection, earner_id: str) -> str | None:
    issuer_id = find_issuer(connection, earner_id)
    return connection.execute(select(col(Issuer.name)).where(col(Issuer.id) == issuer_id)).scalar_one_or_none()


def _order_of(lock: NamedLock) -> Order:
    """Return the order that a mail with the same wish would have been."""
    person = lock.person
    language = person.language if person.language in _WISHES else "en"
    return Order(
        Outcome.REDIRECT,
        Intent.UNLOCK,
        Asker(Role.EARNER, person.address, person.name, None, person.earner_id, language),
        MailThread("", "", (), ""),
        (Change(Intent.UNLOCK, person.earner_id),),
        (),
        "the owner asked for it, by the link in the mail about the lock",
        _WISHES[language],
        {"link": Purpose.ASK_UNLOCK.value, "locked_at": lock.locked_at.isoformat()},
    )


def _tell_owner(connection: Connection, office: Office, person: Person, locked_at: datetime, now: datetime) -> None:
    key = f"{person.account_id}/{to_microseconds(locked_at)}"
    tell_owner(connection, office, person, "account_unlocked", key, now)
