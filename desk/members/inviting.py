"""Inviting people into the console, by an administrator or the command line; and who manages an issuer from then on.

Here belong these acts, and the steps of an invitation that `managing` shares. An invitation is a mail with a link that
sets a password, once.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select
from sqlmodel import col

from badges.columns import to_microseconds
from badges.ids import make_id
from badges.tables import Issuer
from badges.transactions import take_turn_for
from desk.accounts.proving import WrongPassword
from desk.members.audit import Act, Actor, Subject, note_act
from desk.members.passwords import raise_member_serial
from desk.members.proving import MemberClaim, admit_member_claim
from desk.members.tables import AuditEvent, IssuerManager, Member
from desk.members.telling import tell_member
from desk.office import Office
from desk.roster.cells import CellFault
from desk.roster.names import read_name
from wire.address import AddressFault, fold_address, parse_address

MOST_A_DAY = 50
"""Invitations by one member: the service is not to mail strangers all day in somebody's name."""


@dataclass(frozen=True, slots=True)
class Roles:
    """What a member may do (`desk.members.roles`)."""

    is_administrator: bool = False
    is_support: bool = False
    issuer_ids: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Invited:
    """On its way. `serial` is that of the link, for whoever hands it over themselves."""

    member_id: str
    address: str
    serial: int


@dataclass(frozen=True, slots=True)
class InvitationRefused:
    """Not done. `why`: `address`, `name`, `known` (an administrator learns that they work here already), `many`
    (a day) or `issuer`."""

    why: str
    reason: str = ""
    """In words, for the command line."""


def invite_member(  # noqa: PLR0913, PLR0917 - who, whom, as what
    office: Office,
    actor: Actor,
    address: str,
    name: str,
    roles: Roles,
    now: datetime,
    *,
    language: str = "en",
    claim: MemberClaim | None = None,
) -> Invited | InvitationRefused | WrongPassword:
    """Make a member and mail them an invitation. To make an administrator, a member proves their password (`claim`)."""
    person = read_person(office, address, name)
    if isinstance(person, InvitationRefused):
        return person
    folded, clean_name = person
    with office.engine.begin() as connection:
        wrong = demand_claim(connection, actor, claim, now) if roles.is_administrator else None
        if wrong is not None:
            return wrong
        take_turn_for(connection, f"member {folded}")
        if find_member_id(connection, folded) is not None:
            return InvitationRefused("known", f"{folded} is a member already")
        if not may_invite(connection, actor, now):
            return InvitationRefused("many", f"no more than {MOST_A_DAY} invitations a day")
        if not are_issuers(connection, roles.issuer_ids):
            return InvitationRefused("issuer", "there is no such issuer")
        member_id = add_member(connection, actor, folded, clean_name, language, now, roles)
        detail = {"address": folded, "administrator": roles.is_administrator, "support": roles.is_support}
        subject = Subject("member", member_id)
        note_act(connection, actor, Act.MEMBER_INVITED, now, subject=subject, detail=detail)
        for issuer_id in sorted(roles.issuer_ids):
            add_manager(connection, actor, issuer_id, member_id, folded, now)
        serial = send_invitation(connection, office, actor, member_id, now)
    return Invited(member_id, folded, serial)


def resend_invitation(office: Office, actor: Actor, member_id: str, now: datetime) -> Invited | InvitationRefused:
    """Mail a fresh link to whoever has not come yet; the earlier ones are void."""
    with office.engine.begin() as connection:
        is_waiting = (
            col(Member.id) == member_id,
            col(Member.password_hash).is_(None),
            col(Member.disabled_at).is_(None),
        )
        address = connection.execute(select(col(Member.address)).where(*is_waiting)).scalar_one_or_none()
        if address is None:
            return InvitationRefused("known", "they have set a password already, or are shut out")
        if not may_invite(connection, actor, now):
            return InvitationRefused("many", f"no more than {MOST_A_DAY} invitations a day")
        subject = Subject("member", member_id)
        note_act(connection, actor, Act.MEMBER_INVITED, now, subject=subject, detail={"again": True})
        return Invited(member_id, address, send_invitation(connection, office, actor, member_id, now))


def demand_claim(
    connection: Connection, actor: Actor, claim: MemberClaim | None, now: datetime
) -> WrongPassword | None:
    """Return what stops a member who has not given their password again; the command line needs none."""
    if actor.member_id is None:
        return None
    return WrongPassword(is_locked=False) if claim is None else admit_member_claim(connection, claim, now)


def add_manager(  # noqa: PLR0913, PLR0917 - who, where, whom
    connection: Connection, actor: Actor, issuer_id: str, member_id: str, address: str, now: datetime
) -> bool:
    """Let a member manage an issuer, in the caller's transaction; False if they do already."""
    this = (col(IssuerManager.issuer_id) == issuer_id, col(IssuerManager.member_id) == member_id)
    if connection.execute(select(col(IssuerManager.since)).where(*this)).first() is not None:
        return False
    connection.execute(insert(IssuerManager).values(member_id=member_id, issuer_id=issuer_id, since=now))
    _note_manager(connection, actor, Act.MANAGER_ADDED, issuer_id, member_id, address, now)
    return True


def take_manager(connection: Connection, actor: Actor, issuer_id: str, member_id: str, now: datetime) -> bool:
    """Let a member manage an issuer no more, in the caller's transaction; False if they do not."""
    this = (col(IssuerManager.issuer_id) == issuer_id, col(IssuerManager.member_id) == member_id)
    if connection.execute(delete(IssuerManager).where(*this)).rowcount != 1:
        return False
    address = connection.execute(select(col(Member.address)).where(col(Member.id) == member_id)).scalar_one()
    _note_manager(connection, actor, Act.MANAGER_REMOVED, issuer_id, member_id, address, now)
    return True


def are_issuers(connection: Connection, issuer_ids: frozenset[str]) -> bool:
    """Tell whether there are issuers with all of these ids."""
    known = connection.execute(select(col(Issuer.id)).where(col(Issuer.id).in_(issuer_ids))).scalars()
    return set(known) == issuer_ids


def find_member_id(connection: Connection, address: str) -> str | None:
    """Return the id of the member with this address, folded."""
    return connection.execute(select(col(Member.id)).where(col(Member.address) == address)).scalar_one_or_none()


def may_invite(connection: Connection, actor: Actor, now: datetime) -> bool:
    """Tell whether a member has invitations left today. The command line has."""
    if actor.member_id is None:
        return True
    invited = select(col(AuditEvent.id)).where(
        col(AuditEvent.made_by) == actor.name,
        col(AuditEvent.member_id) == actor.member_id,
        col(AuditEvent.made_at) > now - timedelta(days=1),
        col(AuditEvent.act) == Act.MEMBER_INVITED.value,
    )
    return len(connection.execute(invited.limit(MOST_A_DAY)).all()) < MOST_A_DAY


def read_person(office: Office, address: str, name: str) -> tuple[str, str] | InvitationRefused:
    """Return address, folded, and name of whom to invite."""
    parsed = parse_address(address.strip())
    if isinstance(parsed, AddressFault):
        return InvitationRefused("address", f"{address}: {parsed.reason}")
    # What goes there becomes a ticket that everybody in support can read, with the link that sets the password.
    ours = {office.support_address.lower(), office.site.account_from.lower(), office.site.notices_from.lower()}
    if fold_address(parsed) in ours:
        return InvitationRefused("address", f"{address}: mail to it comes back to us")
    clean = read_name(name)
    if isinstance(clean, CellFault):
        return InvitationRefused("name", f"the name {clean.reason}")
    return fold_address(parsed), clean


def add_member(  # noqa: PLR0913, PLR0917 - who, whom
    connection: Connection, actor: Actor, address: str, name: str, language: str, now: datetime, roles: Roles
) -> str:
    """Write the row of a member; return its id."""
    member_id = make_id()
    member = Member(
        id=member_id,
        address=address,
        name=name,
        language=language,
        is_administrator=roles.is_administrator,
        is_support=roles.is_support,
        created_at=now,
        created_by=actor.name,
    )
    connection.execute(insert(Member).values(member.model_dump()))
    return member_id


def send_invitation(  # noqa: PLR0913, PLR0917 - who, whom, where
    connection: Connection, office: Office, actor: Actor, member_id: str, now: datetime, issuer_name: str | None = None
) -> int:
    """Mail a link to who has set no password yet, and only the news to who has; return the link's serial number."""
    query = select(col(Member.password_hash), col(Member.disabled_at)).where(col(Member.id) == member_id)
    member = connection.execute(query).one()
    serial = raise_member_serial(connection, member_id) if member.password_hash is None else 0
    facts = {
        "invited_by": actor.name,
        "issuer_name": issuer_name,
        "member": member_id,
        "serial": serial or None,
    }
    if member.disabled_at is None:
        key = f"{member_id}/{serial}/{to_microseconds(now)}"
        tell_member(connection, office, member_id, "member_invited", key, now, **facts)
    return serial


def _note_manager(  # noqa: PLR0913, PLR0917 - who, where, whom
    connection: Connection, actor: Actor, act: Act, issuer_id: str, member_id: str, address: str, now: datetime
) -> None:
    subject = Subject("member", member_id)
    note_act(connection, actor, act, now, issuer_id=issuer_id, subject=subject, detail={"address": address})
