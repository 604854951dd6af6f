"""What an issuer changes about one of its recipients: a name, a lock, a badge that is taken back, and undoing it.

Here belong these acts, and which of them need support's word first: as by mail (docs/support-policy.md), a name that
looks like another person's, or that another issuer's badge bears too, and every revocation.
"""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from badges.assertions import AssertionState
from badges.names import is_odd_name, shares_part
from badges.tables import Account, Assertion, BadgeClass
from badges.transactions import take_turn_for
from desk.members.audit import Act, Actor, Subject, note_act
from desk.office import Office
from desk.people import find_by_id
from desk.recipients.ordering import carry_out_for
from desk.recipients.results import ActDone, ChangeMade, ChangeRefused
from desk.requests.authority import is_shared, list_awards
from desk.requests.orders import Change
from desk.requests.plain import clean_line
from desk.requests.undoing import UndoState, undo_group
from desk.roster.cells import CellFault
from desk.roster.names import read_name
from desk.tables import RecordChange
from desk.words import Intent, Outcome


def correct_name(  # noqa: PLR0913, PLR0917 - who, for whom, what
    office: Office, actor: Actor, issuer_id: str, earner_id: str, new_name: str, now: datetime
) -> ActDone:
    """Give a recipient another name: on every badge, and the earner is told."""
    name = read_name(new_name)
    if isinstance(name, CellFault):
        return ChangeRefused("name", name.reason)
    with office.engine.begin() as connection:
        take_turn_for(connection, f"asker {actor.name if actor.member_id else ''}")
        person = find_by_id(connection, earner_id) if list_awards(connection, earner_id, issuer_id) else None
        if person is None:
            return ChangeRefused("unknown")
        if person.name == name:
            return ChangeRefused("same")
        needs_support = (
            is_shared(connection, earner_id, issuer_id) or is_odd_name(name) or not shares_part(person.name, name)
        )
        outcome = Outcome.APPROVE if needs_support else Outcome.APPLY
        change = Change(Intent.NAME_CHANGE, earner_id, new_name=name)
        words = f"{person.name} → {name}"
        return carry_out_for(connection, office, actor, issuer_id, outcome, [change], Act.NAME_CHANGED, now, words)


def unlock_recipient(office: Office, actor: Actor, issuer_id: str, earner_id: str, now: datetime) -> ActDone:
    """Open an account that failed log-ins have locked; its owner is told."""
    with office.engine.begin() as connection:
        take_turn_for(connection, f"asker {actor.name if actor.member_id else ''}")
        if not list_awards(connection, earner_id, issuer_id):
            return ChangeRefused("unknown")
        locked = select(col(Account.locked_at)).where(col(Account.earner_id) == earner_id)
        if connection.execute(locked).scalar_one_or_none() is None:
            return ChangeRefused("not_locked")
        change = Change(Intent.UNLOCK, earner_id)
        return carry_out_for(connection, office, actor, issuer_id, Outcome.APPLY, [change], Act.ACCOUNT_UNLOCKED, now)


def ask_revocation(  # noqa: PLR0913, PLR0917 - who, what, why
    office: Office, actor: Actor, issuer_id: str, assertion_id: str, reason: str, now: datetime
) -> ActDone:
    """Propose to take an award back. Support agrees to it, as it would by mail."""
    why = clean_line(reason)
    if not why:
        return ChangeRefused("reason")
    query = (
        select(col(Assertion.earner_id), col(Assertion.state))
        .join(BadgeClass, col(BadgeClass.id) == col(Assertion.badge_class_id))
        .where(col(Assertion.id) == assertion_id, col(BadgeClass.issuer_id) == issuer_id)
    )
    with office.engine.begin() as connection:
        take_turn_for(connection, f"asker {actor.name if actor.member_id else ''}")
        row = connection.execute(query).first()
        if row is None:
            return ChangeRefused("unknown")
        if row.state == AssertionState.REVOKED:
            return ChangeRefused("revoked")
        change = Change(Intent.REVOKE, row.earner_id, assertion_id=assertion_id)
        return carry_out_for(
            connection, office, actor, issuer_id, Outcome.APPROVE, [change], Act.CHANGE_PROPOSED, now, why
        )


def undo_change(office: Office, actor: Actor, issuer_id: str, group_id: str, now: datetime) -> ActDone:
    """Take back what was changed on this issuer's word, as long as the link in the receipt would."""
    query = select(
        col(RecordChange.issuer_id), col(RecordChange.earner_id), col(RecordChange.undo_until), col(RecordChange.kind)
    ).where(col(RecordChange.group_id) == group_id)
    with office.engine.begin() as connection:
        rows = connection.execute(query).all()
        if not rows or any(row.issuer_id != issuer_id for row in rows):
            return ChangeRefused("unknown")
        if any(row.undo_until is None or row.undo_until < now for row in rows):
            return ChangeRefused("late")
        undone = undo_group(connection, office, group_id, actor.name, now)
        if undone.state is not UndoState.UNDONE:
            return ChangeRefused("moved")
        subject = Subject("earner", rows[0].earner_id)
        detail = {"group": group_id, "kinds": sorted({row.kind for row in rows})}
        note_act(connection, actor, Act.CHANGE_UNDONE, now, issuer_id=issuer_id, subject=subject, detail=detail)
        return ChangeMade()
