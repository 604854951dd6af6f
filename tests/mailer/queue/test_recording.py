"""Intents, results, fences; what a dead worker leaves behind."""

from datetime import timedelta

import pytest

from badges.columns import from_microseconds
from mailer.delivery.outcomes import Bounced, Deferred, Held, Outcome, Phase, Sent, Unknown
from mailer.queue.claimed import Claimed
from mailer.queue.claiming import claim
from mailer.queue.decisions import Named, cancel, hold, retry
from mailer.queue.leases import find_dead, find_former, keep_alive, recover, register
from mailer.queue.recording import REPLY_CHARACTERS, Intent, Result, record
from mailer.queue.settling import Policy, settle
from mailer.queue.suppressions import Suppressed, suppress
from mailer.queue.sweeping import sweep
from tests.mailer.ledgers import START, Ledger

POLICY = Policy()


def take(ledger: Ledger, worker: str = "w1") -> list[Claimed]:
    with ledger.engine.begin() as connection:
        return list(claim(connection, worker, 100, START).messages)


def intend(ledger: Ledger, *messages: Claimed) -> list[bool]:
    with ledger.engine.begin() as connection:
        return record(connection, [Intent(message, "relay1", START) for message in messages])


def finish(ledger: Ledger, message: Claimed, outcome: Outcome) -> None:
    settlement = settle(message, outcome, "relay1", START, POLICY)
    with ledger.engine.begin() as connection:
        record(connection, [Result(message, outcome, settlement, START)])


def test_an_attempt_is_on_disk_before_the_body_and_complete_after_the_reply(ledger: Ledger) -> None:
    ledger.add()
    (message,) = take(ledger)
    assert intend(ledger, message) == [True]
    assert ledger.message(message.id).state == "sending"
    assert [(row.relay, row.outcome) for row in ledger.attempts(message.id)] == [("relay1", None)]
    finish(ledger, message, Sent("250 2.0.0 ok"))
    row = ledger.message(message.id)
    assert (row.state, row.attempts, row.worker_id) == ("sent", 1, None)
    assert [(row.outcome, row.phase, row.reply) for row in ledger.attempts(message.id)] == [
        ("sent", "body", "250 2.0.0 ok")
    ]


def test_a_group_grants_only_what_may_still_be_sent(ledger: Ledger) -> None:
    names = [ledger.add().id for _ in range(3)] + [ledger.add(batch_id="other").id, ledger.add(batch_id=None).id]
    messages = {message.id: message for message in take(ledger)}
    ledger.execute("UPDATE message SET held_at = 1 WHERE id = :id", id=names[1])
    ledger.execute("UPDATE message SET state = 'cancelled', worker_id = NULL WHERE id = :id", id=names[2])
    ledger.execute("UPDATE batch SET state = 'paused' WHERE id = 'other'")
    assert intend(ledger, *(messages[name] for name in names)) == [True, False, False, False, True]
    assert {row.id: row.worker_id for row in ledger.rows("SELECT id, worker_id FROM message")} == {
        names[0]: "w1",
        names[1]: None,
        names[2]: None,
        names[3]: None,
        names[4]: "w1",
    }
    assert len(ledger.rows("SELECT 1 FROM attempt")) == 2


def test_what_may_no_longer_be_sent_since_it_was_claimed_is_not(ledger: Ledger) -> None:
    """Somebody complained, or its time passed, while a worker had it in hand: it ends at the next claim."""
    names = [
        ledger.add("Ana@north.example").id,
        ledger.add("ben@north.example", stream="account").id,
        ledger.add("eva@north.example", not_later_than=START).id,
        ledger.add("eva@north.example", not_later_than=START + timedelta(seconds=1)).id,
        ledger.add("ana@south.example", issuer_id=None).id,
    ]
    messages = {message.id: message for message in take(ledger)}
    with ledger.engine.begin() as connection:
        suppress(connection, [Suppressed("ana@north.example", "a complaint", START)])
        suppress(connection, [Suppressed("ben@north.example", "unsubscribed", START, stream="notices")])
        suppress(connection, [Suppressed("ana@south.example", "unsubscribed", START, issuer_id="issuer")])
        steps = [Intent(messages[name], "relay1", START + timedelta(seconds=1)) for name in names]
        assert record(connection, steps) == [False, True, False, True, True]
        ended = claim(connection, "w1", 9, START + timedelta(seconds=1))
    assert (ended.messages, ended.suppressed, ended.expired) == ([], 1, 1)


def test_writing_a_group_twice_changes_nothing(ledger: Ledger) -> None:
    """The database may be lost after a commit and before its answer: the journal then writes the group again."""
    ledger.add()
    (message,) = take(ledger)
    assert intend(ledger, message) == intend(ledger, message) == [True]
    finish(ledger, message, Bounced(Phase.RCPT, "550 5.1.1 who?", suppress=True))
    before = ledger.message(message.id)
    finish(ledger, message, Bounced(Phase.RCPT, "550 5.1.1 who?", suppress=True))
    assert ledger.message(message.id) == before
    assert before.attempts == len(ledger.attempts(message.id)) == len(ledger.rows("SELECT 1 FROM suppression")) == 1


def test_who_was_taken_for_dead_writes_nothing(ledger: Ledger) -> None:
    ledger.add_many(2, stream="account")
    claimed_only, sending = take(ledger)
    intend(ledger, sending)
    with ledger.engine.begin() as connection:
        recovered = recover(connection, ["w1"], START, POLICY)
    assert (recovered.freed, recovered.unknown) == (1, 1)
    again = {message.id: message for message in take(ledger, "w2")}
    assert set(again) == {claimed_only.id, sending.id}
    before = ledger.rows("SELECT * FROM message")
    assert intend(ledger, claimed_only, sending) == [False, False]
    finish(ledger, sending, Sent("250 ok"))
    assert ledger.rows("SELECT * FROM message") == before
    assert [row.outcome for row in ledger.attempts(sending.id)] == ["unknown"]
    assert intend(ledger, *again.values()) == [True, True]


@pytest.mark.parametrize(("stream", "state"), [("account", "queued"), ("notices", "unknown")])
def test_what_a_dead_worker_was_sending_is_unknown(ledger: Ledger, stream: str, state: str) -> None:
    ledger.add(stream=stream)
    (message,) = take(ledger)
    intend(ledger, message)
    with ledger.engine.begin() as connection:
        recover(connection, ["w1"], START + timedelta(minutes=1), POLICY)
    row = ledger.message(message.id)
    assert (row.state, row.attempts, row.worker_id) == (state, 1, None)
    assert "may have been taken or not" in row.reason
    assert [(row.outcome, bool(row.finished_at)) for row in ledger.attempts(message.id)] == [("unknown", True)]
    assert not ledger.rows("SELECT 1 FROM worker_lease WHERE id = 'w1'")


def test_what_is_held_is_no_attempt(ledger: Ledger) -> None:
    ledger.add()
    (message,) = take(ledger)
    intend(ledger, message)
    finish(ledger, message, Held(Phase.BODY, "421 shutting down"))
    row = ledger.message(message.id)
    assert (row.state, row.attempts) == ("queued", 0)
    assert [row.outcome for row in ledger.attempts(message.id)] == ["held"]


def test_a_reply_is_kept_as_far_as_one_reads(ledger: Ledger) -> None:
    ledger.add()
    (message,) = take(ledger)
    intend(ledger, message)
    finish(ledger, message, Sent("250 " + "x" * 100_000))
    assert len(ledger.attempts(message.id)[0].reply) == REPLY_CHARACTERS


def test_leases(ledger: Ledger) -> None:
    with ledger.engine.begin() as connection:
        register(connection, "w1-again", "w1", "here", START)
        assert sorted(find_former(connection, "w1-again", "here")) == ["w1", "w2"]
        assert find_former(connection, "w1-again", "elsewhere") == []
        later = START + timedelta(seconds=44)
        assert keep_alive(connection, "w2", later)
        assert find_dead(connection, later) == []
        assert sorted(find_dead(connection, START + timedelta(seconds=46))) == ["w1", "w1-again"]
        recover(connection, ["w1"], later, POLICY)
        assert not keep_alive(connection, "w1", later)


def test_what_nobody_with_a_lease_holds_goes_back(ledger: Ledger) -> None:
    """PostgreSQL lets a claim and the end of its worker's lease pass each other; a restored copy forgets leases."""
    ledger.add_many(2)
    _, sending = take(ledger)
    intend(ledger, sending)
    ledger.execute("DELETE FROM worker_lease WHERE id = 'w1'")
    with ledger.engine.begin() as connection:
        recovered = sweep(connection, START, POLICY).recovered
    assert (recovered.freed, recovered.unknown) == (1, 1)
    assert len(take(ledger, "w2")) == 2


def test_a_sweep_expires_cancels_and_recovers(ledger: Ledger) -> None:
    late = ledger.add(not_later_than=START + timedelta(seconds=1))
    straggler = ledger.add(batch_id="other")
    (orphan,) = [message for message in take(ledger) if message.id == straggler.id]
    ledger.execute("UPDATE batch SET state = 'cancelled' WHERE id = 'other'")
    with ledger.engine.begin() as connection:
        swept = sweep(connection, START + timedelta(minutes=1), POLICY)
    assert (swept.expired, swept.cancelled, swept.recovered.freed) == (1, 1, 2)
    assert ledger.message(late.id).state == "expired"
    assert ledger.message(orphan.id).state == "cancelled"


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Sent("250"), "sent"),
        (Deferred(Phase.RCPT, "450 later"), "cancelled"),
        (Held(Phase.MAIL, "421 busy"), "cancelled"),
        (Unknown("hung up"), "cancelled"),
        (Bounced(Phase.RCPT, "550 no"), "bounced"),
    ],
)
def test_what_is_cancelled_under_way_is_not_tried_again(ledger: Ledger, outcome: Outcome, state: str) -> None:
    ledger.add()
    (message,) = take(ledger)
    assert intend(ledger, message) == [True]
    with ledger.engine.begin() as connection:
        assert cancel(connection, Named.MESSAGE, message.id, START) == 1
    assert ledger.message(message.id).state == "sending"
    finish(ledger, message, outcome)
    row = ledger.message(message.id)
    assert row.state == state
    assert (state == "cancelled") == row.reason.startswith("cancelled while it was under way")


def test_what_a_dead_worker_was_sending_and_somebody_cancelled_is_not_sent_again(ledger: Ledger) -> None:
    ledger.add()
    (message,) = take(ledger)
    intend(ledger, message)
    with ledger.engine.begin() as connection:
        cancel(connection, Named.MESSAGE, message.id, START)
        recover(connection, ["w1"], START, POLICY)
    assert ledger.message(message.id).state == "cancelled"
    with ledger.engine.begin() as connection:
        assert retry(connection, Named.MESSAGE, message.id, START) == 1
    (message,) = take(ledger, "w2")
    intend(ledger, message)
    finish(ledger, message, Deferred(Phase.RCPT, "450 later"))
    assert ledger.message(message.id).state == "deferred", "whoever tries it again has changed their mind"


def test_what_is_held_under_way_is_held_when_it_comes_back(ledger: Ledger) -> None:
    ledger.add()
    (message,) = take(ledger)
    intend(ledger, message)
    with ledger.engine.begin() as connection:
        assert hold(connection, Named.MESSAGE, message.id, START) == 1
    finish(ledger, message, Deferred(Phase.RCPT, "450 later"))
    assert ledger.message(message.id).state == "deferred"
    with ledger.engine.begin() as connection:
        assert claim(connection, "w2", 9, ledger.later(days=1)).is_empty


def test_a_message_that_ends_worker_after_worker_is_left_alone(ledger: Ledger) -> None:
    ledger.add()
    now, waits = START, []
    while ledger.message("m00001").state == "queued":
        with ledger.engine.begin() as connection:
            register(connection, "w1", "w1", "here", now)
            (message,) = claim(connection, "w1", 1, now).messages
            record(connection, [Intent(message, "relay1", now)])
            recover(connection, ["w1"], now, POLICY)
        waits.append(from_microseconds(ledger.message("m00001").due_at) - now)
        now += waits[-1]
    row = ledger.message("m00001")
    assert (row.state, row.attempts, row.doubts) == ("unknown", 3, 3)
    assert waits[0] == timedelta(0) < waits[1]
    with ledger.engine.begin() as connection:
        assert retry(connection, Named.MESSAGE, "m00001", now) == 1
    assert ledger.message("m00001").doubts == 0


def test_a_sweep_takes_turns(ledger: Ledger) -> None:
    ledger.add_many(5, not_later_than=START)
    ledger.add_many(5, batch_id="other")
    ledger.execute("UPDATE batch SET state = 'cancelled' WHERE id = 'other'")
    found = []
    for _ in range(3):
        with ledger.engine.begin() as connection:
            swept = sweep(connection, ledger.later(days=1), POLICY, turn=2)
        found.append((swept.expired, swept.cancelled, swept.has_more))
    assert found == [(2, 2, True), (2, 2, True), (1, 1, False)]


def test_a_sweep_without_patience_takes_nobody_for_dead(ledger: Ledger) -> None:
    with ledger.engine.begin() as connection:
        sweep(connection, ledger.later(days=1), POLICY, None)
    assert ledger.rows("SELECT 1 FROM worker_lease")
