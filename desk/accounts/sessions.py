"""Sessions: which browser is logged in as whom. Kept in the database, so that ending one ends it everywhere.

Here belong opening, finding and ending them. Who may open one stands in `desk.accounts.login`; cookies, in
`web.visitors`.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update
from sqlmodel import col

from badges.account_tables import Session
from badges.tables import Account, Earner, EarnerAddress
from desk.accounts.trail import EventKind, note_event
from desk.office import Office
from wire.network import network_of

TOKEN_BYTES = 32
LONGEST = timedelta(days=30)
"""After its log-in a session ends, however much it is used."""
LONGEST_IDLE = timedelta(days=7)
MOST_LISTED = 50
SEEN_EVERY = timedelta(minutes=10)
"""That a session is used is written no more often, so that pages are read without a write each."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whose browser it is."""

    session_id: str
    account_id: str
    earner_id: str
    name: str
    address: str
    """The primary one."""
    language: str | None
    seen_at: datetime
    """When the session was last noted to be in use."""

    def is_due(self, now: datetime) -> bool:
        """Tell whether it is time to note again that the session is in use."""
        return now - self.seen_at > SEEN_EVERY


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One browser that is logged in, as its owner sees it."""

    created_at: datetime
    seen_at: datetime
    source: str
    is_this: bool
    """The browser that asks."""


def open_session(connection: Connection, account_id: str, source: str, now: datetime) -> str:
    """Return the token of a new session: 256 random bits, of which only the hash is kept."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    values = {"id": _hash(token), "account_id": account_id, "created_at": now, "seen_at": now}
    connection.execute(insert(Session).values(**values, source=network_of(source)))
    return token


def find_session(connection: Connection, token: str, now: datetime) -> SignedIn | None:
    """Return who is logged in with `token`, whatever a stranger has sent; None for nobody. Only reads."""
    query = (
        select(
            col(Session.id),
            col(Account.id),
            col(Earner.id),
            col(Earner.name),
            col(EarnerAddress.address),
            col(Earner.language),
            col(Session.seen_at),
        )
        .join(Account, col(Account.id) == col(Session.account_id))
        .join(Earner, col(Earner.id) == col(Account.earner_id))
        .join(EarnerAddress, (col(EarnerAddress.earner_id) == col(Earner.id)) & col(EarnerAddress.is_primary))
        .where(col(Session.id) == _hash(token), ~_is_over(now))
    )
    row = connection.execute(query).first()
    return None if row is None else SignedIn(*row)


def list_sessions(connection: Connection, owner: SignedIn, now: datetime) -> list[OpenSession]:
    """Return where the owner is logged in, the browser that asks first, then what was used last."""
    query = (
        select(col(Session.created_at), col(Session.seen_at), col(Session.source), col(Session.id) == owner.session_id)
        .where(col(Session.account_id) == owner.account_id, ~_is_over(now))
        .order_by((col(Session.id) == owner.session_id).desc(), col(Session.seen_at).desc())
    )
    return [OpenSession(*row[:3], bool(row[3])) for row in connection.execute(query.limit(MOST_LISTED))]


def log_out_elsewhere(office: Office, owner: SignedIn, source: str, now: datetime) -> int:
    """End all sessions of the owner but the one that asks; return how many."""
    with office.engine.begin() as connection:
        ended = end_sessions(connection, owner.account_id, but=owner.session_id)
        if ended:
            detail = f"everywhere else: {ended}"
            note_event(connection, owner.earner_id, EventKind.LOGGED_OUT, now, source=source, detail=detail)
        return ended


def prolong_session(office: Office, session_id: str, now: datetime) -> None:
    """Note that a session is in use. A transaction of its own, for after the answer: no page waits for it."""
    with office.engine.begin() as connection:
        is_older = col(Session.seen_at) < now
        connection.execute(update(Session).where(col(Session.id) == session_id, is_older).values(seen_at=now))


def end_session(connection: Connection, session_id: str) -> None:
    """End one session."""
    connection.execute(delete(Session).where(col(Session.id) == session_id))


def end_session_of(connection: Connection, token: str) -> None:
    """End the session of a token, whatever a stranger has sent."""
    end_session(connection, _hash(token))


def end_sessions(connection: Connection, account_id: str, *, but: str | None = None) -> int:
    """End all sessions of an account, `but` one, and return how many."""
    theirs = [col(Session.account_id) == account_id, *([col(Session.id) != but] if but else [])]
    return connection.execute(delete(Session).where(*theirs)).rowcount


def sweep_sessions(connection: Connection, now: datetime) -> int:
    """Forget the sessions that are over; return how many."""
    return connection.execute(delete(Session).where(_is_over(now))).rowcount


def _is_over(now: datetime) -> ColumnElement[bool]:
    return (col(Session.created_at) < now - LONGEST) | (col(Session.seen_at) < now - LONGEST_IDLE)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
