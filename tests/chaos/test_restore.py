"""An earlier state of the database comes back while mail goes out: taken at a random moment, brought back at another,
under a worker that stands, one that runs, or as a copy beside it. Nothing is sent a second time.
"""

import os
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.chaos.account import Figures
from tests.chaos.house import House, make_chance, until
from tests.chaos.issuing import issue
from tests.chaos.office import open_office, service_settings
from tests.chaos.processes import running_relay
from tests.inbound.processing.mail_office import MailOffice

MAILS = 120
NEWER = 5
"""Issued when an operator has said what the database is: they go out, and nothing else does."""
COMMANDS = {
    "worker": ["worker"],
    "adopt": ["instance", "adopt", "--restored"],
}
DATABASE = "badgepost.db"


@contextmanager
def sending(folder: Path, record: Path, port: int) -> Iterator[House]:
    url = f"sqlite:///{folder / DATABASE}"
    relays = [{"host": "127.0.0.1", "port": port, "tls": "none", "connections": 1}]
    house = House(folder, service_settings(folder, url, port, 0, relays=relays), COMMANDS)
    try:
        yield house
    finally:
        house.end()


def _copy_state(source: Path, target: Path) -> None:
    """As every tool does that knows SQLite; `badgepost restore` would fence it at once."""
    with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target, timeout=60)) as written:
        read.backup(written)


def _bring_back_stopped(house: House) -> House:
    """Somebody stops the service, puts yesterday's file into its place, and starts it again."""
    house.kill("worker")
    for suffix in ("-wal", "-shm"):
        (house.folder / f"{DATABASE}{suffix}").unlink(missing_ok=True)
    shutil.copy(house.folder / "earlier.db", house.folder / DATABASE)
    house.start("worker")
    return house


def _bring_back_running(house: House) -> House:
    """Somebody restores into the database that is being sent from."""
    _copy_state(house.folder / "earlier.db", house.folder / DATABASE)
    return house


def _copy_beside(house: House) -> House:
    """Somebody copies the whole data folder, as it was, to another one, and starts a worker there."""
    beside = house.folder.parent / "beside"
    shutil.copytree(house.folder, beside, ignore=shutil.ignore_patterns("*.log", f"{DATABASE}*"))
    shutil.copy(house.folder / "earlier.db", beside / DATABASE)
    settings = dict(house.settings) | {"database_url": f"sqlite:///{beside / DATABASE}", "data_dir": str(beside)}
    copied = House(beside, settings, COMMANDS)
    copied.start("worker")
    return copied


WAYS = {"stopped": _bring_back_stopped, "running": _bring_back_running, "beside": _copy_beside}


@pytest.mark.timeout(900)
@pytest.mark.parametrize("way", WAYS if "BADGEPOST_CHAOS_KILLS" in os.environ else ["any"])
def test_an_earlier_state_does_not_send_again(tmp_path: Path, capsys: pytest.CaptureFixture[str], way: str) -> None:
    with capsys.disabled():
        chance = make_chance()
    bring_back = WAYS[chance.choice(list(WAYS)) if way == "any" else way]
    folder, record = tmp_path / "service", tmp_path / "copies"
    folder.mkdir()
    record.touch()
    office = open_office(folder, f"sqlite:///{folder / DATABASE}")
    issue(office, folder, 0, MAILS)
    with running_relay(record, 1, calm=True) as port, sending(folder, record, port) as house:
        house.start("worker")
        _await_copies(house, record, chance.randrange(5, MAILS // 3))
        _copy_state(folder / DATABASE, folder / "earlier.db")
        office.service.engine.dispose()
        _await_copies(house, record, chance.randrange(MAILS // 2, MAILS))
        assert _count_open(folder / "earlier.db") > MAILS - _count(record), "it would send something again"
        restored = bring_back(house)
        try:
            _await_fence(restored)
            if restored is not house:
                _await_end(office)  # the one there was goes on
            restored.start("adopt")
            assert restored.running.pop("adopt").wait(60) == 0
            if restored is house:
                before = _count(record)
                issue(office, folder, 1, NEWER)
                _await_copies(house, record, before + NEWER)
            assert set(restored.drain().values()) == {0}
        finally:
            restored.end()
    copies = Counter(record.read_text().splitlines())
    with capsys.disabled():
        print(Figures.read(office.rows, copies, {}).row(f"an earlier state: {bring_back.__name__.strip('_')}"))
    assert max(copies.values()) == 1, f"sent again: {copies.most_common(3)}"
    office.service.engine.dispose()


def _await_copies(house: House, record: Path, number: int) -> None:
    house.until(lambda: _count(record) >= number, f"{_count(record)} of {number} copies left")


def _count_open(database: Path) -> int:
    with closing(sqlite3.connect(database)) as connection:
        return int(connection.execute("SELECT COUNT(*) FROM message WHERE state <> 'sent'").fetchone()[0])


def _count(record: Path) -> int:
    return len(record.read_text().splitlines())


def _await_fence(house: House) -> None:
    def is_fenced() -> bool:
        with closing(sqlite3.connect(house.folder / DATABASE, timeout=60)) as connection:
            [(fenced_at,)] = connection.execute("SELECT fenced_at FROM instance").fetchall()
        return fenced_at is not None

    house.until(is_fenced, "it is not fenced")


def _await_end(office: MailOffice) -> None:
    open_mails = "SELECT COUNT(*) FROM message WHERE state IN ('queued', 'deferred', 'sending')"
    until(lambda: office.value(open_mails) == 0, "the one there was does not go on")
