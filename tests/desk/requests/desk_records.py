"""What is on record of everybody, and what the trail says of it: to see that nothing changes without a trail.

Here belongs reading both; the acts stand in `test_desk_machine`. Records are keyed as `RecordChange` tells of them:
(earner, kind, subject) to the value.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, text

from desk.requests.records import SUBJECT, read_again
from desk.words import Intent

Record = dict[tuple[str, str, str], Any]


def read_records(connection: Connection, subjects: Mapping[Intent, Iterable[str]]) -> Record:
    """Return every part of every earner's record; `subjects` names the addresses and awards that tests speak of."""
    earners = connection.execute(text("SELECT id FROM earner ORDER BY id")).scalars().all()
    record: Record = {}
    for kind, named in subjects.items():
        for earner_id in earners:
            for subject in named:
                record[earner_id, kind.value, subject] = read_again(connection, kind, earner_id, {SUBJECT: subject})
    return record


def read_trail(connection: Connection) -> dict[str, Row[Any]]:
    """Return all changes that were ever made, the oldest first, by id."""
    rows = connection.execute(text("SELECT * FROM record_change ORDER BY made_at, id"))
    return {row.id: row for row in rows}


def key_of(change: Row[Any]) -> tuple[str, str, str]:
    """Return which part of whose record a change is about."""
    return change.earner_id, change.kind, json.loads(change.after).get(SUBJECT, "")


def replay(record: Record, before: Mapping[str, Row[Any]], after: Mapping[str, Row[Any]]) -> Record:
    """Return what `record` became by what the trail says more than `before`: made, or taken back."""
    replayed = dict(record)
    for change in after.values():
        if change.id not in before:
            assert replayed[key_of(change)] == json.loads(change.before), change
            _put(replayed, change, json.loads(change.after))
    for change in reversed(after.values()):
        if change.id in before and change.undone_at is not None and before[change.id].undone_at is None:
            assert replayed[key_of(change)] == json.loads(change.after), change
            _put(replayed, change, json.loads(change.before))
    return replayed


def _put(record: Record, change: Row[Any], value: dict[str, Any]) -> None:
    """Write a part, and what hangs on it: there is one primary address, and an address has one owner."""
    record[key_of(change)] = value
    if change.kind != Intent.EMAIL_CHANGE:
        return
    for (earner_id, kind, subject), each in list(record.items()):
        if kind == Intent.EMAIL_CHANGE and earner_id == change.earner_id and each is not None:
            record[earner_id, kind, subject] = {**each, "primary": value["primary"]}
