"""Who manages an issuer: its own managers invite others, and part with them.

Here belong these acts of the managers themselves; what administrators do stands in `inviting` and `people`. A manager
learns nothing of whether somebody works here already: answer, list and record are the same, only the mail is another.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select
from sqlmodel import col

from badges.tables import Issuer
from badges.transactions import take_turn_for
from desk.members.audit import Act, Actor, Subject, note_act
from desk.members.inviting import (
    MOST_A_DAY,
    InvitationRefused,
    Roles,
    add_manager,
    add_member,
    find_member_id,
    may_invite,
    read_person,
    send_invitation,
    take_manager,
)
from desk.members.tables import IssuerManager, Member
from desk.office import Office


@dataclass(frozen=True, slots=True)
class ManagerInvited:
    """On its way, whoever it is."""

    address: str


@dataclass(frozen=True, slots=True)
class ManagerShown:
    """Who manages an issuer, as its own managers see it."""

    member_id: str
    address: str
    since: datetime


def invite_manager(  # noqa: PLR0913, PLR0917 - who, where, whom
    office: Office, actor: Actor, issuer_id: str, address: str, name: str, now: datetime
) -> ManagerInvited | InvitationRefused:
    """Let somebody manage an issuer, and nothing else. Who is a member already keeps name, password and roles."""
    person = read_person(office, address, name)
    if isinstance(person, InvitationRefused):
        return person
    folded, clean_name = person
    with office.engine.begin() as connection:
        take_turn_for(connection, f"member {folded}")
        if not may_invite(connection, actor, now):
            return InvitationRefused("many", f"no more than {MOST_A_DAY} invitations a day")
        issuer = connection.execute(
            select(col(Issuer.name), col(Issuer.language)).where(col(Issuer.id) == issuer_id)
        ).one()
        member_id = find_member_id(connection, folded)
        if member_id is None:
            member_id = add_member(connection, actor, folded, clean_name, issuer.language, now, Roles())
        subject, detail = Subject("member", member_id), {"address": folded}
        note_act(connection, actor, Act.MEMBER_INVITED, now, issuer_id=issuer_id, subject=subject, detail=detail)
        add_manager(connection, actor, issuer_id, member_id, folded, now)
        send_invitation(connection, office, actor, member_id, now, issuer.name)
    return ManagerInvited(folded)


def remove_manager(office: Office, actor: Actor, issuer_id: str, member_id: str, now: datetime) -> bool:
    """Let somebody manage an issuer no more; False if they do not."""
    with office.engine.begin() as connection:
        return take_manager(connection, actor, issuer_id, member_id, now)


def list_managers(connection: Connection, issuer_id: str) -> list[ManagerShown]:
    """Return who manages an issuer, by address. No name and no state: those could tell that they work elsewhere."""
    query = (
        select(col(Member.id), col(Member.address), col(IssuerManager.since))
        .join(IssuerManager, col(IssuerManager.member_id) == col(Member.id))
        .where(col(IssuerManager.issuer_id) == issuer_id)
        .order_by(col(Member.address))
    )
    return [ManagerShown(*row) for row in connection.execute(query)]
