"""What members do with their own account: name and language, and the sessions in which they are logged in.

Here belong these acts. Passwords stand in `passwords`, the second factor in `enrolling`.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update
from sqlmodel import col

from desk.members.audit import Act, Actor, Subject, note_act
from desk.members.sessions import InsiderSession, end_member_session, end_member_sessions, is_live
from desk.members.tables import Member, MemberSession
from desk.office import Office
from desk.roster.cells import CellFault
from desk.roster.names import read_name

MOST_LISTED = 50


@dataclass(frozen=True, slots=True)
class OwnChanged:
    """Done, or it was so already."""


@dataclass(frozen=True, slots=True)
class MemberSessionShown:
    """A browser in which a member is logged in."""

    session_id: str
    """SHA-256 of its token: it opens nothing."""
    created_at: datetime
    seen_at: datetime
    source: str
    browser: str
    is_this: bool


def change_own(  # noqa: PLR0913, PLR0917 - whose, to what, when
    office: Office, session: InsiderSession, actor: Actor, name: str, language: str, now: datetime
) -> OwnChanged | CellFault:
    """Change a member's own name and language."""
    clean = read_name(name)
    if isinstance(clean, CellFault):
        return clean
    standing = session.standing
    if (clean, language) != (standing.name, standing.language):
        with office.engine.begin() as connection:
            mine = col(Member.id) == standing.member_id
            connection.execute(update(Member).where(mine).values(name=clean, language=language))
            before = {"name": standing.name, "language": standing.language}
            detail = {"before": before, "after": {"name": clean, "language": language}}
            subject = Subject("member", standing.member_id)
            note_act(connection, actor, Act.MEMBER_CHANGED, now, subject=subject, detail=detail)
    return OwnChanged()


def list_member_sessions(connection: Connection, session: InsiderSession, now: datetime) -> list[MemberSessionShown]:
    """Return where a member is logged in: the browser that asks, then what was used last."""
    is_this = col(MemberSession.id) == session.session_id
    query = (
        select(
            col(MemberSession.id),
            col(MemberSession.created_at),
            col(MemberSession.seen_at),
            col(MemberSession.source),
            col(MemberSession.browser),
        )
        .where(col(MemberSession.member_id) == session.standing.member_id, is_live(now))
        .order_by(is_this.desc(), col(MemberSession.seen_at).desc())
    )
    rows = connection.execute(query.limit(MOST_LISTED))
    return [MemberSessionShown(*row, is_this=row.id == session.session_id) for row in rows]


def end_own_session(office: Office, session: InsiderSession, actor: Actor, session_id: str, now: datetime) -> bool:
    """End one of a member's own sessions; False if they have no such one."""
    with office.engine.begin() as connection:
        ended = end_member_session(connection, session.standing.member_id, session_id)
        if ended:
            note_act(connection, actor, Act.SESSION_ENDED, now)
        return ended


def end_other_sessions(office: Office, session: InsiderSession, actor: Actor, now: datetime) -> int:
    """End all sessions of a member but the one that asks; return how many."""
    with office.engine.begin() as connection:
        ended = end_member_sessions(connection, session.standing.member_id, but=session.session_id)
        if ended:
            note_act(connection, actor, Act.SESSION_ENDED, now, detail={"elsewhere": ended})
        return ended
