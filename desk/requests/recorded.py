"""Changes and evidence as the tables keep them: JSON there and back.

Here belongs that form only. What the values mean stands in `orders`. Pure.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from desk.requests.orders import Change
from desk.words import Intent

State = dict[str, Any]
"""What a record is, as far as one kind of change is concerned (`records`): JSON-able, compared as a whole."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A change that somebody is asked to agree to, with what the record was when it was proposed."""

    change: Change
    before: State | None
    """None: there was no such record, or the change writes none."""


def write_changes(changes: Sequence[Change]) -> str:
    """Return `changes` as a JSON list."""
    return json.dumps([asdict(change) for change in changes])


def read_changes(text: str) -> tuple[Change, ...]:
    """Return what `write_changes` wrote."""
    return tuple(_read_change(entry) for entry in json.loads(text))


def write_plan(plan: Sequence[Planned]) -> str:
    """Return `plan` as a JSON list: each change with a key `before`."""
    return json.dumps([{**asdict(planned.change), "before": planned.before} for planned in plan])


def read_plan(text: str) -> tuple[Planned, ...]:
    """Return what `write_plan` wrote."""
    entries = json.loads(text)
    return tuple(Planned(_read_change(entry), entry["before"]) for entry in entries)


def write_value(value: Mapping[str, Any]) -> str:
    """Return JSON with sorted keys, so that the same value is the same text."""
    return json.dumps(value, sort_keys=True, default=str)


def _read_change(entry: Mapping[str, Any]) -> Change:
    values = {name: entry[name] for name in Change.__dataclass_fields__ if name in entry}
    return Change(**values | {"kind": Intent(entry["kind"])})
