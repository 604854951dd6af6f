"""Workers on one PostgreSQL as on several machines: woken at once, one dies, one freezes, the database goes away."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from badgepost.jobs.asking import let_transactions_ask
from badgepost.jobs.driver import BREATH, LastingDriver
from badgepost.jobs.readiness import QUEUE, make_ready
from badgepost.jobs.running import Chore, Jobs, Patience, run_under_engine
from badgepost.jobs.tables import tell_conninfo
from badgepost.turn_worker import TurnWorker, run_turn_worker
from badgepost.worker import Work
from badgepost.worker_lock import WorkerLock
from mailer.delivery.memory import MemoryTransport
from mailer.delivery.outcomes import Deferred, Outcome, Phase, Sent
from mailer.instance.pulses import Process, beat
from mailer.queue.leases import register
from mailer.queue.overview import list_workers
from mailer.queue.waking import Turn
from tests.badgepost.machine import PATIENCE
from tests.chaos.account import check_every_mail, find_not_final
from tests.chaos.processes import Crew, running_relay
from tests.mailer.ledgers import Ledger, TinyMaker, open_ledger
from tests.mailer.postgresql import PROGRAMS

pytestmark = [pytest.mark.needs(*PROGRAMS), pytest.mark.usefixtures("on_postgresql")]

MAILS = 600


@pytest.fixture
def ledger(on_postgresql: None, tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "ledger.db") as ledger:
        ledger.clock = datetime.now(UTC) - timedelta(seconds=1)
        make_ready(ledger.engine)
        let_transactions_ask(ledger.engine)
        yield ledger


@asynccontextmanager
async def working(ledger: Ledger, folder: Path, transport: MemoryTransport, name: str = "one") -> AsyncIterator[None]:
    """Run a worker under the engine; at the end stop it and wait for it."""
    with WorkerLock(folder, name) as lock:
        worker = TurnWorker(Work(ledger.engine, TinyMaker(), transport), lock)
        jobs = Jobs(ledger.engine, Turn.DELIVER, worker.take_turn, [], Patience())
        task = asyncio.create_task(run_under_engine(jobs, worker.run(), worker.stop))
        try:
            yield
        finally:
            worker.stop()
            await asyncio.wait_for(task, 20)


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.01)


def run(scenario: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(60):
            await scenario()

    asyncio.run(bounded())


def wait_for(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + 40
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


@pytest.mark.timeout(150)
def test_one_is_killed_one_freezes_and_wakes_and_nothing_is_lost_or_repeated(ledger: Ledger, tmp_path: Path) -> None:
    record = tmp_path / "copies"
    record.touch()
    url = ledger.engine.url.render_as_string(hide_password=False)
    with running_relay(record, seed=1, calm=True) as port:
        crew = Crew(url, tmp_path, port, child="tests.badgepost.machine")
        try:
            for name in ("one", "two", "three"):
                crew.start(name)
            ledger.add_many(MAILS)
            wait_for(lambda: len(holders(ledger)) == 3, "all three have a turn")
            wait_for(lambda: ledger.states()["sent"] >= 20, "they deliver")
            crew.freeze("one")
            crew.kill("two")
            wait_for(lambda: not find_not_final(ledger), "the third takes over and brings all to an end")
            wait_for(lambda: not ledger.rows("SELECT 1 FROM worker_lease"), "and ends its turn")
            crew.thaw("one")
            ledger.add(batch_id=None)
            wait_for(lambda: not find_not_final(ledger), "what comes later is delivered, too")
            assert [crew.drain("one"), crew.drain("three")] == [0, 0]
        finally:
            crew.end()
    check_every_mail(ledger, Counter(record.read_text().splitlines()))


def holders(ledger: Ledger) -> list[str]:
    return [row.worker_id for row in ledger.rows("SELECT DISTINCT worker_id FROM message WHERE worker_id IS NOT NULL")]


def test_an_idle_worker_is_woken_in_less_than_a_second(ledger: Ledger, tmp_path: Path) -> None:
    async def scenario() -> None:
        transport = MemoryTransport()
        async with working(ledger, tmp_path, transport):
            waits = []
            for number in range(4):
                await asyncio.sleep(0.4)
                started = time.monotonic()
                await asyncio.to_thread(ledger.add, batch_id=None)
                await until(lambda number=number: len(transport.mails) == number + 1)
                waits.append(time.monotonic() - started)
            assert sorted(waits)[1] < 1, waits  # the first may come before the worker listens

    run(scenario)


def test_between_turns_nobody_holds_or_asks_for_anything(ledger: Ledger, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with working(ledger, tmp_path, MemoryTransport()):
            await asyncio.to_thread(ledger.add_many, 300)
            await until(lambda: ledger.states() == {"sent": 300})
            await until(lambda: not ledger.rows(f"SELECT 1 FROM {QUEUE}"))
            assert not ledger.rows("SELECT 1 FROM worker_lease")

    run(scenario)


def test_many_changes_are_heard_of_a_few_times_and_the_last_one_too(ledger: Ledger) -> None:
    heard: list[float] = []

    async def scenario() -> None:
        driver = LastingDriver(tell_conninfo(ledger.engine))
        async with driver:
            await driver.add_listener("changes", lambda payload: heard.append(time.monotonic()))
            for _ in range(60):
                await driver.notify("changes", '{"type": "table_changed_event"}')
            last = time.monotonic()
            await until(lambda: heard and heard[-1] >= last)
            before = len(heard)
            for _ in range(5):
                await driver.notify("changes", '{"type": "health_check_event"}')
            await until(lambda: len(heard) == before + 5)
        await driver.close()
        assert before <= 2 + (heard[before - 1] - heard[0]) / BREATH

    run(scenario)


def test_a_worker_between_turns_is_seen_to_live(ledger: Ledger) -> None:
    now = ledger.clock
    one = Process("worker", "one", "here", "/var/badgepost", "0.1.0", now)
    with ledger.engine.begin() as connection:
        beat(connection, one, now)
        beat(connection, replace(one, kind="processor", name="two"), now)
        assert [(line.name, line.heartbeat_at) for line in list_workers(connection)] == [("one", now)]
        register(connection, "lease", "one", "job 7", now)
        assert [(line.name, line.place) for line in list_workers(connection)] == [("one", "job 7")]


def test_a_deferred_mail_is_tried_again_at_its_time(ledger: Ledger, tmp_path: Path) -> None:
    answers: Iterator[Outcome] = iter([Deferred(Phase.RCPT, "450 busy"), Sent("kept")])

    async def scenario() -> None:
        async with working(ledger, tmp_path, MemoryTransport(lambda _: next(answers))):
            await asyncio.to_thread(ledger.add)
            await until(lambda: ledger.states() == {"deferred": 1})
            later = f"SELECT execute_after FROM {QUEUE} WHERE status = 'queued'"
            await until(lambda: ledger.rows(later))
            [job] = ledger.rows(later)
            [message] = ledger.rows("SELECT due_at FROM message")
            assert abs(job.execute_after.timestamp() - message.due_at / 1e6) < 0.01
            ledger.execute("UPDATE message SET due_at = 0")
            ledger.execute(f"UPDATE {QUEUE} SET execute_after = now()")
            await until(lambda: ledger.states() == {"sent": 1})

    run(scenario)


def test_the_database_goes_away_and_comes_back(ledger: Ledger, tmp_path: Path) -> None:
    end_all = text("""
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
    """)

    async def scenario() -> None:
        transport = MemoryTransport()
        async with working(ledger, tmp_path, transport):
            await asyncio.to_thread(ledger.add)
            await until(lambda: len(transport.mails) == 1)
            for number in (2, 3):
                with ledger.engine.connect() as connection:
                    connection.execute(end_all)
                await asyncio.to_thread(ledger.add, batch_id=None)
                await until(lambda number=number: len(transport.mails) == number)

    run(scenario)


def test_what_a_stopped_worker_leaves_is_another_ones_at_once(ledger: Ledger, tmp_path: Path) -> None:
    slow, quick = MemoryTransport(lambda _: (time.sleep(0.02), Sent("kept"))[1]), MemoryTransport()

    async def scenario() -> None:
        async with working(ledger, tmp_path, slow):
            await asyncio.to_thread(ledger.add_many, 150)
            await until(lambda: ledger.states()["sent"] >= 5)
        assert ledger.states()["queued"] > 0
        assert not ledger.rows("SELECT 1 FROM message WHERE worker_id IS NOT NULL")
        async with working(ledger, tmp_path, quick, "two"):
            await until(lambda: ledger.states() == {"sent": 150})

    run(scenario)


def test_what_is_due_and_was_never_asked_for_is_found_by_the_look_of_each_minute(
    ledger: Ledger, tmp_path: Path
) -> None:
    async def scenario() -> None:
        transport = MemoryTransport()
        ledger.add()
        ledger.execute(f"DELETE FROM {QUEUE}")
        with WorkerLock(tmp_path, "one") as lock:
            worker = TurnWorker(Work(ledger.engine, TinyMaker(), transport), lock)
            chores = [Chore("look", "* * * * * *", worker.look)]
            jobs = Jobs(ledger.engine, Turn.DELIVER, worker.take_turn, chores, PATIENCE)
            task = asyncio.create_task(run_under_engine(jobs, worker.run(), worker.stop))
            await until(lambda: len(transport.mails) == 1)
            worker.stop()
            await asyncio.wait_for(task, 20)

    run(scenario)


def test_a_worker_that_cannot_go_on_ends_with_its_fault(ledger: Ledger, tmp_path: Path) -> None:
    class Broken(TinyMaker):
        def compose(self, message: Any, now: datetime) -> Any:
            raise OSError("no such disk")

    ledger.add()
    with WorkerLock(tmp_path, "one") as lock:
        worker = TurnWorker(Work(ledger.engine, Broken(), MemoryTransport()), lock)
        with pytest.raises(OSError, match="no such disk"):
            asyncio.run(asyncio.wait_for(run_turn_worker(ledger.engine, worker), 30))
    assert ledger.states() == {"queued": 1}
