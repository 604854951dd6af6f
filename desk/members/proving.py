"""The second step of a member's log-in: a code of the app, or a recovery code. And the password asked for again.

Here belong these proofs. Setting up an app stands in `enrolling`. A wrong code counts like a wrong password, for the
member and for the network. Each step gives the browser another token, so one that was seen before it opens nothing.
"""

from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Connection, select, update
from sqlmodel import col

from badges.accounts import is_password
from badges.transactions import reading
from badges.vault import SealBrokenError, Vault
from desk.accounts.login import LoginLocked
from desk.accounts.proving import WrongPassword
from desk.accounts.throttling import Throttled, find_throttle, take_turn_of
from desk.members.audit import Act, Actor, note_act
from desk.members.factor import find_step, hash_recovery_code
from desk.members.lockout import MemberDoor, admit_factor, admit_password, count_member_failure, find_member_door
from desk.members.sessions import InsiderSession, end_member_session, open_member_session
from desk.members.tables import Member, RecoveryCode
from desk.office import Office

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Proven:
    """The token of a new session, in which everything is open."""

    token: str
    codes_left: int | None = None
    """How many recovery codes are left, if one was used."""


@dataclass(frozen=True, slots=True)
class WrongCode:
    """It is no code of these minutes, or has been taken before."""


@dataclass(frozen=True, slots=True)
class SessionOver:
    """The session has ended meanwhile: begin again with the password."""


@dataclass(frozen=True, slots=True)
class CodeTry:
    """What somebody sent."""

    typed: str
    source: str
    """The IP address that it came from."""
    browser: str


Refused = WrongCode | LoginLocked | Throttled | SessionOver


def prove_by_code(office: Office, session: InsiderSession, given: CodeTry, now: datetime) -> Proven | Refused:
    """Open everything to whoever gives a code of their app. Each code is taken once (RFC 6238 section 5.2)."""
    member_id = session.standing.member_id
    with reading(office.engine).connect() as connection:
        query = select(col(Member.totp_secret)).where(
            col(Member.id) == member_id, col(Member.totp_confirmed_at).is_not(None)
        )
        sealed = connection.execute(query).scalar_one_or_none()
    secret = open_seal(office.vault, sealed, member_id)
    step = find_step(secret, given.typed, now) if secret else None
    with office.engine.begin() as connection:
        take_turn_of(connection, given.source)
        throttled = find_throttle(connection, given.source, now)
        if throttled is not None:
            return throttled
        if step is not None and admit_factor(
            connection,
            member_id,
            col(Member.totp_secret) == sealed,
            col(Member.totp_last_step) < step,
            totp_last_step=step,
        ):
            return _let_in(connection, session, given, now)
        return count_wrong(connection, session, given.source, now)


def prove_by_recovery(office: Office, session: InsiderSession, given: CodeTry, now: datetime) -> Proven | Refused:
    """The same for a recovery code, which is used up by it."""
    member_id, code_hash = session.standing.member_id, hash_recovery_code(given.typed)
    unused = (col(RecoveryCode.member_id) == member_id, col(RecoveryCode.used_at).is_(None))
    with office.engine.begin() as connection:
        take_turn_of(connection, given.source)
        throttled = find_throttle(connection, given.source, now)
        if throttled is not None:
            return throttled
        this = select(col(RecoveryCode.id)).where(*unused, col(RecoveryCode.code_hash) == code_hash).limit(1)
        code_id = None if code_hash is None else connection.execute(this).scalar_one_or_none()
        has_factor = col(Member.totp_confirmed_at).is_not(None)
        if code_id is None or not admit_factor(connection, member_id, has_factor):
            return count_wrong(connection, session, given.source, now)
        # The member's row is held by now: of two who send the same code at once, the second finds it used.
        spent = update(RecoveryCode).where(col(RecoveryCode.id) == code_id, *unused).values(used_at=now)
        if connection.execute(spent).rowcount != 1:
            return count_wrong(connection, session, given.source, now)
        left = len(connection.execute(select(col(RecoveryCode.id)).where(*unused)).all())
        return _let_in(connection, session, given, now, codes_left=left)


def count_wrong(connection: Connection, session: InsiderSession, source: str, now: datetime) -> WrongCode | LoginLocked:
    """Count a wrong code of a session's member."""
    standing = session.standing
    is_locked = count_member_failure(connection, standing.member_id, standing.address, source, now)
    return LoginLocked() if is_locked else WrongCode()


def open_seal(vault: Vault, sealed: str | None, member_id: str) -> str | None:
    """Return a secret; None if there is none, or if its key is lost: then no code is right, and recovery codes are."""
    try:
        return vault.open(sealed) if sealed else None
    except SealBrokenError:
        _log.error("a second factor cannot be read; was secret_key changed? reset it", member=member_id)
        return None


@dataclass(frozen=True, slots=True)
class MemberClaim:
    """A password that a member has typed again, looked at; it counts once `admit_member_claim` has admitted it."""

    door: MemberDoor | None
    is_right: bool
    source: str


def weigh_member_claim(office: Office, actor: Actor, present: str, now: datetime) -> MemberClaim | Throttled:
    """Compare `present` with a member's password. Slow on purpose, so to be called before the transaction."""
    with reading(office.engine).connect() as connection:
        throttled = find_throttle(connection, actor.source, now)
        door = find_member_door(connection, col(Member.id) == actor.member_id)
    return throttled or MemberClaim(door, is_password(present, door.password_hash if door else None), actor.source)


def admit_member_claim(
    connection: Connection, claim: MemberClaim, now: datetime, new_hash: str | None = None
) -> WrongPassword | None:
    """Count the claim in the transaction of the act; what it returns says that the act must not be done.

    `new_hash` takes the place of the password.
    """
    if claim.door is None:
        return WrongPassword(is_locked=False)  # shut out meanwhile
    take_turn_of(connection, claim.source)
    if claim.is_right and admit_password(connection, claim.door, new_hash):
        return None
    return WrongPassword(count_member_failure(connection, claim.door.member_id, claim.door.address, claim.source, now))


def _let_in(
    connection: Connection, session: InsiderSession, given: CodeTry, now: datetime, *, codes_left: int | None = None
) -> Proven | SessionOver:
    standing = session.standing
    token = renew_session(connection, session, given, now)
    if token is None:
        return SessionOver()
    actor = Actor(standing.address, member_id=standing.member_id, source=given.source)
    if codes_left is not None:
        note_act(connection, actor, Act.RECOVERY_CODE_USED, now, detail={"left": codes_left})
    note_act(connection, actor, Act.LOGGED_IN, now)
    return Proven(token, codes_left)


def renew_session(connection: Connection, session: InsiderSession, given: CodeTry, now: datetime) -> str | None:
    """Put a proven session in the place of one; return its token, or None if that one has ended meanwhile."""
    member_id = session.standing.member_id
    if not end_member_session(connection, member_id, session.session_id):
        return None
    return open_member_session(connection, member_id, given.source, given.browser, now, is_proven=True)
