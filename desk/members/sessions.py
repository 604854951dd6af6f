"""Sessions of members: which browser is logged in as whom, and whether the second factor was given in it.

Here belong opening, finding, proving and ending them. Who may open one stands in `login`; cookies, in
`web.console.visitors`. They are short beside an earner's: what is behind them is everybody's.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, insert, select, update
from sqlmodel import col

from desk.members.roles import Standing
from desk.members.tables import IssuerManager, Member, MemberSession
from desk.office import Office
from wire.network import network_of

TOKEN_BYTES = 32
LONGEST = timedelta(hours=16)
"""After its log-in a session ends, however much it is used: once a working day."""
LONGEST_IDLE = timedelta(hours=4)
LONGEST_UNPROVEN = timedelta(minutes=15)
"""Between password and second factor."""
SEEN_EVERY = timedelta(minutes=5)
LONGEST_BROWSER = 200


@dataclass(frozen=True, slots=True)
class InsiderSession:
    """Whose browser it is."""

    session_id: str
    standing: Standing
    is_proven: bool
    """Whether the second factor was given in this session."""
    has_second_factor: bool
    seen_at: datetime

    def is_due(self, now: datetime) -> bool:
        """Tell whether it is time to note again that the session is in use."""
        return now - self.seen_at > SEEN_EVERY


def open_member_session(  # noqa: PLR0913 - whose, whence, when
    connection: Connection,
    member_id: str,
    source: str,
    browser: str,
    now: datetime,
    *,
    is_proven: bool = False,
    totp_secret: str | None = None,
) -> str:
    """Return the token of a new session: 256 random bits, of which only the hash is kept.

    `totp_secret`, sealed, is what the session offers to a member who has no second factor yet.
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    connection.execute(
        insert(MemberSession).values(
            id=hash_token(token),
            member_id=member_id,
            created_at=now,
            seen_at=now,
            source=network_of(source) if source else "",
            browser=browser[:LONGEST_BROWSER],
            totp_secret=totp_secret,
            proven_at=now if is_proven else None,
        )
    )
    return token


def find_member_session(connection: Connection, token: str, now: datetime) -> InsiderSession | None:
    """Return who is logged in with `token`, whatever a stranger has sent; None for nobody. Two reads."""
    query: Select[*tuple[Any, ...]] = (
        select(
            col(MemberSession.id),
            col(MemberSession.proven_at),
            col(MemberSession.seen_at),
            col(Member.id).label("member_id"),
            col(Member.address),
            col(Member.name),
            col(Member.language),
            col(Member.is_administrator),
            col(Member.is_support),
            col(Member.totp_confirmed_at),
        )
        .join(Member, col(Member.id) == col(MemberSession.member_id))
        .where(col(MemberSession.id) == hash_token(token), col(Member.disabled_at).is_(None), is_live(now))
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    managed = select(col(IssuerManager.issuer_id)).where(col(IssuerManager.member_id) == row.member_id)
    standing = Standing(
        row.member_id,
        row.address,
        row.name,
        row.language,
        row.is_administrator,
        row.is_support,
        frozenset(connection.execute(managed).scalars()),
    )
    has_factor = row.totp_confirmed_at is not None
    return InsiderSession(row.id, standing, has_factor and row.proven_at is not None, has_factor, row.seen_at)


def prolong_member_session(office: Office, session_id: str, now: datetime) -> None:
    """Note that a session is in use. A transaction of its own, for after the answer."""
    with office.engine.begin() as connection:
        is_older = col(MemberSession.seen_at) < now
        connection.execute(
            update(MemberSession).where(col(MemberSession.id) == session_id, is_older).values(seen_at=now)
        )


def end_member_session(connection: Connection, member_id: str, session_id: str) -> bool:
    """End one session of a member; False if they have no such session (any more)."""
    theirs = (col(MemberSession.member_id) == member_id, col(MemberSession.id) == session_id)
    return connection.execute(delete(MemberSession).where(*theirs)).rowcount == 1


def end_member_session_of(connection: Connection, token: str) -> None:
    """End the session of a token, whatever a stranger has sent."""
    connection.execute(delete(MemberSession).where(col(MemberSession.id) == hash_token(token)))


def end_member_sessions(connection: Connection, member_id: str, *, but: str | None = None) -> int:
    """End all sessions of a member, `but` one, and return how many."""
    theirs = [col(MemberSession.member_id) == member_id, *([col(MemberSession.id) != but] if but else [])]
    return connection.execute(delete(MemberSession).where(*theirs)).rowcount


def sweep_member_sessions(connection: Connection, now: datetime) -> int:
    """Forget the sessions that are over; return how many."""
    return connection.execute(delete(MemberSession).where(_is_over(now))).rowcount


def is_live(now: datetime) -> ColumnElement[bool]:
    """Return the condition that a session is not over."""
    return ~_is_over(now)


def _is_over(now: datetime) -> ColumnElement[bool]:
    is_old = (col(MemberSession.created_at) < now - LONGEST) | (col(MemberSession.seen_at) < now - LONGEST_IDLE)
    is_stuck = col(MemberSession.proven_at).is_(None) & (col(MemberSession.created_at) < now - LONGEST_UNPROVEN)
    return is_old | is_stuck


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
