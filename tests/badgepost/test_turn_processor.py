"""Processors on one PostgreSQL: woken by what comes in, each job's rows are its next holder's, a turn has an end."""

import asyncio
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from os import getpid, kill
from pathlib import Path
from threading import Thread

import pytest

from badgepost import turn_processor
from badgepost.jobs.readiness import QUEUE
from badgepost.jobs.running import Chore, Jobs, run_under_engine
from badgepost.turn_processor import TurnProcessor
from inbound.processing.claims import claim, give_back
from inbound.processing.room import Room
from mailer.queue.waking import Turn
from tests.inbound.processing.mail_office import MailOffice, make_mail, open_mail_office
from tests.mailer.postgresql import PROGRAMS

pytestmark = pytest.mark.needs(*PROGRAMS)
JOBS = f"SELECT id, execute_after FROM {QUEUE} WHERE entrypoint = 'process' AND status = 'queued'"


@pytest.fixture(scope="module")
def room() -> Iterator[Room]:
    with Room() as room:
        yield room


@pytest.fixture
def office(on_postgresql: None, tmp_path: Path, room: Room) -> Iterator[MailOffice]:
    office = open_mail_office(tmp_path, room)
    office.now = datetime.now(UTC)
    yield office
    office.service.engine.dispose()


def test_who_gets_a_dead_ones_job_frees_what_that_one_held_and_nobody_elses(office: MailOffice) -> None:
    for number in range(3):
        office.deliver(make_mail(message_id=f"<{number}@asee.example>"))
    with office.service.engine.begin() as connection:
        for who in ("job 7 dead", "job 77 alive", "elsewhere"):
            claimed = claim(connection, who, office.now)
            assert claimed is not None
    processor = TurnProcessor(office.tools)
    processor.take_turn("job 7")
    assert processor.outcomes.total() == 1
    held = office.rows("SELECT claimed_by FROM delivery WHERE claimed_by IS NOT NULL ORDER BY 1")
    assert [row.claimed_by for row in held] == ["elsewhere", "job 77 alive"]


def test_a_turn_that_lasts_too_long_asks_for_another_one(office: MailOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turn_processor, "LASTS", 0.0)
    office.deliver(make_mail())
    before = len(office.rows(JOBS))
    with office.service.engine.begin() as connection:
        connection.exec_driver_sql(f"DELETE FROM {QUEUE}")
    processor = TurnProcessor(office.tools)
    processor.take_turn("job 7")
    assert (before, processor.outcomes.total()) == (1, 0)
    assert office.rows(JOBS)


def test_what_waits_is_asked_for_at_its_time(office: MailOffice) -> None:
    delivery_id = office.deliver(make_mail())
    with office.service.engine.begin() as connection:
        connection.exec_driver_sql(f"DELETE FROM {QUEUE}")
        assert claim(connection, "somebody", office.now) is not None
        give_back(connection, delivery_id, "somebody", office.now + timedelta(minutes=3), counts=False)
    [job] = office.rows(JOBS)
    assert abs((job.execute_after - office.now).total_seconds() - 180) < 1


def test_mail_that_comes_in_wakes_a_processor_at_once_and_a_signal_ends_it(office: MailOffice) -> None:
    processor = TurnProcessor(office.tools)
    waits: list[float] = []

    def deliver() -> None:
        for number in range(3):
            time.sleep(0.5)
            began = time.monotonic()
            office.deliver(make_mail(message_id=f"<{number}@asee.example>"))
            while processor.outcomes.total() <= number and time.monotonic() < began + 20:
                time.sleep(0.01)
            waits.append(time.monotonic() - began)
        kill(getpid(), signal.SIGTERM)

    async def run() -> None:
        async def take_turn(job: str) -> None:
            await asyncio.to_thread(processor.take_turn, job)

        stopped = asyncio.Event()
        chores: list[Chore] = []
        jobs = Jobs(office.service.engine, Turn.PROCESS, take_turn, chores)
        thread = Thread(target=deliver)
        thread.start()
        await asyncio.wait_for(run_under_engine(jobs, stopped.wait(), lambda: (processor.stop(), stopped.set())), 60)
        thread.join()

    asyncio.run(run())
    assert processor.outcomes.total() == 3
    assert sorted(waits)[1] < 2, waits  # with reading and acting; the first may come before it listens
