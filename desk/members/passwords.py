"""A member's password: set by the link of an invitation or of "forgot my password", or changed by who knows it.

Here belong these acts. Opening a link only reads, however often a scanner does it; it is spent in the transaction that
stores the password, and in no other. No link takes the place of the second factor, and none unlocks.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, select, update
from sqlmodel import col

from badges.accounts import LinkLive, LinkSpent, LinkVoid, PasswordFault, hash_password, judge_password, judge_serial
from badges.columns import to_microseconds
from badges.links import Expired, Forged, Genuine, LinkMaker, Purpose
from badges.transactions import reading
from desk.accounts.proving import WrongPassword
from desk.accounts.throttling import Throttled
from desk.members.audit import Act, Actor, note_act
from desk.members.proving import admit_member_claim, weigh_member_claim
from desk.members.sessions import InsiderSession, end_member_sessions
from desk.members.tables import Member
from desk.members.telling import tell_member
from desk.office import Office
from desk.password_requests import admit
from desk.passwords import LinkExpired, LinkFault, LinkForged
from wire.address import AddressFault, fold_address, parse_address


@dataclass(frozen=True, slots=True)
class MemberForm:
    """The link is live: whose form it opens."""

    member_id: str
    address: str
    name: str
    language: str
    is_first: bool
    """They have set no password yet."""
    serial: int


@dataclass(frozen=True, slots=True)
class MemberPasswordSet:
    """Done: the password is stored, the link spent, every session ended, a notice on its way."""


def read_member_link(office: Office, token: str, now: datetime) -> MemberForm | LinkFault:
    """Tell what a link opens at `now`. Changes nothing."""
    verdict = _unsign(office.links, token, now)
    match verdict:
        case Genuine([str() as member_id, int() as serial]):
            with reading(office.engine).connect() as connection:
                return _judge(connection, member_id, serial)
        case Expired():
            return LinkExpired()
    return LinkForged()


def set_member_password(
    office: Office, token: str, password: str, source: str, now: datetime
) -> MemberPasswordSet | PasswordFault | LinkFault:
    """Store `password` for the member whom the link is for, and spend it, or tell why not."""
    form = read_member_link(office, token, now)
    if not isinstance(form, MemberForm):
        return form
    fault = judge_password(password, form.address, form.name)
    if fault is not None:
        return fault
    password_hash = hash_password(password)  # slow on purpose, so before the transaction
    with office.engine.begin() as connection:
        # Compare and set: of two that press the button at once, one sets the password.
        is_live = (col(Member.link_serial) == form.serial, col(Member.link_spent_serial) < form.serial)
        mine = (col(Member.id) == form.member_id, col(Member.disabled_at).is_(None), *is_live)
        values = {"password_hash": password_hash, "password_set_at": now, "link_spent_serial": form.serial}
        if connection.execute(update(Member).where(*mine).values(values)).rowcount != 1:
            verdict = _judge(connection, form.member_id, form.serial)
            return LinkSpent() if isinstance(verdict, MemberForm) else verdict
        end_member_sessions(connection, form.member_id)
        actor = Actor(form.address, member_id=form.member_id, source=source)
        note_act(connection, actor, Act.PASSWORD_SET, now, detail={"by": "link"})
        _tell_of_password(connection, office, form.member_id, now)
    return MemberPasswordSet()


def change_member_password(  # noqa: PLR0913, PLR0917 - whose, from what to what, when
    office: Office, session: InsiderSession, actor: Actor, present: str, new: str, now: datetime
) -> MemberPasswordSet | PasswordFault | WrongPassword | Throttled:
    """Put `new` in the place of `present`; the session that does it goes on, links that were mailed before are void."""
    standing = session.standing
    fault = judge_password(new, standing.address, standing.name)
    if fault is not None:
        return fault
    claim = weigh_member_claim(office, actor, present, now)
    if isinstance(claim, Throttled):
        return claim
    # Slow on purpose, so before the transaction.
    new_hash = hash_password(new) if claim.is_right else None
    with office.engine.begin() as connection:
        wrong = admit_member_claim(connection, claim, now, new_hash)
        if wrong is not None:
            return wrong
        values = {"password_set_at": now, "link_spent_serial": col(Member.link_serial)}
        connection.execute(update(Member).where(col(Member.id) == standing.member_id).values(values))
        end_member_sessions(connection, standing.member_id, but=session.session_id)
        note_act(connection, actor, Act.PASSWORD_SET, now)
        _tell_of_password(connection, office, standing.member_id, now)
    return MemberPasswordSet()


def request_member_link(office: Office, address: str, source: str, now: datetime) -> None:
    """Mail a password link to the member with this address, if there is one and nobody asks too often.

    It returns nothing, and pages call it after their answer: who works here is told to nobody.
    """
    parsed = parse_address(address)
    if isinstance(parsed, AddressFault):
        return
    folded = fold_address(parsed)
    with office.engine.begin() as connection:
        if not admit(connection, f"console {folded}", source, now):
            return
        query = select(col(Member.id)).where(col(Member.address) == folded, col(Member.disabled_at).is_(None))
        member_id = connection.execute(query).scalar_one_or_none()
        if member_id is not None:
            serial = raise_member_serial(connection, member_id)
            key = f"{member_id}/{serial}"
            tell_member(connection, office, member_id, "member_password", key, now, member=member_id, serial=serial)


def raise_member_serial(connection: Connection, member_id: str) -> int:
    """Count one more link for a member, which voids the earlier ones, and return its serial number."""
    raised = update(Member).where(col(Member.id) == member_id).values(link_serial=col(Member.link_serial) + 1)
    connection.execute(raised)
    return connection.execute(select(col(Member.link_serial)).where(col(Member.id) == member_id)).scalar_one()


def _unsign(links: LinkMaker, token: str, now: datetime) -> Genuine | Expired | Forged:
    verdict: Genuine | Expired | Forged = Forged()
    for purpose in (Purpose.INVITE, Purpose.MEMBER_PASSWORD):
        verdict = links.unsign(purpose, token, now)
        if not isinstance(verdict, Forged):
            break
    return verdict


def _judge(connection: Connection, member_id: str, serial: int) -> MemberForm | LinkFault:
    query = select(
        col(Member.id),
        col(Member.address),
        col(Member.name),
        col(Member.language),
        col(Member.password_hash).is_(None),
        col(Member.link_serial),
        col(Member.link_spent_serial),
    ).where(col(Member.id) == member_id, col(Member.disabled_at).is_(None))
    row = connection.execute(query).first()
    if row is None:
        return LinkVoid()
    verdict = judge_serial(serial, row.link_serial, row.link_spent_serial)
    return MemberForm(*row[:4], bool(row[4]), serial) if isinstance(verdict, LinkLive) else verdict


def _tell_of_password(connection: Connection, office: Office, member_id: str, now: datetime) -> None:
    changed = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")
    key = f"{member_id}/{to_microseconds(now)}"
    tell_member(connection, office, member_id, "member_password_changed", key, now, changed=changed)
