"""Enqueueing and claiming."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import event, text

from mailer.queue.claiming import claim, give_back, set_aside
from mailer.queue.ledger import Enqueued, enqueue, message_id_for
from mailer.queue.suppressions import EVERY, Suppressed, list_suppressions, suppress, unsuppress
from tests.mailer.ledgers import START, Ledger

DOMAIN = "badgepost.example"


def claim_ids(ledger: Ledger, limit: int = 100, now: datetime = START, worker: str = "w1", **more: object) -> list[str]:
    with ledger.engine.begin() as connection:
        return [message.id for message in claim(connection, worker, limit, now, **more).messages]  # type: ignore[arg-type]


def test_a_key_is_enqueued_once(ledger: Ledger) -> None:
    messages = [ledger.make() for _ in range(2500)]
    with ledger.engine.begin() as connection:
        assert enqueue(connection, messages[:1500], DOMAIN) == Enqueued(1500, 0)
        assert enqueue(connection, iter(messages), DOMAIN) == Enqueued(1000, 1500)
    assert ledger.states() == {"queued": 2500}


def test_the_award_and_its_message_are_one_commit(ledger: Ledger) -> None:
    with pytest.raises(ZeroDivisionError), ledger.engine.begin() as connection:  # noqa: PT012 - the fault is the point
        connection.execute(text("UPDATE issuer SET name = 'changed'"))
        enqueue(connection, [ledger.make()], DOMAIN)
        raise ZeroDivisionError
    assert not ledger.states()
    assert ledger.rows("SELECT name FROM issuer")[0].name == "North"


def test_message_ids_are_fixed_by_the_key() -> None:
    first = message_id_for("issuance/a", DOMAIN)
    assert first == message_id_for("issuance/a", DOMAIN)
    assert first != message_id_for("issuance/b", DOMAIN)
    local_part, domain = first.split("@")
    assert (len(local_part), domain) == (52, DOMAIN)
    assert local_part.isalnum()


def test_a_message_is_claimed_once(ledger: Ledger) -> None:
    ids = [message.id for message in ledger.add_many(30)]
    first, second = claim_ids(ledger, 20), claim_ids(ledger, 20, worker="w2")
    assert (len(first), sorted(first + second)) == (20, ids)
    assert claim_ids(ledger) == []


def test_the_oldest_due_goes_first_and_a_single_mail_before_batches(ledger: Ledger) -> None:
    late = ledger.add(due_at=ledger.later(minutes=2)).id
    early = ledger.add(due_at=ledger.later(minutes=1)).id
    single = ledger.add(due_at=ledger.later(minutes=3), batch_id=None).id
    ledger.add(due_at=ledger.later(hours=1))
    assert claim_ids(ledger, now=ledger.later(minutes=5)) == [single, early, late]


def test_busy_domains_are_passed_over(ledger: Ledger) -> None:
    ledger.add("a@north.example")
    other = ledger.add("b@south.example")
    assert claim_ids(ledger, busy_domains=["north.example"]) == [other.id]


def test_without_a_lease_nothing_is_claimed(ledger: Ledger) -> None:
    ledger.add()
    assert claim_ids(ledger, worker="taken-for-dead") == []
    assert len(claim_ids(ledger)) == 1


@pytest.mark.parametrize("state", ["paused", "cancelled"])
def test_stopped_batches_are_passed_over(ledger: Ledger, state: str) -> None:
    ledger.add_many(3)
    other = ledger.add(batch_id="other")
    ledger.execute("UPDATE batch SET state = :state WHERE id = 'batch'", state=state)
    assert claim_ids(ledger) == [other.id]


def test_what_is_too_late_expires(ledger: Ledger) -> None:
    message = ledger.add(not_later_than=ledger.later(hours=1))
    assert claim_ids(ledger, now=ledger.later(hours=2)) == []
    row = ledger.message(message.id)
    assert (row.state, row.worker_id) == ("expired", None)
    assert "2026-11-23 10:00 UTC" in row.reason


@pytest.mark.parametrize(
    ("issuer_id", "stream", "forbidden"),
    [
        (EVERY, EVERY, {"account", "notices"}),
        (EVERY, "notices", {"notices"}),
        ("issuer", EVERY, {"account", "notices"}),
        ("another", EVERY, set()),
        ("issuer", "notices", {"notices"}),
    ],
)
def test_suppressed(ledger: Ledger, issuer_id: str, stream: str, forbidden: set[str]) -> None:
    by_stream = {name: ledger.add("Robin@North.example", stream=name).id for name in ("account", "notices")}
    with ledger.engine.begin() as connection:
        entry = Suppressed("robin@north.EXAMPLE", "asked for it", START, issuer_id, stream)
        assert suppress(connection, [entry]) == 1
        assert suppress(connection, [entry]) == 0
    claimed = claim_ids(ledger)
    for name, message_id in by_stream.items():
        row = ledger.message(message_id)
        assert (row.state == "suppressed") == (name in forbidden) == (message_id not in claimed)
        if name in forbidden:
            assert "asked for it" in row.reason
    with ledger.engine.begin() as connection:
        assert [entry.address for entry in list_suppressions(connection)] == ["robin@north.example"]
        assert unsuppress(connection, "Robin@north.example", issuer_id, stream)
        assert not unsuppress(connection, "Robin@north.example", issuer_id, stream)


def test_what_is_given_back_may_be_claimed_again_but_not_written_by_the_first(ledger: Ledger) -> None:
    ledger.add()
    with ledger.engine.begin() as connection:
        first = claim(connection, "w1", 1, START).messages[0]
        give_back(connection, [(first, "the relay is down")])
        second = claim(connection, "w2", 1, START).messages[0]
        give_back(connection, [(first, "too late to say this")])
    assert second.fence == first.fence + 1
    row = ledger.message(first.id)
    assert (row.worker_id, row.reason) == ("w2", "the relay is down")


def test_what_is_set_aside_waits_for_a_person(ledger: Ledger) -> None:
    message = ledger.add()
    with ledger.engine.begin() as connection:
        set_aside(connection, claim(connection, "w1", 1, START).messages[0], "no template", datetime.now(UTC))
    assert claim_ids(ledger) == []
    assert ledger.message(message.id).reason == "no template"


@pytest.mark.sqlite_only("how PostgreSQL plans depends on how many rows there are")
@pytest.mark.parametrize(
    ("whose", "index"),
    [("batch_id IS NULL", "ix_message_claimable_single"), ("batch_id IS NOT NULL", "ix_message_claimable")],
)
def test_claims_use_the_indexes(ledger: Ledger, whose: str, index: str) -> None:
    """A claim must not read the whole table, nor sort it: SQLite says how it goes about it."""
    statements: list[tuple[str, object]] = []
    event.listen(ledger.engine, "before_cursor_execute", lambda *call: statements.append((call[2], call[3])))
    claim_ids(ledger)
    statement, values = next(entry for entry in statements if whose in entry[0])
    with ledger.engine.connect() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)  # type: ignore[arg-type]
        plan = "\n".join(row.detail for row in rows)
    assert f"INDEX {index} (due_at<?)" in plan, plan
    assert "TEMP B-TREE" not in plan
    assert "SCAN message" not in plan
