"""What a proposed change would do at this moment: before, after, or why it cannot be done. For whoever approves it.

Here belongs looking only. Making the changes stands in `applying`, whether they may be made in `authority`.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from desk.people import Person, find_by_id
from desk.requests.authority import check_change
from desk.requests.orders import Change
from desk.requests.recorded import Planned, State, write_value
from desk.requests.records import PARTS, Unfit
from desk.requests.sending import SENDS
from desk.requests.steps import Step, prepare_steps


@dataclass(frozen=True, slots=True)
class Foreseen:
    """One change as it would be made now."""

    change: Change
    person: Person | None
    before: State | None
    """What the record is; None for a change that writes none, and for one that cannot be made."""
    after: State | None
    fault: str | None
    """Why it cannot be made."""
    is_moved: bool
    """The record is not what it was when this was proposed."""

    @property
    def changes_nothing(self) -> bool:
        """Whether it is so already."""
        return self.before is not None and self.before == self.after

    @property
    def planned(self) -> Planned:
        """The change on the record as it is now: made only while it still is so."""
        return Planned(replace(self.change, fault=self.change.fault or self.fault), self.before)

    @property
    def seal(self) -> str:
        """Names whose record is changed, and what it is now: a form that bears another was made on other facts."""
        seen = f"{self.change.kind}/{self.change.earner_id}/{write_value(self.before or {})}"
        return hashlib.sha256(seen.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def foresee(connection: Connection, plan: Sequence[Planned], issuer_id: str) -> list[Foreseen]:
    """Return each change of `plan` as `issuer_id` could have it made now."""
    writing = [_forget_before(planned) for planned in plan if planned.change.kind in PARTS]
    steps = iter(prepare_steps(connection, writing, issuer_id))
    return [
        _foresee_step(connection, planned, next(steps))
        if planned.change.kind in PARTS
        else _foresee_mail(connection, planned.change, issuer_id)
        for planned in plan
    ]


def _forget_before(planned: Planned) -> Planned:
    """Return the change without what was true when it was proposed."""
    return Planned(planned.change, None)


def _foresee_step(connection: Connection, planned: Planned, step: Step | Unfit) -> Foreseen:
    if isinstance(step, Unfit):
        person = find_by_id(connection, planned.change.earner_id) if planned.change.earner_id else None
        return Foreseen(planned.change, person, None, None, step.reason, is_moved=False)
    is_moved = planned.before is not None and step.before not in (planned.before, step.after)
    return Foreseen(planned.change, step.person, step.before, step.after, None, is_moved)


def _foresee_mail(connection: Connection, change: Change, issuer_id: str) -> Foreseen:
    person = find_by_id(connection, change.earner_id) if change.earner_id else None
    checked = check_change(connection, change, issuer_id)
    fault = checked.reason if isinstance(checked, Unfit) else None
    if change.kind not in SENDS:
        fault = f"{change.kind} changes no record"
    return Foreseen(change, person, None, None, fault, is_moved=False)
