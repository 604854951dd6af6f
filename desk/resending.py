"""Sending an issuance mail once more: to one person, or to those of a batch whom it did not reach.

Here belong these acts. A mail that is sent again is a message of its own with a fresh password link; the old one
stays in the records as it was. One that is still on its way is not doubled.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from badges.assertions import AssertionState
from badges.tables import Account, Assertion, BadgeClass
from badges.transactions import reading, take_turn
from desk.awards import Award, facts_with_link, read_awards, select_awards
from desk.mailing import Letter, write_letters
from desk.office import Office
from desk.password_requests import raise_serial
from desk.people import Person, find_by_address
from mailer.queue.states import State
from mailer.queue.tables import Batch, Message
from wire.address import AddressFault, fold_address, parse_address

KIND = "issuance"

_UNREACHED = (State.BOUNCED, State.EXPIRED, State.SUPPRESSED, State.UNKNOWN)
_ON_ITS_WAY = (State.QUEUED, State.DEFERRED, State.SENDING)

QUIET = timedelta(days=1)
"""So long somebody is left in peace who has not opened their account."""

PAGE = 500
"""Awards that are written about in one transaction: others want to write too."""


@dataclass(frozen=True)
class Resent:
    """How many mails were queued, and how many awards were passed over because a mail is on its way already."""

    mails: int
    on_their_way: int


@dataclass(frozen=True)
class NotResent:
    """There is nothing to send; `reason` is one line."""

    reason: str


def resend_to(office: Office, address: str, now: datetime) -> Resent | NotResent:
    """Send the issuance mails of everything that the owner of `address` holds once more."""
    parsed = parse_address(address)
    if isinstance(parsed, AddressFault):
        return NotResent(f"{address}: {parsed.reason}")
    with office.engine.begin() as connection:
        person = find_by_address(connection, fold_address(parsed))
        if person is None:
            return NotResent(f"nobody is known under {address}")
        return resend_awards(connection, office, person, now)


def resend_awards(  # noqa: PLR0913 - whose, and which of them
    connection: Connection,
    office: Office,
    person: Person,
    now: datetime,
    *,
    issuer_id: str | None = None,
    assertion_id: str | None = None,
) -> Resent | NotResent:
    """The same for `person` in the caller's transaction: all awards, those of one issuer, or one."""
    take_turn(connection)
    which = select_awards().where(
        col(Assertion.earner_id) == person.earner_id, col(Assertion.state) != AssertionState.REVOKED
    )
    if issuer_id is not None:
        which = which.where(col(BadgeClass.issuer_id) == issuer_id)
    if assertion_id is not None:
        which = which.where(col(Assertion.id) == assertion_id)
    awards = read_awards(connection, which)
    if not awards:
        return NotResent(f"{person.address} holds no badge")
    return send_again(connection, office, awards, now)


def resend_failed(office: Office, batch_id: str, now: datetime) -> Resent | NotResent:
    """Send once more to those of a batch whom no mail reached: bounced, expired, suppressed, unknown. Page by page."""
    return _resend_pages(office, batch_id, partial(_find_unreached, batch_id=batch_id), now)


def resend_unopened(office: Office, batch_id: str, now: datetime) -> Resent | NotResent:
    """Send once more to those of a batch who got their mail, set no password and were not written to for a day. Page
    by page."""
    find = partial(_find_unopened, batch_id=batch_id, quiet_since=now - QUIET)
    return _resend_pages(office, batch_id, find, now)


def _resend_pages(
    office: Office, batch_id: str, find: Callable[[Connection, str], list[Award]], now: datetime
) -> Resent | NotResent:
    with reading(office.engine).connect() as connection:
        if connection.execute(select(col(Batch.id)).where(col(Batch.id) == batch_id)).first() is None:
            return NotResent(f"there is no batch {batch_id}")
    mails, on_their_way, after = 0, 0, ""
    while True:
        with office.engine.begin() as connection:
            take_turn(connection)
            awards = find(connection, after)
            if not awards:
                return Resent(mails, on_their_way)
            resent = send_again(connection, office, awards, now)
        mails, on_their_way = mails + resent.mails, on_their_way + resent.on_their_way
        after = awards[-1].assertion_id


def send_again(connection: Connection, office: Office, awards: Iterable[Award], now: datetime) -> Resent:
    """Write the issuance mails of `awards` anew, but for those with one on its way."""
    sendable, on_their_way = [], 0
    for award in awards:
        if _count_mails(connection, award, _ON_ITS_WAY):
            on_their_way += 1
        else:
            sendable.append(award)
    letters = _write_letters(connection, sendable)
    return Resent(write_letters(connection, office, letters, now).inserted, on_their_way)


def _write_letters(connection: Connection, awards: Iterable[Award]) -> Iterator[Letter]:
    for award in awards:
        number = _count_mails(connection, award)
        serial = None if award.has_password else raise_serial(connection, award.account_id)
        yield Letter(
            kind=KIND,
            key=_key_of(award) if number == 0 else f"{_key_of(award)}/{number}",
            issuer_id=award.issuer_id,
            earner_id=award.earner_id,
            rcpt_to=award.address,
            language=award.language,
            badge_class_id=award.badge_class_id,
            facts=facts_with_link(award, serial),
        )


def _count_mails(connection: Connection, award: Award, states: Iterable[State] | None = None) -> int:
    """Count the issuance mails of an award (its key, and the key with a number behind it), or those to its earner's
    address that are in one of `states`."""
    query = select(func.count()).where(
        col(Message.earner_id) == award.earner_id,
        (col(Message.idempotency_key) == _key_of(award)) | col(Message.idempotency_key).like(f"{_key_of(award)}/%"),
    )
    if states is not None:
        # One that is on its way to an address since corrected will not reach the earner.
        query = query.where(col(Message.state).in_(list(states)), col(Message.rcpt_to) == award.address)
    return connection.execute(query).scalar_one()


def _key_of(award: Award) -> str:
    return f"{KIND}/{award.assertion_id}"


def _find_unreached(connection: Connection, after: str, batch_id: str) -> list[Award]:
    unreached = select(col(Message.id)).where(
        col(Message.batch_id) == batch_id,
        col(Message.idempotency_key) == KIND + "/" + col(Assertion.id),
        col(Message.state).in_(list(_UNREACHED)),
    )
    again = aliased(Message)
    reached = select(col(again.id)).where(
        col(again.earner_id) == col(Assertion.earner_id),
        col(again.idempotency_key).like(KIND + "/" + col(Assertion.id) + "/%"),
        col(again.state) == State.SENT,
    )
    query = select_awards().where(unreached.exists(), ~reached.exists(), col(Assertion.id) > after)
    return read_awards(connection, query.order_by(col(Assertion.id)).limit(PAGE))


def _find_unopened(connection: Connection, after: str, batch_id: str, quiet_since: datetime) -> list[Award]:
    sent = select(col(Message.id)).where(
        col(Message.batch_id) == batch_id,
        col(Message.idempotency_key) == KIND + "/" + col(Assertion.id),
        col(Message.state) == State.SENT,
        col(Message.state_at) <= quiet_since,
    )
    again = aliased(Message)
    written = select(col(again.id)).where(
        col(again.earner_id) == col(Assertion.earner_id),
        col(again.idempotency_key).like(KIND + "/" + col(Assertion.id) + "/%"),
        col(again.written_at) > quiet_since,
    )
    unopened = col(Account.password_hash).is_(None), col(Assertion.state) != AssertionState.REVOKED
    query = select_awards().where(*unopened, sent.exists(), ~written.exists(), col(Assertion.id) > after)
    return read_awards(connection, query.order_by(col(Assertion.id)).limit(PAGE))
