"""Setting up the app that gives the codes of the second factor, and the recovery codes that come with it.

Here belong these acts: at a member's first log-in, after a reset, and when they change to another app. The secret is
offered to one browser and to no other until a code proves that an app has it (`MemberSession.totp_secret`).
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, insert, select, update
from sqlmodel import col

from badges.columns import to_microseconds
from badges.ids import make_id
from badges.transactions import reading
from desk.accounts.proving import WrongPassword
from desk.accounts.throttling import Throttled, find_throttle, take_turn_of
from desk.members.audit import Act, Actor, note_act
from desk.members.factor import (
    draw_code,
    find_step,
    group_secret,
    hash_recovery_code,
    make_recovery_codes,
    make_secret,
    write_uri,
)
from desk.members.lockout import admit_factor
from desk.members.proving import (
    CodeTry,
    Refused,
    SessionOver,
    admit_member_claim,
    count_wrong,
    open_seal,
    renew_session,
    weigh_member_claim,
)
from desk.members.sessions import InsiderSession, end_member_sessions, hash_token
from desk.members.tables import Member, MemberSession, RecoveryCode
from desk.members.telling import tell_member
from desk.office import Office


@dataclass(frozen=True, slots=True)
class Offer:
    """What a browser shows so that an app learns the secret."""

    typed: str
    """The secret in groups of four, for typing."""
    picture: str
    """A QR code: SVG without styles or scripts."""
    uri: str
    """For an app on the same device."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """Done. The codes are shown once and kept as hashes."""

    token: str
    recovery_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CodesMade:
    """New recovery codes; those from before work no more."""

    recovery_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Offered:
    """The browser is offered a new secret; the factor in force stays so until a code of the new one is given."""


def read_offer(office: Office, session: InsiderSession) -> Offer | None:
    """Return what this browser is offered; None if nothing."""
    secret, _ = _read_secret(office, session)
    if secret is None:
        return None
    uri = write_uri(secret, session.standing.address, office.publisher.service_name)
    return Offer(group_secret(secret), draw_code(uri), uri)


def confirm_factor(office: Office, session: InsiderSession, given: CodeTry, now: datetime) -> Enrolled | Refused:
    """Put the offered secret in force if the code is its own; every other session ends."""
    secret, sealed = _read_secret(office, session)
    if secret is None:
        return SessionOver()
    step, member_id = find_step(secret, given.typed, now), session.standing.member_id
    # Of two browsers that know the password, and were offered a secret each, the first to confirm has the account.
    is_due = (
        col(Member.totp_confirmed_at).is_not(None) if session.is_proven else col(Member.totp_confirmed_at).is_(None)
    )
    with office.engine.begin() as connection:
        take_turn_of(connection, given.source)
        throttled = find_throttle(connection, given.source, now)
        if throttled is not None:
            return throttled
        values = {"totp_secret": sealed, "totp_confirmed_at": now, "totp_last_step": step}
        if step is None or not admit_factor(connection, member_id, is_due, **values):
            return count_wrong(connection, session, given.source, now)
        return _settle(connection, office, session, given, now)


def offer_another(
    office: Office, session: InsiderSession, actor: Actor, present: str, now: datetime
) -> Offered | WrongPassword | Throttled:
    """Offer a new secret to this browser, for a member who changes to another app and gives their password again."""
    claim = weigh_member_claim(office, actor, present, now)
    if isinstance(claim, Throttled):
        return claim
    sealed = office.vault.seal(make_secret())
    with office.engine.begin() as connection:
        wrong = admit_member_claim(connection, claim, now)
        if wrong is not None:
            return wrong
        _keep_offer(connection, session, sealed)
        return Offered()


def withdraw_offer(office: Office, session: InsiderSession) -> None:
    """Leave the app as it is."""
    with office.engine.begin() as connection:
        _keep_offer(connection, session, None)


def make_codes_anew(
    office: Office, session: InsiderSession, actor: Actor, present: str, now: datetime
) -> CodesMade | WrongPassword | Throttled:
    """Make other recovery codes for a member who gives their password again."""
    claim = weigh_member_claim(office, actor, present, now)
    if isinstance(claim, Throttled):
        return claim
    with office.engine.begin() as connection:
        wrong = admit_member_claim(connection, claim, now)
        if wrong is not None:
            return wrong
        note_act(connection, actor, Act.RECOVERY_CODES_MADE, now)
        return CodesMade(_write_codes(connection, session.standing.member_id))


def count_codes(connection: Connection, member_id: str) -> int:
    """Return how many recovery codes a member has left."""
    unused = select(col(RecoveryCode.id)).where(
        col(RecoveryCode.member_id) == member_id, col(RecoveryCode.used_at).is_(None)
    )
    return len(connection.execute(unused).all())


def forget_factor(connection: Connection, member_id: str) -> None:
    """Take app and recovery codes from a member: at the next log-in they set up another."""
    bare = {"totp_secret": None, "totp_confirmed_at": None}
    connection.execute(update(Member).where(col(Member.id) == member_id).values(bare))
    connection.execute(delete(RecoveryCode).where(col(RecoveryCode.member_id) == member_id))


def tell_of_factor(connection: Connection, office: Office, member_id: str, made_by: str, now: datetime) -> None:
    """Tell a member by mail that their second factor is another, or none."""
    facts = {"changed": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ"), "changed_by": made_by}
    key = f"{member_id}/{to_microseconds(now)}"
    tell_member(connection, office, member_id, "member_factor_reset", key, now, **facts)


def _settle(
    connection: Connection, office: Office, session: InsiderSession, given: CodeTry, now: datetime
) -> Enrolled | SessionOver:
    standing = session.standing
    token = renew_session(connection, session, given, now)
    if token is None:
        connection.rollback()
        return SessionOver()
    end_member_sessions(connection, standing.member_id, but=hash_token(token))
    actor = Actor(standing.address, member_id=standing.member_id, source=given.source)
    note_act(connection, actor, Act.SECOND_FACTOR_SET, now)
    if session.is_proven:
        tell_of_factor(connection, office, standing.member_id, standing.address, now)
    else:
        note_act(connection, actor, Act.LOGGED_IN, now)
    return Enrolled(token, _write_codes(connection, standing.member_id))


def _write_codes(connection: Connection, member_id: str) -> tuple[str, ...]:
    connection.execute(delete(RecoveryCode).where(col(RecoveryCode.member_id) == member_id))
    codes = make_recovery_codes()
    rows = [{"id": make_id(), "member_id": member_id, "code_hash": hash_recovery_code(code)} for code in codes]
    connection.execute(insert(RecoveryCode), rows)
    return tuple(codes)


def _keep_offer(connection: Connection, session: InsiderSession, sealed: str | None) -> None:
    this = col(MemberSession.id) == session.session_id
    connection.execute(update(MemberSession).where(this).values(totp_secret=sealed))


def _read_secret(office: Office, session: InsiderSession) -> tuple[str | None, str | None]:
    """Return the secret that the browser is offered, and the same sealed."""
    query = select(col(MemberSession.totp_secret)).where(col(MemberSession.id) == session.session_id)
    with reading(office.engine).connect() as connection:
        sealed = connection.execute(query).scalar_one_or_none()
    return open_seal(office.vault, sealed, session.standing.member_id), sealed
