"""The guard of one worker: what it notes, and what it makes of a database that lacks what was noted."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, event

from mailer.instance.adopting import TURN, set_aside_doubtful
from mailer.instance.fence import fence, look
from mailer.instance.guard import Guard
from mailer.instance.notes import Note, NoteFile, forget_other_notes, read_notes
from mailer.instance.places import is_same_place
from mailer.queue.claiming import claim
from mailer.queue.leases import find_dead, keep_alive, register
from mailer.queue.recording import Intent, record
from mailer.queue.settling import Policy
from mailer.queue.sweeping import sweep
from mailer.queue.tables import CLAIMABLE
from tests.mailer.ledgers import START, Ledger, open_ledger
from tests.mailer.postgresql import PROGRAMS


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "ledger.db") as ledger:
        yield ledger


def check(ledger: Ledger, guard: Guard) -> str:
    """Look as at a heartbeat; return why the database is fenced."""
    with ledger.engine.begin() as connection:
        standing = guard.check(connection, START)
    guard.keep(standing)
    return standing.because


def send(ledger: Ledger, guard: Guard) -> None:
    """Claim what there is for a body that is about to be written."""
    with ledger.engine.begin() as connection:
        register(connection, "w1", "w1", "here", START)
        assert guard.may_claim(connection, START)
        intents = [Intent(each, "relay", START) for each in claim(connection, "w1", 10, START).messages]
        answers = record(connection, intents)
    guard.note_granted(intents, answers)


def test_what_is_noted_before_a_body(ledger: Ledger, tmp_path: Path) -> None:
    guard = Guard(tmp_path, "one")
    assert check(ledger, guard) == ""
    [before] = read_notes(tmp_path)
    ledger.add_many(2)
    send(ledger, guard)
    [note] = read_notes(tmp_path)
    assert note == Note(before.instance, 0, "m00002", 1)
    assert check(ledger, guard) == ""
    [grown] = read_notes(tmp_path)
    assert grown == Note(before.instance, 1, "m00002", 1)
    assert check(ledger, guard) == ""
    assert [grown] == list(read_notes(tmp_path)), "nothing was sent since"


def test_a_killed_worker_has_noted_what_it_was_granted(ledger: Ledger, tmp_path: Path) -> None:
    """No heartbeat came after: the attempt alone tells that this is an earlier state."""
    guard = Guard(tmp_path, "one")
    check(ledger, guard)
    ledger.add()
    send(ledger, guard)
    ledger.execute("DELETE FROM attempt")
    assert check(ledger, Guard(tmp_path, "another")).endswith("it is an earlier state, brought back")


def test_another_machine_has_seen_the_epoch(ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "idle").mkdir()
    guard, idle = Guard(tmp_path, "one"), Guard(tmp_path / "idle", "two")
    for each in (guard, idle):
        check(ledger, each)
    ledger.add()
    send(ledger, guard)
    check(ledger, guard)
    check(ledger, idle)
    ledger.execute("UPDATE instance SET epoch = 0")
    assert check(ledger, idle).endswith("it is an earlier state, brought back")


@pytest.mark.needs(*PROGRAMS)
def test_a_worker_that_starts_while_another_notes_more(on_postgresql: None, ledger: Ledger, tmp_path: Path) -> None:
    """What another one commits and notes between two looks of this one is no sign of an earlier state."""
    guard = Guard(tmp_path, "one")
    check(ledger, guard)
    ledger.add()
    send(ledger, guard)
    looks: list[str] = []

    def grow_meanwhile(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if "FROM instance" in statement:
            looks.append(statement)
            if len(looks) == 1:
                check(ledger, guard)

    event.listen(ledger.engine, "after_cursor_execute", grow_meanwhile)
    try:
        assert check(ledger, Guard(tmp_path, "two")) == ""
    finally:
        event.remove(ledger.engine, "after_cursor_execute", grow_meanwhile)
    assert [note.epoch for note in read_notes(tmp_path)] == [1, 0]


def test_a_fence_stops_everybody_at_once(ledger: Ledger, tmp_path: Path) -> None:
    guard = Guard(tmp_path, "one")
    check(ledger, guard)
    ledger.add_many(3)
    send(ledger, guard)
    ledger.add_many(2)
    with ledger.engine.begin() as connection:
        register(connection, "w2", "w2", "there", START)
        claimed = claim(connection, "w2", 10, START).messages
    ledger.execute("DELETE FROM attempt")
    with ledger.engine.begin() as connection:
        assert not guard.may_claim(connection, START)
    with ledger.engine.begin() as connection:
        assert not keep_alive(connection, "w2", START)
        assert record(connection, [Intent(each, "relay", START) for each in claimed]) == [False, False]
        register(connection, "w3", "w3", "there", START)
        swept = sweep(connection, START + timedelta(days=1), Policy())
        assert (swept.recovered.unknown, len(find_dead(connection, START + timedelta(days=1)))) == (0, 2)
    assert ledger.states() == {"sending": 3, "queued": 2}


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        ({}, True),
        ({"machine": "m2"}, True),  # a container that was made anew
        ({"disk": "d2"}, True),  # restored to a new disk with its inodes, or counted otherwise after a start
        ({"machine": "m2", "disk": "d2"}, False),
        ({"file": "8"}, False),
        ({"kind": "postgresql"}, False),
    ],
)
def test_places(other: dict[str, str], is_same: bool) -> None:
    place = {"kind": "sqlite", "file": "7", "disk": "d1", "machine": "m1"}
    assert is_same_place(place, place | other) == is_same


@pytest.mark.parametrize("line", [b"", b"{", b"[]", b'{"instance": 1}', b"\xff" * 99, b'"instance"'])
def test_what_is_no_note_says_nothing(tmp_path: Path, line: bytes) -> None:
    (tmp_path / "worker-one.note").write_bytes(line)
    assert list(read_notes(tmp_path)) == []


def test_a_shorter_note_leaves_nothing_of_a_longer_one(tmp_path: Path) -> None:
    file = NoteFile(tmp_path, "one")
    for note in (Note("a", 10**15, "m" * 16, 10**9), Note("b", 1)):
        file.write(note, for_sure=True)
        assert list(read_notes(tmp_path)) == [note]
    assert json.loads((tmp_path / "worker-one.note").read_bytes())["instance"] == "b"


def test_a_database_that_cannot_be_told_from_none(ledger: Ledger, tmp_path: Path) -> None:
    ledger.execute("DELETE FROM instance")
    with ledger.engine.begin() as connection:
        assert look(connection) is None
        assert not Guard(tmp_path, "one").may_claim(connection, START)


def test_very_many_are_set_aside_in_turns(ledger: Ledger, tmp_path: Path) -> None:
    ledger.add_many(2 * TURN + 5)
    ledger.add_many(3, batch_id=None)
    guard = Guard(tmp_path, "one")
    check(ledger, guard)
    send(ledger, guard)
    with ledger.engine.begin() as connection:
        fence(connection, "a trial", START + timedelta(minutes=1))
        standing = look(connection)
    assert standing is not None
    ledger.clock += timedelta(minutes=2)
    ledger.add_many(4)
    turns = list(set_aside_doubtful(ledger.engine, standing, ledger.clock))
    assert (turns[0], sum(turns)) == (10, 2 * TURN + 8)
    assert max(turns) == TURN
    assert list(set_aside_doubtful(ledger.engine, standing, ledger.clock)) == [0, 0, 0]
    free = "SELECT COUNT(*) AS free FROM message WHERE held_at IS NULL AND state = 'queued'"
    assert ledger.rows(free)[0].free == 4
    found = f"SELECT id FROM message WHERE {CLAIMABLE} AND batch_id IS NOT NULL ORDER BY due_at LIMIT 5"
    if ledger.engine.dialect.name == "sqlite":
        assert "INDEX ix_message_claimable" in ledger.rows(f"EXPLAIN QUERY PLAN {found}")[0].detail


def test_a_note_that_another_worker_forgets_meanwhile_ends_nobody(tmp_path: Path) -> None:
    kept = Note("of-now", 3, "m1", 1)
    NoteFile(tmp_path, "one").write(kept, for_sure=False)
    (tmp_path / "worker-gone.note").symlink_to("nowhere")
    forget_other_notes(tmp_path, "of-now")
    assert list(read_notes(tmp_path)) == [kept]
