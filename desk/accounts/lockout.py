"""Lock-out: ten failed logins lock an account, and just the same an address that nobody has.

Here belong counting, locking and unlocking, in the caller's transaction. An address without an account is counted and
locked so that the answers are those of an account (a spy learns nothing by trying); it is kept as a hash, forgotten
`STRANGERS_KEPT` after its last failure, and of the newest `MOST_STRANGERS` only. Telling the owner stands in
`lock_letter`, what a link in that letter does in `unlocking`.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, text, update
from sqlmodel import col

from badges.account_tables import StrangerLogin
from badges.columns import to_microseconds
from badges.tables import Account
from desk.accounts.trail import OWNER, RULES, EventKind, note_event

MOST_FAILURES = 10
"""Since the last log-in that succeeded, or the last unlock; the tenth locks. However many try at once."""

STRANGERS_KEPT = timedelta(days=90)
MOST_STRANGERS = 200_000


@dataclass(frozen=True, slots=True)
class Door:
    """What a log-in is tried at: the account that an address leads to."""

    account_id: str
    earner_id: str
    password_hash: str | None
    locked_at: datetime | None
    language: str | None


def find_lock(connection: Connection, account_id: str) -> datetime | None:
    """Return since when an account is locked."""
    query = select(col(Account.locked_at)).where(col(Account.id) == account_id)
    return connection.execute(query).scalar_one_or_none()


def count_failure(connection: Connection, door: Door, source: str, now: datetime) -> bool:
    """Count a failed login; tell whether the account is locked now, by this one or an earlier one."""
    row = connection.execute(_FAIL, _values(now, account_id=door.account_id)).first()
    if row is None:
        return True
    if row.locked_at is None:
        return False
    detail = f"{MOST_FAILURES} failed logins"
    note_event(connection, door.earner_id, EventKind.LOCKED, now, made_by=RULES, source=source, detail=detail)
    return True


def count_stranger(connection: Connection, address: str, now: datetime) -> bool:
    """The same for an address, folded, that leads to no account."""
    digest = hashlib.sha256(address.encode()).hexdigest()
    row = connection.execute(_FAIL_STRANGER, _values(now, address_hash=digest)).first()
    return row is None or row.locked_at is not None


def admit_owner(connection: Connection, door: Door, new_hash: str | None) -> bool:
    """Forget the failures, since the password was right; False if the account is locked, or has another password by
    now. `new_hash` takes the place of an outdated one."""
    is_same = (col(Account.id) == door.account_id, col(Account.password_hash) == door.password_hash)
    fresh = {"failed_logins": 0, "failed_at": None, "password_hash": new_hash or door.password_hash}
    opened = update(Account).where(*is_same, col(Account.locked_at).is_(None)).values(fresh)
    return connection.execute(opened).rowcount == 1


def open_lock(connection: Connection, account_id: str, locked_at: datetime) -> bool:
    """Unlock an account that was locked at `locked_at`; False if it is not, or has been locked again since."""
    is_this = (col(Account.id) == account_id, col(Account.locked_at) == locked_at)
    fresh = {"locked_at": None, "failed_logins": 0, "failed_at": None}
    return connection.execute(update(Account).where(*is_this).values(fresh)).rowcount == 1


def unlock_by_owner(connection: Connection, account_id: str, earner_id: str, now: datetime, how: str) -> bool:
    """Unlock an account on its owner's word, where the policy lets them; False if it is not locked."""
    locked_at = find_lock(connection, account_id)
    if locked_at is None or not open_lock(connection, account_id, locked_at):
        return False
    note_event(connection, earner_id, EventKind.UNLOCKED, now, made_by=OWNER, detail=how)
    return True


def sweep_strangers(connection: Connection, now: datetime) -> int:
    """Forget the addresses that nobody has tried for long, and the oldest of too many; return how many."""
    newest = select(col(StrangerLogin.failed_at)).order_by(col(StrangerLogin.failed_at).desc())
    surplus = connection.execute(newest.limit(1).offset(MOST_STRANGERS)).scalar_one_or_none()
    before = max(filter(None, (surplus, now - STRANGERS_KEPT)))
    return connection.execute(delete(StrangerLogin).where(col(StrangerLogin.failed_at) <= before)).rowcount


def _values(now: datetime, **key: str) -> dict[str, str | int]:
    return {"now": to_microseconds(now), "most": MOST_FAILURES, **key}


# One statement each: of many that fail at once none is counted with an old number. No row: it is locked already.
_FAIL = text("""
    UPDATE account SET failed_logins = failed_logins + 1, failed_at = :now,
        locked_at = CASE WHEN failed_logins + 1 >= :most THEN :now END
    WHERE id = :account_id AND locked_at IS NULL RETURNING locked_at
""")
_FAIL_STRANGER = text("""
    INSERT INTO stranger_login (address_hash, failed_logins, failed_at) VALUES (:address_hash, 1, :now)
    ON CONFLICT (address_hash) DO UPDATE SET failed_logins = stranger_login.failed_logins + 1, failed_at = :now,
        locked_at = CASE WHEN stranger_login.failed_logins + 1 >= :most THEN :now END
    WHERE stranger_login.locked_at IS NULL RETURNING locked_at
""")
