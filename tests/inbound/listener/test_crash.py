"""A listener that is killed, or whose disk is full: whatever it has acknowledged is in the database."""

import os
import signal
import smtplib
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import event

from badgepost.database import migrate, open_engine
from inbound.store import MailStore
from tests.databases import filled_database
from tests.inbound.arrivals import fetch
from tests.inbound.listener.running import HOST, SUPPORT, Client, running_listener

ROOT = Path(__file__).resolve().parents[3]
CLIENTS = 8
ACKNOWLEDGED_BEFORE_KILL = 120
BODY = "Please look at my badge.\r\n" * 100
LARGE = b"Subject: hello\r\n\r\n" + b"Please look at my badge.\r\n" * 10_000


def _start(url: str) -> tuple[subprocess.Popen[bytes], int]:
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.inbound.listener.child", url], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    return child, int(child.stdout.readline())


def _send_until_it_dies(port: int, name: int, acknowledged: set[str], enough: threading.Event) -> None:
    number = 0
    try:
        with smtplib.SMTP(HOST, port, "client.example") as client:
            while True:
                number += 1
                key = f"{name}-{number}"
                client.sendmail("robin@north.example", [SUPPORT], f"Subject: {key}\r\n\r\n{BODY}")
                acknowledged.add(key)
                if len(acknowledged) >= ACKNOWLEDGED_BEFORE_KILL:
                    enough.set()
    except (OSError, smtplib.SMTPServerDisconnected):
        enough.set()


@pytest.mark.parametrize("attempt", range(3))
def test_what_was_acknowledged_is_there(attempt: int, tmp_path: Path) -> None:
    url = filled_database(tmp_path / "inbound.db", migrate)
    engine = open_engine(url)
    child, port = _start(url)
    acknowledged: set[str] = set()
    enough = threading.Event()
    clients = [
        threading.Thread(target=_send_until_it_dies, args=(port, name, acknowledged, enough)) for name in range(CLIENTS)
    ]
    for client in clients:
        client.start()
    assert enough.wait(60)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    assert child.stdout is not None
    child.stdout.close()
    for client in clients:
        client.join()
    stored = [content.split(b"\r\n")[0].decode() for (content,) in fetch(engine, "SELECT content FROM raw_mail")]
    assert len(acknowledged) >= ACKNOWLEDGED_BEFORE_KILL
    assert acknowledged <= {subject.removeprefix("Subject: ") for subject in stored}
    assert len(set(stored)) == len(stored) <= len(acknowledged) + CLIENTS
    if engine.dialect.name == "sqlite":
        assert fetch(engine, "PRAGMA integrity_check") == [("ok",)]
    assert fetch(engine, "SELECT count(*) FROM delivery WHERE raw_mail_id IN (SELECT id FROM raw_mail)") == [
        (len(stored),)
    ]
    engine.dispose()


def test_from_the_socket_to_the_row(tmp_path: Path) -> None:
    engine = open_engine(filled_database(tmp_path / "inbound.db", migrate))
    mail = b"Message-ID: <1@north.example>\r\n\r\nbody\r\n"
    with MailStore(engine) as store, running_listener(store.keep) as running:
        for content in (mail, b"Received: by another way\r\n" + mail):
            with Client(running.port) as client:
                assert client.send_mail(content).startswith("250 2.0.0 Kept as ")
    assert fetch(engine, "SELECT content FROM raw_mail") == [(mail,)]
    assert (
        fetch(engine, "SELECT mail_from, helo_name, peer_address, protocol FROM delivery")
        == [("robin@north.example", "client.example", HOST, "ESMTP")] * 2
    )
    engine.dispose()


@pytest.mark.sqlite_only("PRAGMA max_page_count makes the disk full")
def test_a_full_disk_gives_451_and_room_gives_250(tmp_path: Path) -> None:
    engine = open_engine(filled_database(tmp_path / "inbound.db", migrate))
    pages = [1]  # fewer than there are: SQLite takes the number there are, so that it cannot grow
    event.listen(engine, "checkout", lambda raw, *_: raw.execute(f"PRAGMA max_page_count = {pages[0]}"))
    with MailStore(engine) as store, running_listener(store.keep) as running, Client(running.port) as client:
        assert client.send_mail(LARGE).startswith("451 4.3.0")
        assert client.send_mail(LARGE).startswith("451 4.3.0")
        pages[0] = 1 << 30
        assert client.send_mail(LARGE).startswith("250")
    assert fetch(engine, "SELECT content FROM raw_mail") == [(LARGE,)]
    engine.dispose()
