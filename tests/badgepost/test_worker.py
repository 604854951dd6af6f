"""A worker's life: drains, stops a batch at once, notices new mail, outlives being taken for dead."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from badgepost.worker import Work, Worker
from badgepost.worker_lock import NameTakenError, WorkerLock
from badges.columns import to_microseconds
from mailer.delivery.limits import Limit
from mailer.delivery.memory import MemoryTransport
from mailer.delivery.outbox import OutboxTransport
from mailer.delivery.outcomes import Deferred, Outcome, Phase, Sent
from mailer.queue.claimed import Claimed
from mailer.queue.decisions import Named, cancel, pause_batch, stop_batch
from mailer.queue.leases import register
from tests.mailer.delivery.conftest import QUICK, smtp_to
from tests.mailer.delivery.scripted_relay import ScriptedRelay, Stall
from tests.mailer.ledgers import Ledger, TinyMail, TinyMaker, open_ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "ledger.db") as ledger:
        ledger.clock = datetime.now(UTC) - timedelta(seconds=1)
        yield ledger


@asynccontextmanager
async def working(ledger: Ledger, folder: Path, transport: Any, **changes: Any) -> AsyncIterator[Worker]:
    """Run a worker; at the end stop it and wait for it."""
    with WorkerLock(folder, "one") as lock:
        worker = Worker(Work(ledger.engine, TinyMaker(), transport, **changes), lock)
        task = asyncio.create_task(worker.run())
        try:
            yield worker
        finally:
            worker.stop()
            await asyncio.wait_for(task, 20)


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(15):
        while not condition():
            await asyncio.sleep(0.01)


def run(scenario: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(40):
            await scenario()

    asyncio.run(bounded())


class Expecting(TinyMaker):
    """Composes only what was announced before."""

    def __init__(self) -> None:
        self.ahead: dict[str, int] = {}
        """By message, with how many others it was announced."""

    def look_ahead(self, connection: Connection, messages: Sequence[Claimed]) -> None:
        assert connection.in_transaction()
        self.ahead |= {message.id: len(messages) for message in messages}

    def compose(self, message: Claimed, now: datetime) -> TinyMail:
        assert message.id in self.ahead
        return super().compose(message, now)


def test_what_mails_need_is_read_for_many_at_once(ledger: Ledger, tmp_path: Path) -> None:
    ledger.add_many(100)
    maker, transport = Expecting(), MemoryTransport()
    work = Work(ledger.engine, maker, transport, look_ahead=maker.look_ahead)
    with WorkerLock(tmp_path, "one") as lock:
        asyncio.run(Worker(work, lock, once=True).run())
    assert ledger.states() == {"sent": 100}
    assert len(maker.ahead) == 100
    assert max(maker.ahead.values()) > 10


def test_a_stopped_worker_leaves_no_doubt(ledger: Ledger, tmp_path: Path) -> None:
    ledger.add_many(500)

    async def scenario() -> None:
        async with ScriptedRelay(pace=0.05) as relay:
            async with working(ledger, tmp_path, smtp_to(relay, connections=5)):
                await until(lambda: len(relay.accepted) >= 10)
            accepted = len(relay.accepted)
            assert accepted < 100
            assert ledger.states() == {"sent": accepted, "queued": 500 - accepted}

    run(scenario)
    assert not ledger.rows("SELECT 1 FROM message WHERE worker_id IS NOT NULL")
    assert not ledger.rows("SELECT 1 FROM attempt WHERE outcome <> 'sent'")
    assert not ledger.rows("SELECT 1 FROM worker_lease")


def test_a_drain_has_an_end(ledger: Ledger, tmp_path: Path) -> None:
    """A relay that never answers: what waits for the verdict is in doubt, what had no body yet is not."""
    stalls = {"earner00001@north.example": "body", "earner00002@north.example": "rcpt"}
    ledger.add_many(2, stream="notices")

    async def scenario() -> None:
        async with ScriptedRelay(lambda phase, rcpt_to: Stall() if stalls.get(rcpt_to) == phase else None) as relay:
            patient = type(QUICK)(connect=30, command=30, reply=30, idle=1)
            transport = smtp_to(relay, timeouts=patient)
            async with working(ledger, tmp_path, transport, drain=timedelta(seconds=0.3)):
                await until(lambda: ledger.states() == {"sending": 2} and len(relay.commands) >= 7)
                await asyncio.sleep(0.2)

    run(scenario)
    assert {row.id: row.state for row in ledger.rows("SELECT id, state FROM message")} == {
        "m00001": "unknown",
        "m00002": "queued",
    }


@pytest.mark.parametrize("kind", ["pause", "cancel", "cancel each"])
def test_a_batch_stops_within_one_message_a_connection(ledger: Ledger, tmp_path: Path, kind: str) -> None:
    ledger.add_many(400)
    connections = 4

    async def scenario() -> None:
        async with ScriptedRelay(pace=0.03) as relay:
            with open_ledger(tmp_path / "ledger.db", make=False) as another:
                async with working(ledger, tmp_path, smtp_to(relay, connections=connections)):
                    await until(lambda: len(relay.accepted) >= 20)
                    with another.engine.begin() as connection:
                        if kind == "pause":
                            pause_batch(connection, "batch")
                        elif kind == "cancel":
                            stop_batch(connection, "batch")
                        else:
                            cancel(connection, Named.BATCH, "batch", datetime.now(UTC))
                    accepted = len(relay.accepted)
                    await asyncio.sleep(0.5)
                    assert len(relay.accepted) <= accepted + connections
                    assert not ledger.rows("SELECT 1 FROM message WHERE state = 'sending'")

    run(scenario)
    assert not ledger.rows("SELECT 1 FROM attempt WHERE outcome <> 'sent'")


def test_new_mail_is_noticed(ledger: Ledger, tmp_path: Path) -> None:
    async def scenario() -> None:
        transport = MemoryTransport()
        with open_ledger(tmp_path / "ledger.db", make=False) as another:
            another.clock = ledger.clock
            async with working(ledger, tmp_path, transport):
                for number in range(3):
                    await asyncio.sleep(0.3)
                    started = time.monotonic()
                    another.add(batch_id=None)
                    await until(lambda number=number: len(transport.mails) == number + 1)
                    assert time.monotonic() - started < 2

    run(scenario)


def test_a_deferred_mail_is_tried_again(ledger: Ledger, tmp_path: Path) -> None:
    ledger.add(written_at=ledger.clock, due_at=ledger.clock)
    answers: Iterator[Outcome] = iter([Deferred(Phase.RCPT, "450 busy"), Sent("kept")])

    async def scenario() -> None:
        transport = MemoryTransport(lambda _: next(answers))
        async with working(ledger, tmp_path, transport):
            await until(lambda: ledger.states() == {"deferred": 1})
            ledger.execute("UPDATE message SET due_at = 0")
            await until(lambda: ledger.states() == {"sent": 1})

    run(scenario)
    assert ledger.rows("SELECT attempts FROM message")[0].attempts == 2


def test_who_was_taken_for_dead_goes_on_as_another(ledger: Ledger, tmp_path: Path) -> None:
    async def scenario() -> None:
        transport = MemoryTransport()
        async with working(ledger, tmp_path, transport, pulse=timedelta(seconds=0.1)):
            await until(lambda: ledger.rows("SELECT id FROM worker_lease"))
            former = ledger.rows("SELECT id FROM worker_lease")[0].id
            ledger.execute("DELETE FROM worker_lease")
            ledger.add_many(5)
            await until(lambda: len(transport.mails) == 5)
            assert ledger.rows("SELECT id FROM worker_lease")[0].id != former

    run(scenario)


@pytest.mark.sqlite_only("one write lock for all")
def test_a_heartbeat_counts_from_when_it_was_written(ledger: Ledger, tmp_path: Path) -> None:
    """Whoever waits long for the one write lock (a long roster is imported) must not look dead when it is over."""
    heartbeat = "SELECT heartbeat_at FROM worker_lease"

    async def scenario() -> None:
        async with working(ledger, tmp_path, MemoryTransport(), pulse=timedelta(seconds=0.05)):
            await until(lambda: ledger.rows(f"{heartbeat} WHERE heartbeat_at > started_at"))
            with ledger.engine.connect() as importing:
                (before,) = importing.execute(text(heartbeat)).one()
                await asyncio.sleep(0.5)
                released = datetime.now(UTC)
            await until(lambda: ledger.rows(heartbeat)[0][0] != before)
            assert ledger.rows(heartbeat)[0][0] >= to_microseconds(released)

    run(scenario)


def test_a_restarted_worker_takes_over_at_once(ledger: Ledger, tmp_path: Path) -> None:
    """Its former self died with one mail merely claimed and one being sent, a second ago."""
    ledger.add_many(2)
    with WorkerLock(tmp_path, "one") as lock:
        ledger.execute(
            "INSERT INTO worker_lease (id, name, place, started_at, heartbeat_at)"
            " VALUES ('w', 'one', :place, :at, :at)",
            place=lock.place,
            at=int(datetime.now(UTC).timestamp() * 1_000_000),
        )
    ledger.execute("UPDATE message SET worker_id = 'w', fence = 1")
    ledger.execute("UPDATE message SET state = 'sending' WHERE id = 'm00002'")
    ledger.execute("INSERT INTO attempt (message_id, number, relay, started_at) VALUES ('m00002', 1, 'relay1', 0)")

    async def scenario() -> None:
        transport = MemoryTransport()
        started = time.monotonic()
        async with working(ledger, tmp_path, transport):
            await until(lambda: len(transport.mails) == 2)
            assert time.monotonic() - started < 5

    run(scenario)
    assert [row.outcome for row in ledger.attempts("m00002")] == ["unknown", "sent"]
    assert [row.outcome for row in ledger.attempts("m00001")] == ["sent"]


def test_a_name_is_taken_once(tmp_path: Path) -> None:
    with WorkerLock(tmp_path, "one") as first, WorkerLock(tmp_path, "two"):
        with pytest.raises(NameTakenError, match="another --name"), WorkerLock(tmp_path, "one"):
            pass
        assert "worker-one.lock" in first.place
    with WorkerLock(tmp_path, "one"):
        pass
    with pytest.raises(ValueError, match="not a worker's name"):
        WorkerLock(tmp_path, "../one")


def test_the_outbox_holds_whole_files_once(ledger: Ledger, tmp_path: Path) -> None:
    ledger.add_many(20)
    folder = tmp_path / "outbox"

    async def scenario() -> None:
        async with working(ledger, tmp_path, OutboxTransport(folder)):
            await until(lambda: ledger.states() == {"sent": 20})
            ledger.execute("UPDATE message SET state = 'queued' WHERE id = 'm00001'")
            await until(lambda: ledger.states() == {"sent": 20})

    run(scenario)
    names = sorted(path.name for path in folder.iterdir())
    assert len(names) == 20
    assert names[0] == f"{ledger.clock:%Y%m%dT%H%M%SZ}-m00001.eml"
    content = (folder / names[0]).read_bytes()
    assert content.startswith(b"Return-Path: <bounce+m00001@badgepost.example>\r\nMessage-ID: <")
    assert content.endswith(b"\r\nhello\r\n")


def test_an_outbox_that_cannot_be_written_holds_the_queue(ledger: Ledger, tmp_path: Path) -> None:
    ledger.add_many(3)
    transport = OutboxTransport(tmp_path / "outbox")
    (tmp_path / "outbox").rmdir()

    async def scenario() -> None:
        async with working(ledger, tmp_path, transport):
            await until(lambda: ledger.rows("SELECT 1 FROM attempt WHERE outcome = 'held'"))

    run(scenario)
    assert ledger.states() == {"queued": 3}
    assert all(row.attempts == 0 for row in ledger.rows("SELECT attempts FROM message"))


def test_a_limited_domain_does_not_hold_up_the_others(ledger: Ledger, tmp_path: Path) -> None:
    ledger.add_many(300)
    ledger.add_many(20, batch_id="other", rcpt_to="robin@south.example", due_at=ledger.later(seconds=0.5))

    async def scenario() -> None:
        async with ScriptedRelay(pace=0.02) as relay:
            limits = {"north.example": Limit(concurrency=1)}
            async with working(ledger, tmp_path, smtp_to(relay, connections=4), domain_limits=limits):
                await until(lambda: sum(mail.rcpt_to.endswith("south.example") for mail in relay.accepted) == 20)
                assert len(relay.accepted) < 150

    run(scenario)


def test_a_clock_set_forward_makes_nobody_dead(ledger: Ledger, tmp_path: Path) -> None:
    ahead = timedelta(0)
    heartbeats = "SELECT heartbeat_at FROM worker_lease WHERE name = 'one'"

    async def scenario() -> None:
        nonlocal ahead
        changes = {"clock": lambda: datetime.now(UTC) + ahead, "pulse": timedelta(seconds=0.05)}
        async with working(ledger, tmp_path, MemoryTransport(), **changes):
            await until(lambda: ledger.rows(heartbeats))
            with ledger.engine.begin() as connection:
                register(connection, "sibling", "two", "here", datetime.now(UTC))
            ahead = timedelta(minutes=2)
            for _ in range(3):
                [(last,)] = ledger.rows(heartbeats)
                await until(lambda last=last: ledger.rows(heartbeats)[0][0] > last)

    run(scenario)
    assert ledger.rows("SELECT 1 FROM worker_lease WHERE id = 'sibling'")


def test_a_worker_sweeps_on_while_there_is_more(ledger: Ledger, tmp_path: Path) -> None:
    ledger.add_many(2500)
    with ledger.engine.begin() as connection:
        stop_batch(connection, "batch")

    async def scenario() -> None:
        async with working(ledger, tmp_path, MemoryTransport(), pulse=timedelta(seconds=0.05)):
            await until(lambda: ledger.states() == {"cancelled": 2500})

    run(scenario)
