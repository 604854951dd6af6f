"""What people decide: retry, hold, cancel; pause, go on."""

from typing import Any

import pytest
from sqlalchemy import event

from mailer.queue.claiming import claim
from mailer.queue.decisions import (
    Named,
    cancel,
    find_batch_state,
    find_name,
    go_on_with_batch,
    hold,
    pause_batch,
    retry,
    stop_batch,
)
from mailer.queue.overview import look_over
from mailer.queue.recording import Intent, record
from mailer.queue.states import State
from tests.mailer.ledgers import START, Ledger

RETRIED = {"queued", "deferred", "bounced", "suppressed", "unknown", "cancelled"}
HELD = {"queued", "deferred", "sending"}
CANCELLED = {"queued", "deferred", "unknown", "sending"}


@pytest.mark.parametrize("state", list(State))
def test_each_state(ledger: Ledger, state: State) -> None:
    for decide, possible in ((retry, RETRIED), (hold, HELD), (cancel, CANCELLED)):
        message = ledger.add()
        ledger.execute("UPDATE message SET state = :state WHERE id = :id", state=state.value, id=message.id)
        with ledger.engine.begin() as connection:
            count = decide(connection, Named.MESSAGE, message.id, START)
        assert count == (state.value in possible)
        row = ledger.message(message.id)
        marks = (row.held_at, row.withdrawn_at, row.reason)
        assert (row.state != state.value or marks != (None, None, None)) == bool(count)


def test_names(ledger: Ledger) -> None:
    message = ledger.add("Robin@north.example")
    with ledger.engine.begin() as connection:
        assert find_name(connection, message.id) is Named.MESSAGE
        assert find_name(connection, "batch") is Named.BATCH
        assert find_name(connection, "Robin@north.example") is Named.ADDRESS
        assert find_name(connection, "nobody@north.example") is None
        assert hold(connection, Named.ADDRESS, "Robin@north.example", START) == 1
        assert retry(connection, Named.BATCH, "batch", START) == 1


@pytest.mark.parametrize("is_under_way", [False, True])
def test_what_was_held_in_a_workers_hands_is_let_go_there(ledger: Ledger, is_under_way: bool) -> None:
    """Hold, then think better of it: nothing is left behind that a person would have to find again."""
    message = ledger.add()
    with ledger.engine.begin() as connection:
        (claimed,) = claim(connection, "w1", 9, START).messages
        if is_under_way:
            record(connection, [Intent(claimed, "relay1", START)])
        assert hold(connection, Named.MESSAGE, message.id, START) == 1
        assert retry(connection, Named.MESSAGE, message.id, START) == 1
        assert retry(connection, Named.MESSAGE, message.id, START) == 0
        assert record(connection, [Intent(claimed, "relay1", START)]) == [True]
    assert ledger.message(message.id).held_at is None


def test_a_held_message_is_not_claimed_until_retried(ledger: Ledger) -> None:
    message = ledger.add()
    with ledger.engine.begin() as connection:
        hold(connection, Named.MESSAGE, message.id, START)
        assert claim(connection, "w1", 9, START).is_empty
        retry(connection, Named.MESSAGE, message.id, START)
        assert [claimed.id for claimed in claim(connection, "w1", 9, START).messages] == [message.id]


def test_a_retried_message_has_all_its_time_again(ledger: Ledger) -> None:
    ids = [ledger.add().id for _ in range(2)]
    for message_id, state in zip(ids, ("bounced", "unknown"), strict=True):
        ledger.execute("UPDATE message SET state = :state, attempts = 9 WHERE id = :id", state=state, id=message_id)
    later = ledger.later(days=9)
    with ledger.engine.begin() as connection:
        assert retry(connection, Named.BATCH, "batch", later) == 2
        bounced, unknown = claim(connection, "w1", 9, later).messages
    assert (bounced.attempts, bounced.written_at, bounced.due_at) == (0, later, later)
    assert (unknown.attempts, unknown.written_at) == (0, START), "one in doubt stays the very same mail"


def test_batches(ledger: Ledger) -> None:
    ledger.add_many(3)
    with ledger.engine.begin() as connection:
        assert pause_batch(connection, "batch")
        assert not pause_batch(connection, "batch")
        assert claim(connection, "w1", 9, START).is_empty
        assert go_on_with_batch(connection, "batch")
        assert not go_on_with_batch(connection, "batch")
        assert stop_batch(connection, "batch")
        assert not stop_batch(connection, "batch")
        assert not go_on_with_batch(connection, "batch")
        assert cancel(connection, Named.BATCH, "batch", START) == 3
        assert retry(connection, Named.BATCH, "batch", START) == 0, "a cancelled batch stays cancelled"
        assert find_batch_state(connection, "batch") == "cancelled"
        assert find_batch_state(connection, "none") is None


def test_the_overview_counts_everything(ledger: Ledger) -> None:
    ledger.add_many(3)
    ledger.add_many(2, batch_id="other")
    ledger.add("a@south.example", batch_id=None)
    ledger.execute("UPDATE message SET state = 'sent' WHERE id = 'm00001'")
    with ledger.engine.begin() as connection:
        hold(connection, Named.MESSAGE, "m00002", START)
        pause_batch(connection, "other")
        whole, part = look_over(connection), look_over(connection, "other")
    assert whole.counts == {"held": 1, "queued": 4, "sent": 1}
    assert [(line.domain, line.waiting) for line in whole.domains] == [("north.example", 4), ("south.example", 1)]
    assert [line.state for line in whole.messages].count("held") == 1
    assert whole.paused == [("other", "other")]
    assert whole.oldest == START
    assert (part.counts, len(part.messages)) == ({"queued": 2}, 2)


@pytest.mark.sqlite_only("how PostgreSQL plans depends on how many rows there are")
def test_the_overview_of_a_batch_looks_at_that_batch_alone(ledger: Ledger) -> None:
    statements: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        statements.append((statement, parameters))

    event.listen(ledger.engine, "before_cursor_execute", note)
    with ledger.engine.connect() as connection:
        look_over(connection, "other")
    asked = [(statement, parameters) for statement, parameters in statements if "FROM message" in statement]
    assert len(asked) == 3
    with ledger.engine.connect() as connection:
        for statement, parameters in asked:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            assert any("ix_message_batch_state" in row.detail for row in plan), plan
            assert not any(row.detail.startswith("SCAN") for row in plan), plan
