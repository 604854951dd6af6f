"""Looking a change up before it is made: what the record is, what it would become, or why it cannot be.

Here belongs looking only, in the transaction that is to write or propose. Making the steps stands in `applying`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from badges.ids import make_id
from desk.people import Person, find_by_id
from desk.requests.authority import check_change
from desk.requests.orders import Change
from desk.requests.recorded import Planned, State, write_value
from desk.requests.records import PARTS, Unfit
from desk.requests.told import Told, tell_made
from desk.words import Intent


@dataclass(frozen=True, slots=True)
class Step:
    """One change of one record, looked up and ready to be made."""

    kind: Intent
    person: Person
    """As they are before it."""
    before: State
    after: State
    told: Told
    change_id: str

    @property
    def changes_nothing(self) -> bool:
        """Whether it is so already."""
        return self.before == self.after


def prepare_steps(connection: Connection, plan: Sequence[Planned], issuer_id: str | None) -> list[Step | Unfit]:
    """Return a step for each planned change, or why it cannot be made on the word of `issuer_id`."""
    seen: set[tuple[str, str, str]] = set()
    steps: list[Step | Unfit] = []
    for planned in plan:
        step = _prepare(connection, planned, issuer_id)
        if isinstance(step, Step):
            key = (step.kind.value, step.person.earner_id, write_value(step.before))
            if key in seen:  # which of them is meant is for a person to say
                step = Unfit("the same thing is changed twice")
            seen.add(key)
        steps.append(step)
    return steps


def plan_changes(connection: Connection, changes: Sequence[Change], issuer_id: str) -> list[Planned]:
    """Return `changes` with what the records are now, and with the fault of each that cannot be made."""
    return [_plan(connection, change, issuer_id) for change in changes]


def _plan(connection: Connection, change: Change, issuer_id: str) -> Planned:
    if change.kind not in PARTS:
        return Planned(change, None)
    step = _prepare(connection, Planned(change, None), issuer_id)
    if isinstance(step, Step):
        return Planned(change, step.before)
    return Planned(replace(change, fault=change.fault or step.reason), None)


def _prepare(connection: Connection, planned: Planned, issuer_id: str | None) -> Step | Unfit:
    change = check_change(connection, planned.change, issuer_id)
    if isinstance(change, Unfit):
        return change
    person = find_by_id(connection, change.earner_id)
    states = _read_states(connection, change)
    if person is None or isinstance(states, Unfit):
        return states if isinstance(states, Unfit) else Unfit("nobody on record is named")
    before, after = states
    if planned.before is not None and before not in (planned.before, after):
        return Unfit("the record has changed since this was proposed")
    told = tell_made(connection, change.kind, person, before, after)
    return Step(change.kind, person, before, after, told, make_id())


def _read_states(connection: Connection, change: Change) -> tuple[State, State] | Unfit:
    """Return what the record is and what it would become."""
    part = PARTS.get(change.kind)
    if part is None:
        return Unfit(f"{change.kind} changes no record")
    subject = part.name_subject(change)
    if isinstance(subject, Unfit):
        return subject
    before = part.read(connection, change.earner_id, subject)
    if before is None:
        return Unfit("there is no such record of this earner")
    after = part.want(connection, change, before)
    return after if isinstance(after, Unfit) else (before, after)
