"""Deleting an account, on its owner's word: what the owner has given goes, what an issuer has awarded stays.

Here belongs the act. Name, primary address and badges are the issuers' records, and others rely on them; so does the
trail stay, which tells what happened. Whoever comes back asks for a new password and begins with an empty profile.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, update
from sqlmodel import col

from badges.account_tables import Profile
from badges.columns import to_microseconds
from badges.tables import Assertion, EarnerAddress
from desk.accounts.proving import WrongPassword, act_proven
from desk.accounts.sessions import SignedIn
from desk.accounts.shutting import shut_account
from desk.accounts.telling import tell_owner
from desk.accounts.throttling import Throttled
from desk.accounts.trail import EventKind, note_event
from desk.office import Office
from desk.people import Person, find_by_account
from desk.requests.records import stop_notices


@dataclass(frozen=True, slots=True)
class Left:
    """Done: nobody is logged in any more, and no password or link opens the account."""


def delete_account(  # noqa: PLR0913, PLR0917 - whose, with what word, how, whence and when
    office: Office, owner: SignedIn, present: str, hides_badges: bool, source: str, now: datetime
) -> Left | WrongPassword | Throttled:
    """Delete what the owner has given; `hides_badges`: nobody is to find the pages of their badges either."""

    def leave(connection: Connection) -> Left:
        return _leave(connection, office, owner, hides_badges, source, now)

    return act_proven(office, owner, present, source, now, leave)


def _leave(  # noqa: PLR0913, PLR0917 - as above
    connection: Connection, office: Office, owner: SignedIn, hides_badges: bool, source: str, now: datetime
) -> Left:
    person = find_by_account(connection, owner.account_id)
    assert person is not None  # who is logged in has a primary address
    _delete_what_was_given(connection, person)
    stop_notices(connection, person.address, now)
    detail = f"{_hide_badges(connection, owner.earner_id, now)} badges hidden" if hides_badges else ""
    note_event(connection, owner.earner_id, EventKind.ACCOUNT_DELETED, now, source=source, detail=detail)
    changed = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")
    key = f"{person.account_id}/{to_microseconds(now)}"
    tell_owner(connection, office, person, "account_deleted", key, now, changed=changed)
    return Left()


def _delete_what_was_given(connection: Connection, person: Person) -> None:
    shut_account(connection, person)
    connection.execute(delete(Profile).where(col(Profile.earner_id) == person.earner_id))
    is_alternate = (col(EarnerAddress.earner_id) == person.earner_id, col(EarnerAddress.is_primary).is_(False))
    connection.execute(delete(EarnerAddress).where(*is_alternate))


def _hide_badges(connection: Connection, earner_id: str, now: datetime) -> int:
    shown = (col(Assertion.earner_id) == earner_id, col(Assertion.hidden_at).is_(None))
    return connection.execute(update(Assertion).where(*shown).values(hidden_at=now)).rowcount
