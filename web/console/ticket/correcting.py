"""What staff have made of a proposal in its form: which changes they chose, and what they corrected.

Here belongs reading that form, and nothing else: whether any of it may be made is asked by `desk.requests.authority`
when it is foreseen and again when it is made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from desk.people import find_by_address
from desk.requests.foreseeing import Foreseen, foresee
from desk.requests.orders import Change
from desk.requests.recorded import Planned
from desk.words import Intent
from wire.address import AddressFault, fold_address, parse_address

LONGEST = 300
"""Characters of a field that are read."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """A proposal as the form has it. Numbers count from 1, as the page shows them."""

    chosen: Sequence[int]
    foreseen: Mapping[int, Foreseen]
    """Of every change that could be corrected, chosen or not."""
    faults: Mapping[int, str]
    """What is wrong with a chosen one, in one line."""
    is_unseen: bool
    """A chosen one is not what the form was made on: a record has changed, or another earner is meant."""

    @property
    def plan(self) -> list[Planned]:
        """The chosen changes, on the records as they are now."""
        return [self.foreseen[number].planned for number in self.chosen]


def correct(connection: Connection, plan: Sequence[Planned], issuer_id: str, form: Mapping[str, str]) -> Corrected:
    """Return the proposal as `form` has it: `pick-1`, `earner-1`, `name-1`, `address-1`, `alternate-1`, `award-1`, and
    `saw-1`, the seal of what the form showed."""
    unknown: dict[int, str] = {}
    corrected = []
    for number, planned in enumerate(plan, 1):
        change = _read_change(connection, planned.change, number, form)
        if isinstance(change, str):
            unknown[number] = change
            change = replace(planned.change, earner_id="")
        corrected.append(Planned(change, planned.before if change == planned.change else None))
    foreseen = dict(enumerate(foresee(connection, corrected, issuer_id), 1))
    chosen = [number for number in foreseen if form.get(f"pick-{number}") or len(foreseen) == 1]
    faults = {number: fault for number in chosen if (fault := unknown.get(number) or foreseen[number].fault)}
    is_unseen = any(foreseen[number].seal != form.get(f"saw-{number}") for number in chosen)
    return Corrected(chosen, foreseen, faults, is_unseen)


def _read_change(connection: Connection, change: Change, number: int, form: Mapping[str, str]) -> Change | str:
    """Return the change as the form has it; a field that the form does not bear stays as it was proposed."""
    given = {name: form[f"{name}-{number}"].strip()[:LONGEST] for name in _FIELDS if f"{name}-{number}" in form}
    if "earner" in given:
        address = parse_address(given["earner"])
        person = None if isinstance(address, AddressFault) else find_by_address(connection, fold_address(address))
        if person is None:
            return f"no earner has the address {given['earner'] or '(none)'}"
        if person.earner_id != change.earner_id:
            change = replace(change, earner_id=person.earner_id, assertion_id=None, fault=None)
    if change.kind is Intent.NAME_CHANGE and "name" in given:
        change = replace(change, new_name=given["name"])
    if change.kind is Intent.EMAIL_CHANGE and "address" in given:
        change = replace(change, new_address=given["address"], is_alternate=given.get("role") == "alternate")
    if change.kind is Intent.REVOKE and given.get("award"):
        change = replace(change, assertion_id=given["award"])
    return change


_FIELDS = ("earner", "name", "address", "role", "award")
