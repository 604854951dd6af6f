"""The clock is set an hour or a day forth or back while mail goes out, for one of two workers or for both: nothing is
lost, nothing is sent twice but what was in doubt, and what a dead worker held is not kept for a day.

Workers whose clocks are that far apart take each other for dead, again and again; docs/delivery.md says that they must
agree.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from badgepost.worker import Work, Worker
from badgepost.worker_lock import WorkerLock
from mailer.delivery.relay import Relay, Timeouts
from mailer.delivery.smtp import SmtpTransport
from mailer.queue.claiming import claim
from mailer.queue.leases import find_dead, register
from mailer.queue.settling import Policy
from mailer.retry import RetryPolicy
from tests.chaos.account import Figures, check_every_mail, find_not_final
from tests.mailer.delivery.scripted_relay import ScriptedRelay
from tests.mailer.ledgers import Ledger, TinyMaker, open_ledger

MAILS = 60
PULSE, PATIENCE = timedelta(seconds=0.2), timedelta(seconds=2)
STEPS = [timedelta(hours=1), timedelta(days=-1)]
if "BADGEPOST_CHAOS_KILLS" in os.environ:
    STEPS += [timedelta(hours=-1), timedelta(days=1)]


@dataclass
class Clock:
    """The machine's clock, set by `shift`."""

    shift: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.shift


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "ledger.db") as ledger:
        ledger.clock = datetime.now(UTC) - timedelta(hours=25)
        yield ledger


@pytest.mark.timeout(300)
@pytest.mark.parametrize("whose", ["of one", "of both"])
@pytest.mark.parametrize("step", STEPS, ids=str)
def test_a_clock_that_is_set(
    ledger: Ledger, tmp_path: Path, capsys: pytest.CaptureFixture[str], step: timedelta, whose: str
) -> None:
    clocks = [Clock(), Clock()]
    ledger.add_many(MAILS)
    relay = asyncio.run(_deliver(ledger, tmp_path, clocks, clocks[: 2 if whose == "of both" else 1], step))
    copies = Counter(message.rcpt_to for message in relay.accepted)
    with capsys.disabled():
        print(Figures.read(ledger.rows, copies, {}).row(f"the clock {whose} is set by {step}"))
    check_every_mail(ledger, copies)


async def _deliver(
    ledger: Ledger, folder: Path, clocks: list[Clock], to_set: list[Clock], step: timedelta
) -> ScriptedRelay:
    relay = ScriptedRelay(pace=0.02)
    async with relay:
        workers = [_make_worker(ledger, folder, relay.port, clock, number) for number, clock in enumerate(clocks)]
        running = [asyncio.create_task(worker.run()) for worker in workers]
        async with asyncio.timeout(120):
            while len(relay.accepted) < MAILS // 4:
                await asyncio.sleep(0.02)
            for clock in to_set:
                clock.shift = step
            while find_not_final(ledger):
                assert not any(task.done() for task in running)
                await asyncio.sleep(0.1)
        for worker in workers:
            worker.stop()
        await asyncio.gather(*running)
    return relay


def _make_worker(ledger: Ledger, folder: Path, port: int, clock: Clock, number: int) -> Worker:
    hop = Relay("relay", "127.0.0.1", port, "none", connections=2)
    lock = WorkerLock(folder, f"w{number}")
    lock.__enter__()
    work = Work(
        engine=ledger.engine,
        maker=TinyMaker(),
        transport=SmtpTransport([hop], "client.example", Timeouts(connect=20, command=20, reply=20, idle=1)),
        policy=Policy(RetryPolicy(first=timedelta(seconds=0.1), factor=1.2, longest=timedelta(seconds=0.3))),
        clock=clock,
        pulse=PULSE,
        patience=PATIENCE,
    )
    return Worker(work, lock)


@pytest.mark.parametrize("ahead", [timedelta(hours=2), timedelta(days=1)], ids=str)
def test_what_a_dead_worker_holds_is_not_kept_until_its_future_comes(ledger: Ledger, ahead: timedelta) -> None:
    ledger.add_many(3)
    now = datetime.now(UTC)
    with ledger.engine.begin() as connection:
        register(connection, "dead", "one", "here", now + ahead)
        register(connection, "alive", "two", "there", now + timedelta(seconds=20))
        assert len(claim(connection, "dead", 3, now).messages) == 3
        assert find_dead(connection, now) == ["dead"]
