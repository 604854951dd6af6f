"""Making changes: all of a request or none, in the caller's transaction, each with what it was before.

Here belongs the one way in which a record is changed on somebody's request: by mail, by signed link, by staff. Whether
to change it is decided before. Taking changes back stands in `undoing`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select
from sqlmodel import col

from badges.ids import make_id
from badges.links import LIFETIMES, Purpose
from badges.tables import Account, Assertion, Earner
from badges.transactions import take_turn
from desk.accounts.trail import EventKind, note_event
from desk.mailing import Letter, write_letters
from desk.office import Office
from desk.people import find_issuer
from desk.requests.authority import Authority
from desk.requests.notices import tell_earner
from desk.requests.orders import Change
from desk.requests.recorded import Planned, write_value
from desk.requests.records import PARTS
from desk.requests.steps import Step, prepare_steps
from desk.tables import RecordChange
from desk.words import Intent

UNDO_TIME = LIFETIMES[Purpose.UNDO]


@dataclass(frozen=True, slots=True)
class Applied:
    """All of it was done; what was so already is in `already` and changed nothing."""

    group_id: str
    made: tuple[Step, ...]
    already: tuple[Step, ...]
    undo_until: datetime


@dataclass(frozen=True, slots=True)
class NotApplied:
    """Nothing was done: at least one change cannot be made. `faults` has a place for each; None: it could be."""

    faults: tuple[str | None, ...]

    @property
    def reason(self) -> str:
        """The faults in one line."""
        return "; ".join(dict.fromkeys(fault for fault in self.faults if fault))


def apply_changes(
    connection: Connection, office: Office, changes: Iterable[Change], authority: Authority, now: datetime
) -> Applied | NotApplied:
    """Make `changes` on `authority`, record them and tell the earners; or make none of them."""
    return apply_plan(connection, office, [Planned(change, None) for change in changes], authority, now)


def apply_plan(
    connection: Connection, office: Office, plan: Sequence[Planned], authority: Authority, now: datetime
) -> Applied | NotApplied:
    """The same for changes that were proposed: each only if the record still is what it was then, or is so already."""
    hold_records(connection, {planned.change.earner_id for planned in plan})
    found = prepare_steps(connection, plan, authority.issuer_id)
    steps = [step for step in found if isinstance(step, Step)]
    if len(steps) < len(found):
        return NotApplied(tuple(None if isinstance(step, Step) else step.reason for step in found))
    made = tuple(step for step in steps if not step.changes_nothing)
    already = tuple(step for step in steps if step.changes_nothing)
    applied = Applied(make_id(), made, already, now + UNDO_TIME)
    for step in made:
        PARTS[step.kind].write(connection, step.person.earner_id, step.before, step.after, now)
        _record(connection, step, applied, authority, now)
        if step.kind is Intent.UNLOCK:
            who = str(authority.evidence.get("agreed_by") or authority.asked_by)
            note_event(connection, step.person.earner_id, EventKind.UNLOCKED, now, made_by=who)
    _tell_earners(connection, office, made, authority, now)
    return applied


def hold_records(connection: Connection, earner_ids: Iterable[str]) -> None:
    """Keep everybody else from changing these earners until the transaction ends, and wait for who is at it."""
    take_turn(connection)  # an address that nobody has yet has no row to hold
    wanted = sorted(earner_ids)
    for row in (col(Earner.id), col(Account.earner_id), col(Assertion.earner_id)):
        # FOR NO KEY UPDATE, since who only refers to an earner need not wait. SQLite has one writer and leaves it out.
        connection.execute(select(row).where(row.in_(wanted)).order_by(row).with_for_update(key_share=True))


def _tell_earners(
    connection: Connection, office: Office, made: Iterable[Step], authority: Authority, now: datetime
) -> None:
    letters: list[Letter] = []
    for step in made:
        # Nobody's name could stand under a mail to somebody whom nobody has awarded anything.
        speaker = authority.issuer_id or find_issuer(connection, step.person.earner_id)
        letters += tell_earner(step, speaker, now) if speaker else ()
    write_letters(connection, office, letters, now)


def _record(connection: Connection, step: Step, applied: Applied, authority: Authority, now: datetime) -> None:
    values = {
        "id": step.change_id,
        "group_id": applied.group_id,
        "ticket_id": authority.ticket_id,
        "proposal_id": authority.proposal_id,
        "issuer_id": authority.issuer_id,
        "earner_id": step.person.earner_id,
        "kind": step.kind.value,
        "before": write_value(step.before),
        "after": write_value(step.after),
        "asked_by": authority.asked_by,
        "evidence": write_value(authority.evidence),
        "made_at": now,
        "undo_until": applied.undo_until,
    }
    connection.execute(insert(RecordChange).values(values))
