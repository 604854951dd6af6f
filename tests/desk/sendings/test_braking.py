"""The brake: complaints and bounces pause a batch at once, and a person's "go on" is not undone by what was known."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

import desk.hooks.tables
import desk.members.tables
from desk.sendings.braking import Brake, BrakingWorker
from inbound.booking import book_report
from mailer.delivery.outcomes import Bounced, Phase
from mailer.queue.braking import Rates
from mailer.queue.claiming import claim
from mailer.queue.decisions import find_batch_state, go_on_with_batch
from mailer.queue.leases import register
from mailer.queue.recording import Intent, Result, record
from mailer.queue.settling import Policy, settle
from tests.mailer.ledgers import START, Ledger, open_ledger
from wire.reports import ComplaintReport

# Imported so that their tables are made: what is paused is told of.
assert desk.hooks.tables
assert desk.members.tables


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "ledger.db") as ledger:
        yield ledger


def send(ledger: Ledger, count: int, state: str = "sent") -> list[str]:
    ids = [message.id for message in ledger.add_many(count)]
    ledger.execute(f"UPDATE message SET state = '{state}' WHERE state = 'queued'")
    return ids


def complain(ledger: Ledger, ids: list[str], brake: Brake) -> str:
    """Book a complaint about each; return what the last was told to staff as."""
    words = ""
    for id_ in ids:
        [row] = ledger.rows("SELECT rcpt_to FROM message WHERE id = :id", id=id_)
        report = ComplaintReport("abuse", (row.rcpt_to,), None, (id_,), "Marked as spam.")
        with ledger.engine.begin() as connection:
            words = book_report(connection, report, (), START, brake).words
    return words


def batch_of(ledger: Ledger) -> tuple[str, str]:
    [row] = ledger.rows("SELECT state, stopped_because FROM batch WHERE id = 'batch'")
    return row.state, row.stopped_because


def test_complaints_pause_a_batch_in_the_act_that_books_them(ledger: Ledger) -> None:
    ids, brake = send(ledger, 100), Brake(Rates())
    assert "paused" not in complain(ledger, ids[:4], brake)
    assert batch_of(ledger) == ("running", "")
    because = "5 of 100 complained (5.0%): mailboxes take more than 0.1% for abuse; find out why before it goes on"
    assert complain(ledger, ids[4:5], brake).endswith(f"Its sending is paused: {because}.")
    assert batch_of(ledger) == ("paused", because)
    [event] = ledger.rows("SELECT act, made_by, subject_id, detail FROM audit_event")
    assert (event.act, event.made_by, event.subject_id) == ("batch_paused", "badgepost", "batch")


def test_the_same_complaint_counts_once(ledger: Ledger) -> None:
    ids = send(ledger, 100)
    complain(ledger, ids[:1] * 9, Brake(Rates()))
    assert batch_of(ledger)[0] == "running"


def test_a_low_rate_pauses_nothing(ledger: Ledger) -> None:
    ids = send(ledger, 6000)
    complain(ledger, ids[:6], Brake(Rates()))
    assert batch_of(ledger)[0] == "running"
    complain(ledger, ids[6:7], Brake(Rates()))
    assert batch_of(ledger)[0] == "paused"


def test_a_person_who_lets_it_go_on_is_not_overruled_by_what_was_known(ledger: Ledger) -> None:
    ids, brake = send(ledger, 100), Brake(Rates())
    complain(ledger, ids[:5], brake)
    with ledger.engine.begin() as connection:
        assert go_on_with_batch(connection, "batch")
    assert batch_of(ledger) == ("running", "")
    complain(ledger, ids[5:40], brake)
    assert batch_of(ledger)[0] == "running"
    send(ledger, 1000)
    complain(ledger, ids[40:41], brake)
    assert batch_of(ledger)[0] == "paused"


def test_rates_of_nothing_pause_nothing(ledger: Ledger) -> None:
    complain(ledger, send(ledger, 50), Brake(Rates(complaints=0, bounces=0)))
    assert batch_of(ledger)[0] == "running"


def test_what_a_worker_records_pauses_too(ledger: Ledger) -> None:
    send(ledger, 180)
    ledger.add_many(21)
    with ledger.engine.begin() as connection:
        register(connection, "w1", "w1", "here", START)
        messages = claim(connection, "w1", 50, START).messages
    tell = BrakingWorker(Brake(Rates()))
    outcome = Bounced(Phase.RCPT, "550 5.1.1 no such user")
    results = [Result(each, outcome, settle(each, outcome, "relay", START, Policy()), START) for each in messages]
    with ledger.engine.begin() as connection:
        assert all(record(connection, [Intent(each, "relay", START) for each in messages]))
        record(connection, results, tell)
    state, because = batch_of(ledger)
    assert (state, because.startswith("21 of 201 bounced (10%)")) == ("paused", True)
    with ledger.engine.begin() as connection:
        assert find_batch_state(connection, "batch") == "paused"
        connection.execute(text("UPDATE message SET state = 'queued', worker_id = NULL WHERE state = 'sent'"))
        assert claim(connection, "w1", 50, START).messages == []
