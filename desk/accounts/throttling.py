"""How many logins may fail from one network: counted in the database, for known and unknown addresses alike.

Here belongs counting by source, in the caller's transaction. Counting by account stands in `lockout`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select
from sqlmodel import col

from badges.account_tables import LoginFailure
from badges.ids import make_id
from badges.transactions import take_turn_for
from wire.network import network_of

MOST_FAILURES = 30
"""In `WINDOW` from one network, so that one machine tries no list of passwords at a list of addresses."""
WINDOW = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Throttled:
    """Too many logins failed from this network: nobody is let in from it before `until`, whatever they type."""

    until: datetime


def find_throttle(connection: Connection, source: str, now: datetime) -> Throttled | None:
    """Tell whether `source`, an IP address, has failed too often."""
    recent = select(col(LoginFailure.failed_at)).where(
        col(LoginFailure.source) == network_of(source), col(LoginFailure.failed_at) > now - WINDOW
    )
    newest_first = recent.order_by(col(LoginFailure.failed_at).desc())
    decisive = connection.execute(newest_first.limit(1).offset(MOST_FAILURES - 1)).scalar_one_or_none()
    return None if decisive is None else Throttled(decisive + WINDOW)


def take_turn_of(connection: Connection, source: str) -> None:
    """Keep others of the same network waiting until the transaction ends, so that each is counted."""
    take_turn_for(connection, f"login {network_of(source)}")


def note_failure(connection: Connection, source: str, now: datetime) -> None:
    """Count one failed login of a network."""
    connection.execute(insert(LoginFailure).values(id=make_id(), source=network_of(source), failed_at=now))


def sweep_failures(connection: Connection, now: datetime) -> int:
    """Forget what counts no more; return how many."""
    return connection.execute(delete(LoginFailure).where(col(LoginFailure.failed_at) <= now - WINDOW)).rowcount
