"""Processors are killed with SIGKILL at random points while mail comes in: no mail is lost, none is dealt with twice.

`BADGEPOST_CHAOS_KILLS` sets how often (`make chaos`: 60); `BADGEPOST_CHAOS_SEED` repeats a run's choices.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from inbound.processing.room import Room
from tests.chaos.processes import ROOT
from tests.inbound.processing.mail_office import DANA, MailOffice, make_mail, open_mail_office

KILLS = int(os.environ.get("BADGEPOST_CHAOS_KILLS", "4"))
SEED = int(os.environ.get("BADGEPOST_CHAOS_SEED", str(random.SystemRandom().randrange(1_000_000))))
WAVE = 40
"""Mails that come in before each kill; every fifth comes twice."""
BODIES = (
    "Please unlock the account of Jane Smith (j.smith@corp.example).\n",
    "Please change the name of Priya Natarajan (priya.n@mail.example). Thanks, Dana\n",
    "How do I add the badge to LinkedIn?\n",
    "Please send the issuance mail of Priya Natarajan (priya.n@mail.example) again.\n",
)


@dataclass
class Processors:
    """Processes that deal with mail, by name."""

    folder: Path
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    kills: int = 0

    def start(self, name: str) -> None:
        command = [sys.executable, "-m", "badgepost", "process", "--name", name]
        environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
        log = (self.folder / "log").open("ab")
        self.running[name] = subprocess.Popen(command, cwd=self.folder, env=environment, stdout=log, stderr=log)
        log.close()

    def kill(self, name: str) -> None:
        process = self.running.pop(name)
        process.kill()
        process.wait()
        self.kills += 1

    def drain(self) -> list[int]:
        for process in self.running.values():
            process.terminate()
        return [process.wait(60) for process in self.running.values()]

    def end(self) -> None:
        for process in self.running.values():
            process.kill()
            process.wait()


@pytest.mark.timeout(180 + 8 * KILLS)
def test_no_mail_is_lost_and_none_is_dealt_with_twice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chance = random.Random(SEED)
    with Room() as room:
        office = open_mail_office(tmp_path, room)
    settings = office.service.settings
    config = {
        "authserv_id": settings.authserv_id,
        "database_url": settings.url_of_database(),
        "data_dir": str(tmp_path),
    }
    lines = [f"{name} = {json.dumps(value)}\n" for name, value in config.items()]
    (tmp_path / "badgepost.toml").write_text("".join(lines))
    processors = Processors(tmp_path)
    try:
        sent = _run(processors, office, chance)
        _await_end(office)
        # One that is told to end before it has its handlers just ends: it has nothing in hand.
        assert set(processors.drain()) <= {0, -signal.SIGTERM}
    finally:
        processors.end()
    with capsys.disabled():
        states = Counter(row.state for row in office.rows("SELECT state FROM delivery"))
        print(f"\nchaos seed {SEED}: {sent} deliveries, {processors.kills} kills: {dict(states)}")
    _check(office, sent)
    office.service.engine.dispose()


def _run(processors: Processors, office: MailOffice, chance: random.Random) -> int:
    sent = _deliver_wave(office, 0)
    for name in ("one", "two"):
        processors.start(name)
    for wave in range(1, KILLS + 1):
        sent += _deliver_wave(office, wave)
        time.sleep(chance.uniform(0.8, 3.0))
        name = chance.choice(["one", "two"])
        processors.kill(name)
        processors.start(name)
    return sent


def _deliver_wave(office: MailOffice, wave: int) -> int:
    sent = 0
    for number in range(WAVE):
        content = make_mail(BODIES[number % len(BODIES)], message_id=f"<{wave}.{number}@asee.example>")
        for _ in range(2 if number % 5 == 0 else 1):
            office.deliver(content, DANA)
            sent += 1
    return sent


def _await_end(office: MailOffice) -> None:
    deadline = time.monotonic() + 120
    while waiting := office.value("SELECT COUNT(*) FROM delivery WHERE state = 'received'"):
        assert time.monotonic() < deadline, f"{waiting} deliveries are still waiting"
        time.sleep(0.3)


def _check(office: MailOffice, sent: int) -> None:
    assert office.value("SELECT COUNT(*) FROM delivery") == sent
    assert office.value("SELECT COUNT(*) FROM delivery WHERE claimed_by IS NOT NULL") == 0
    done = office.value("SELECT COUNT(*) FROM delivery WHERE state = 'done'")
    assert office.value("SELECT COUNT(*) FROM decision") == done
    repeated = office.value("SELECT COUNT(*) FROM decision WHERE outcome = 'drop'")
    mails = office.value("SELECT COUNT(*) FROM raw_mail")
    assert sent - repeated == mails, "each mail is dealt with once, each repeat dropped"
    tickets = office.rows("SELECT raw_mail_id, COUNT(*) AS n FROM ticket_entry WHERE kind = 'mail_in' GROUP BY 1")
    assert len(tickets) == mails, "every mail stands on a ticket"
    assert {row.n for row in tickets} == {1}, "and on one only"
    answers = office.rows("SELECT idempotency_key FROM message WHERE idempotency_key LIKE 'answer/%'")
    assert len(answers) == len(set(answers)) <= mails
