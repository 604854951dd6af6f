"""Other people's programs hand mail to the listener: swaks as a client, Postfix as a server in front."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path

import pytest
from sqlalchemy import Engine

from badgepost.database import migrate, open_engine
from bench.peers.postfix import running_postfix
from inbound.store import MailStore
from tests.databases import database_url
from tests.inbound.arrivals import fetch
from tests.inbound.listener.running import HOST, SUPPORT, Running, running_listener

PATIENCE = 60.0
MAILS = 5


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(database_url(tmp_path / "inbound.db"))
    migrate(engine)
    yield engine
    engine.dispose()


def _swaks(port: int, *options: str, to: str = SUPPORT) -> subprocess.CompletedProcess[str]:
    program = shutil.which("swaks")
    assert program is not None
    basics = ["--server", HOST, "--port", str(port), "--from", "ada@mail.example", "--to", to]
    return subprocess.run(  # noqa: PLW1510 - a refusal is what some tests want
        [program, *basics, "--helo", "client.example", *options], capture_output=True, text=True, timeout=60
    )


def _wait_for_deliveries(engine: Engine, count: int) -> None:
    until = time.monotonic() + PATIENCE
    while fetch(engine, "SELECT count(*) FROM delivery") != [(count,)]:
        assert time.monotonic() < until, fetch(engine, "SELECT count(*) FROM delivery")
        time.sleep(0.05)


@pytest.mark.needs("swaks")
@pytest.mark.parametrize("protocol", ["smtp", "lmtp"])
def test_swaks_delivers(engine: Engine, protocol: str) -> None:
    with MailStore(engine) as store, running_listener(store.keep, protocol=protocol) as running:
        way = ["--protocol", "LMTP"] if protocol == "lmtp" else []
        ran = _swaks(running.port, *way, "--header", "Subject: locked out", "--attach", "@/dev/null")
        assert ran.returncode == 0, ran.stdout
        refused = _swaks(running.port, *way, to="nobody@badgepost.example")
        assert "550 5.1.1" in refused.stdout
    [(content,)] = fetch(engine, "SELECT content FROM raw_mail")
    assert message_from_bytes(content)["Subject"] == "locked out"


@pytest.mark.needs("postfix", "swaks")
@pytest.mark.skipif(os.geteuid() != 0, reason="postfix needs root")
@pytest.mark.parametrize("protocol", ["smtp", "lmtp"])
def test_a_postfix_in_front_delivers(engine: Engine, protocol: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    with (
        MailStore(engine) as store,
        running_listener(store.keep, protocol=protocol) as running,
        running_postfix(_open_folder(tmp_path_factory), _settings(running, protocol)) as port,
    ):
        for number in range(MAILS):
            ran = _swaks(port, "--header", f"Subject: number {number}", "--body", ".\n..dots\n" * 40)
            assert ran.returncode == 0, ran.stdout
        _wait_for_deliveries(engine, MAILS)
    stored = [message_from_bytes(content) for (content,) in fetch(engine, "SELECT content FROM raw_mail")]
    assert sorted(mail["Subject"] for mail in stored) == [f"number {number}" for number in range(MAILS)]
    assert all(mail.get_all("Received") and "..dots" in mail.get_payload() for mail in stored)
    deliveries = fetch(engine, "SELECT mail_from, rcpt_to, protocol FROM delivery")
    kind = "LMTP" if protocol == "lmtp" else "ESMTP"
    assert {(sender, *json.loads(to), how) for sender, to, how in deliveries} == {("ada@mail.example", SUPPORT, kind)}


def _settings(running: Running, protocol: str) -> str:
    """As docs/inbound.md tells operators to set it."""
    transport = f"lmtp:inet:{HOST}:{running.port}" if protocol == "lmtp" else f"smtp:[{HOST}]:{running.port}"
    return f"relay_transport = {transport}"


def _open_folder(factory: pytest.TempPathFactory) -> Path:
    """Postfix's own users must be able to enter every folder on the way."""
    folder = factory.mktemp("postfix")
    for each in (folder, *folder.parents):
        mode = each.stat().st_mode
        if not mode & 0o001:
            each.chmod(mode | 0o011)
    return folder / "postfix"
