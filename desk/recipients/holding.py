"""What becomes of an award that somebody called not theirs: released, or held on the issuer's own word.

Here belong these two acts. Held, it is shown to nobody and nothing is sent about it (`desk.not_me`).
"""

from datetime import datetime

from sqlalchemy import select, update
from sqlmodel import col

from badges.tables import Assertion, BadgeClass
from desk.hooks.events import EventKind
from desk.hooks.telling import tell_of_award
from desk.members.audit import Act, Actor, Subject, note_act
from desk.office import Office
from desk.recipients.results import ActDone, ChangeMade, ChangeRefused
from desk.withdrawing import withdraw_mails_about


def hold_award(office: Office, actor: Actor, issuer_id: str, assertion_id: str, now: datetime) -> ActDone:
    """Show an award to nobody, until it is released."""
    return _set(office, actor, issuer_id, assertion_id, now, is_held=True)


def release_award(office: Office, actor: Actor, issuer_id: str, assertion_id: str, now: datetime) -> ActDone:
    """Show an award again: it is theirs after all, or its address has been corrected."""
    return _set(office, actor, issuer_id, assertion_id, now, is_held=False)


def _set(  # noqa: PLR0913 - as the acts above
    office: Office, actor: Actor, issuer_id: str, assertion_id: str, now: datetime, *, is_held: bool
) -> ActDone:
    query = (
        select(col(Assertion.earner_id))
        .join(BadgeClass, col(BadgeClass.id) == col(Assertion.badge_class_id))
        .where(col(Assertion.id) == assertion_id, col(BadgeClass.issuer_id) == issuer_id)
    )
    held_at = col(Assertion.held_at)
    is_otherwise = held_at.is_(None) if is_held else held_at.is_not(None)
    with office.engine.begin() as connection:
        earner_id = connection.execute(query).scalar_one_or_none()
        if earner_id is None:
            return ChangeRefused("unknown")
        change = update(Assertion).where(col(Assertion.id) == assertion_id, is_otherwise)
        if not connection.execute(change.values(held_at=now if is_held else None)).rowcount:
            return ChangeRefused("held" if is_held else "not_held")
        if is_held:
            withdraw_mails_about(connection, earner_id, assertion_id, now)
        kind = EventKind.AWARD_HELD if is_held else EventKind.AWARD_RELEASED
        tell_of_award(connection, assertion_id, kind, earner_id, now)
        act = Act.AWARD_HELD if is_held else Act.AWARD_RELEASED
        subject, detail = Subject("earner", earner_id), {"assertion": assertion_id}
        note_act(connection, actor, act, now, issuer_id=issuer_id, subject=subject, detail=detail)
        return ChangeMade()
