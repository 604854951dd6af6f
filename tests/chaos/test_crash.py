"""Workers are killed with SIGKILL at random points while a relay refuses, stalls and hangs up: nothing is lost, and
nothing is repeated but what was in doubt.

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

from tests.chaos.account import check_every_mail, find_not_final
from tests.chaos.processes import Crew, running_relay
from tests.mailer.ledgers import Ledger, open_ledger

KILLS = int(os.environ.get("BADGEPOST_CHAOS_KILLS", "7"))
SEED = int(os.environ.get("BADGEPOST_CHAOS_SEED", str(random.SystemRandom().randrange(1_000_000))))
WAVE = 60
"""Messages put in before each kill, so that there is always something under way."""


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "ledger.db") as ledger:
        ledger.clock = datetime.now(UTC) - timedelta(seconds=1)
        yield ledger


@pytest.mark.timeout(120 + 6 * KILLS)
def test_nothing_is_lost_and_only_doubts_are_repeated(
    ledger: Ledger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(SEED)
    record = tmp_path / "copies"
    record.touch()
    with running_relay(record, SEED) as port:
        crew = Crew(ledger.engine.url.render_as_string(hide_password=False), tmp_path, port)
        try:
            _run(crew, ledger, chance)
        finally:
            crew.end()
    copies = Counter(record.read_text().splitlines())
    report = _report(ledger, crew.kills, copies)
    with capsys.disabled():
        print(f"\nchaos seed {SEED}: {report}")
    check_every_mail(ledger, copies)


def _run(crew: Crew, ledger: Ledger, chance: random.Random) -> None:
    names = ["one", "two"]
    _enqueue(ledger)
    for name in names:
        crew.start(name)
    while crew.kills < KILLS:
        _enqueue(ledger)
        time.sleep(chance.uniform(0.0, 0.6))
        victims = names if chance.random() < 0.2 else [chance.choice(names)]
        for name in victims:
            crew.kill(name)
        for name in victims:
            crew.start(name)
    deadline = time.monotonic() + 60
    while (open_states := find_not_final(ledger)) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not open_states, f"not final after a minute: {open_states}"
    for name in names:
        assert crew.drain(name) == 0


def _enqueue(ledger: Ledger) -> None:
    """Put in a wave; one recipient of it does not exist."""
    ledger.add_many(WAVE - 1)
    ledger.add(f"gone{ledger.counter}@north.example")


def _report(ledger: Ledger, kills: int, copies: Counter[str]) -> str:
    unknown = ledger.rows("SELECT COUNT(*) AS n FROM attempt WHERE outcome = 'unknown'")[0].n
    attempts = ledger.rows("SELECT COUNT(*) AS n FROM attempt")[0].n
    repeated = sum(count - 1 for count in copies.values())
    sent = [row.rcpt_to for row in ledger.rows("SELECT rcpt_to FROM message WHERE state = 'sent'")]
    lost = sum(copies[address] == 0 for address in sent)
    states = ", ".join(f"{number} {state}" for state, number in sorted(ledger.states().items()))
    return (
        f"{ledger.counter} messages, {kills} kills, {attempts} attempts, {sum(copies.values())} copies taken, "
        f"{unknown} times unknown, {repeated} second copies, {lost} lost: {states}"
    )
