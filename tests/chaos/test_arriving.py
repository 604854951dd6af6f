"""Listener and processors are killed with SIGKILL while clients deliver: what was acknowledged is answered, and once.

`BADGEPOST_CHAOS_KILLS` sets how often (`make chaos`: 60), `BADGEPOST_CHAOS_MAILS` how many mails are acknowledged at
least (`make chaos`: 20,000); `BADGEPOST_CHAOS_SEED` repeats a run's choices. A client that gets no 250 sends again,
as every mail server does: such a mail may come twice, and must not be answered twice.
"""

import json
import os
import random
import signal
import smtplib
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import Engine

from badgepost.database import migrate, open_engine
from tests.chaos.processes import ROOT
from tests.inbound.arrivals import fetch

KILLS = int(os.environ.get("BADGEPOST_CHAOS_KILLS", "3"))
MAILS = int(os.environ.get("BADGEPOST_CHAOS_MAILS", "90"))
SEED = int(os.environ.get("BADGEPOST_CHAOS_SEED", str(random.SystemRandom().randrange(1_000_000))))
CLIENTS = 8
SUPPORT = "support@badgepost.example"
NAMES = ("listener", "one", "two")
COMMANDS = {"listener": ["listen"], "one": ["process", "--name", "one"], "two": ["process", "--name", "two"]}
TEXT = "How do I add the badge to my LinkedIn profile?\n"
PATIENCE = 120.0


class House:
    """The listener and two processors, on one database."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.kills = Counter[str]()
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        config = {
            "authserv_id": "mx.badgepost.example",
            "database_url": f"sqlite:///{folder / 'badgepost.db'}",
            "data_dir": str(folder),
            "listener.port": port,
            "listener.limits.connections_per_address": 0,
        }
        lines = [f"{name} = {json.dumps(value)}\n" for name, value in config.items()]
        (folder / "badgepost.toml").write_text("".join(lines))

    def start(self, name: str) -> None:
        command = [sys.executable, "-m", "badgepost", *COMMANDS[name]]
        environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
        with (self.folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(command, cwd=self.folder, env=environment, stdout=log, stderr=log)

    def kill(self, name: str) -> None:
        process = self._running.pop(name)
        process.kill()
        process.wait()
        self.kills[name] += 1

    def check_that_all_run(self) -> None:
        ended = [name for name, process in self._running.items() if process.poll() is not None]
        assert not ended, {name: (self.folder / f"{name}.log").read_text()[-500:] for name in ended}

    def drain(self) -> list[int]:
        for process in self._running.values():
            process.terminate()
        return [process.wait(60) for process in self._running.values()]

    def end(self) -> None:
        for process in self._running.values():
            process.kill()
            process.wait()


class Clients:
    """Threads that deliver mail after mail and remember what was acknowledged."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._enough = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._deliver, args=(number,)) for number in range(CLIENTS)]
        self.acknowledged: set[str] = set()
        self.sent_again = 0

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._enough.set()
        for thread in self._threads:
            thread.join(PATIENCE)
            assert not thread.is_alive()

    def _deliver(self, client: int) -> None:
        number = 0
        while not self._enough.is_set():
            key = f"{client}.{number}"
            if self._send(key):
                number += 1
                with self._lock:
                    self.acknowledged.add(key)
            else:
                with self._lock:
                    self.sent_again += 1
                self._enough.wait(0.1)

    def _send(self, key: str) -> bool:
        sender = f"writer-{key}@mail.example"
        header = f"From: {sender}\nTo: {SUPPORT}\nSubject: LinkedIn\nMessage-ID: <{key}@mail.example>\n\n"
        try:
            with smtplib.SMTP("127.0.0.1", self._port, "client.example", timeout=30) as connection:
                connection.sendmail(sender, [SUPPORT], header + TEXT)
        except (OSError, smtplib.SMTPException):
            return False
        return True


@pytest.mark.timeout(180 + 10 * KILLS + MAILS // 10)
def test_what_was_acknowledged_is_dealt_with_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chance = random.Random(SEED)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    house, clients = House(tmp_path, port), Clients(port)
    engine = open_engine(f"sqlite:///{tmp_path / 'badgepost.db'}")
    migrate(engine)
    try:
        for name in NAMES:
            house.start(name)
        clients.start()
        _kill_often(house, clients, chance)
        clients.stop()
        _await_end(engine)
        # One that is told to end before it has its handlers just ends: it has nothing in hand.
        assert set(house.drain()) <= {0, -signal.SIGTERM}
    finally:
        clients.stop()
        house.end()
    with capsys.disabled():
        killed = ", ".join(f"{name} {house.kills[name]}" for name in NAMES)
        print(
            f"\nchaos seed {SEED}: {len(clients.acknowledged)} mails acknowledged, {clients.sent_again} tries without"
        )
        print(f"an answer; SIGKILLs: {killed}; {_count(engine, 'delivery')} deliveries")
    _check(engine, clients.acknowledged)
    engine.dispose()


def _kill_often(house: House, clients: Clients, chance: random.Random) -> None:
    """Kill one after the other, each after a share of the mails has been acknowledged."""
    for kill in range(1, KILLS + 1):
        wanted, deadline = MAILS * kill // KILLS, time.monotonic() + PATIENCE
        while len(clients.acknowledged) < wanted:
            assert time.monotonic() < deadline, f"{len(clients.acknowledged)} of {wanted} were acknowledged"
            house.check_that_all_run()
            time.sleep(0.02)
        time.sleep(chance.uniform(0.0, 0.5))
        name = chance.choice(NAMES)
        house.kill(name)
        house.start(name)


def _await_end(engine: Engine) -> None:
    deadline = time.monotonic() + PATIENCE + MAILS / 20
    while waiting := fetch(engine, "SELECT COUNT(*) FROM delivery WHERE state = 'received'")[0][0]:
        assert time.monotonic() < deadline, f"{waiting} deliveries are still waiting"
        time.sleep(0.3)


def _count(engine: Engine, table: str) -> int:
    return int(fetch(engine, f"SELECT COUNT(*) FROM {table}")[0][0])


def _check(engine: Engine, acknowledged: set[str]) -> None:
    contents = [content for (content,) in fetch(engine, "SELECT content FROM raw_mail")]
    stored = {content.partition(b"Message-ID: <")[2].partition(b"@")[0].decode() for content in contents}
    assert len(acknowledged) >= MAILS
    assert acknowledged <= stored, f"lost: {sorted(acknowledged - stored)}"
    assert len(stored) == len(contents), "a mail that came twice is one mail"
    answered = [json.loads(facts)["in_reply_to"] for (facts,) in fetch(engine, "SELECT facts FROM message")]
    assert Counter(answered).most_common(1)[0][1] == 1, "somebody was answered twice"
    # A mail under whose reading two processes died is put before a person instead.
    shelved = fetch(engine, "SELECT COUNT(*) FROM delivery WHERE state = 'shelved'")[0][0]
    assert shelved <= KILLS
    assert len(answered) + shelved == len(stored), "everybody was answered, or is a person's"
    assert fetch(engine, "PRAGMA integrity_check") == [("ok",)]
