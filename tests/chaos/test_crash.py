"""Workers, and PostgreSQL under them, are killed with SIGKILL at random points while a relay refuses, stalls and hangs
up: nothing is lost, and nothing is repeated but what was in doubt.

`BADGEPOST_CHAOS_KILLS` sets how often (`make chaos`: 60); `BADGEPOST_CHAOS_SEED` repeats a run's choices.
"""

import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from badgepost.database import migrate, open_engine
from tests.chaos.account import Figures, check_every_mail, find_not_final
from tests.chaos.house import make_chance, until
from tests.chaos.postgres import KillablePostgres, killable_postgres
from tests.chaos.processes import Crew, running_relay
from tests.mailer.ledgers import Ledger, fill_ledger, open_ledger

KILLS = int(os.environ.get("BADGEPOST_CHAOS_KILLS", "5"))
WAVE = 60
"""Messages put in before each kill, so that there is always something under way."""


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "ledger.db") as ledger:
        ledger.clock = datetime.now(UTC) - timedelta(seconds=1)
        yield ledger


@pytest.mark.timeout(300 + 30 * KILLS)
def test_nothing_is_lost_and_only_doubts_are_repeated(
    ledger: Ledger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _kill_and_check(ledger, tmp_path, capsys, None)


@pytest.mark.needs("initdb", "postgres")
@pytest.mark.timeout(300 + 30 * KILLS)
def test_nor_when_postgresql_is_killed_under_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with killable_postgres() as server:
        engine = open_engine(server.url)
        migrate(engine)
        fill_ledger(engine)
        ledger = Ledger(engine, datetime.now(UTC) - timedelta(seconds=1))
        _kill_and_check(ledger, tmp_path, capsys, server)
        engine.dispose()


def _kill_and_check(
    ledger: Ledger, folder: Path, capsys: pytest.CaptureFixture[str], server: KillablePostgres | None
) -> None:
    with capsys.disabled():
        chance = make_chance()
    record = folder / "copies"
    record.touch()
    with running_relay(record, chance.randrange(1000)) as port:
        crew = Crew(ledger.engine.url.render_as_string(hide_password=False), folder, port)
        try:
            _run(crew, ledger, chance, server)
        finally:
            crew.end()
    copies = Counter(record.read_text().splitlines())
    kills = {"worker": crew.kills, "database": server.kills if server else 0}
    with capsys.disabled():
        print(Figures.read(ledger.rows, copies, kills).row(f"workers, {ledger.engine.dialect.name}, a relay of chance"))
    check_every_mail(ledger, copies)


def _run(crew: Crew, ledger: Ledger, chance: random.Random, server: KillablePostgres | None) -> None:
    names = ["one", "two"]
    _enqueue(ledger)
    for name in names:
        crew.start(name)
    while crew.kills < KILLS:
        _enqueue(ledger)
        time.sleep(chance.uniform(0.0, 0.6))
        if server and (not server.kills or chance.random() < 0.3):
            server.kill()
            ledger.engine.dispose()
            server.start()
        victims = names if chance.random() < 0.2 else [chance.choice(names)]
        for name in victims:
            crew.kill(name)
        for name in victims:
            crew.start(name)
    until(lambda: not find_not_final(ledger), "mails are not final")
    for name in names:
        assert crew.drain(name) == 0


def _enqueue(ledger: Ledger) -> None:
    """Put in a wave; one recipient of it does not exist."""
    ledger.add_many(WAVE - 1)
    ledger.add(f"gone{ledger.counter}@north.example")
