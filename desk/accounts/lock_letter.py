"""Telling owners that their account is locked, once a lock.

Here belongs the letter. It is written after the answer to whoever failed to log in, so that the time of that answer
tells nothing; what a crash left untold in between is told when `tell_of_locks` looks again.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, select
from sqlmodel import col

from badges.columns import to_microseconds
from badges.tables import Account, Issuer
from badges.transactions import reading
from desk.accounts.lockout import MOST_FAILURES, find_lock
from desk.mailing import Letter, write_letter
from desk.office import Office
from desk.people import Person, find_by_account, find_by_address, find_issuer
from mailer.queue.tables import Message
from wire.address import AddressFault, fold_address, parse_address

LOOK_BACK = timedelta(days=1)


def tell_of_lock(office: Office, address: str, now: datetime) -> None:
    """Mail the owner of `address` if their account is locked and they have not been told. For nobody it does nothing.

    Called after every answer that speaks of a lock, whoever typed what.
    """
    parsed = parse_address(address.strip())
    if isinstance(parsed, AddressFault):
        return
    with reading(office.engine).connect() as connection:
        person = find_by_address(connection, fold_address(parsed))
        is_due = person is not None and _is_untold(connection, person.account_id)
    if person is not None and is_due:
        _tell(office, person.account_id, now)


def tell_of_locks(office: Office, now: datetime) -> int:
    """The same for every account that failed logins have locked of late; return how many were told."""
    by_failures = col(Account.failed_logins) >= MOST_FAILURES  # and not by the programme that was imported
    recent = select(col(Account.id)).where(col(Account.locked_at) > now - LOOK_BACK, by_failures)
    with reading(office.engine).connect() as connection:
        locked = list(connection.execute(recent).scalars())
        untold = [account_id for account_id in locked if _is_untold(connection, account_id)]
    return sum(_tell(office, account_id, now) for account_id in untold)


def _tell(office: Office, account_id: str, now: datetime) -> bool:
    with office.engine.begin() as connection:
        person, locked_at = find_by_account(connection, account_id), find_lock(connection, account_id)
        if person is None or locked_at is None:
            return False
        letter = _write(connection, office, person, locked_at)
        return letter is not None and write_letter(connection, office, letter, now)


def _write(connection: Connection, office: Office, person: Person, locked_at: datetime) -> Letter | None:
    issuer_id = find_issuer(connection, person.earner_id)
    if issuer_id is None:
        return None  # nobody has awarded anything yet, so nobody's name could stand under the letter
    issuer = connection.execute(
        select(col(Issuer.name), col(Issuer.support_email)).where(col(Issuer.id) == issuer_id)
    ).one()
    return Letter(
        kind="account_locked",
        key=_key_of(person.account_id, locked_at),
        issuer_id=issuer_id,
        earner_id=person.earner_id,
        rcpt_to=person.address,
        language=person.language,
        facts={
            "name": person.name,
            "address": person.address,
            "locked": locked_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ"),
            "issuer_name": issuer.name,
            "issuer_support": issuer.support_email,
            "account": person.account_id,
            "stamp": to_microseconds(locked_at),
            "policy": office.lockout.value,
        },
    )


def _is_untold(connection: Connection, account_id: str) -> bool:
    locked_at = find_lock(connection, account_id)
    if locked_at is None:
        return False
    told = select(col(Message.id)).where(col(Message.idempotency_key) == _key_of(account_id, locked_at))
    return connection.execute(told).first() is None


def _key_of(account_id: str, locked_at: datetime) -> str:
    return f"account-locked/{account_id}/{to_microseconds(locked_at)}"
