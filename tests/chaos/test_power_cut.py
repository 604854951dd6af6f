"""A power cut under SQLite: what was not yet synced is torn, and every mail that was acknowledged is still there.

SIGKILL is no power cut: the system keeps what a dead process has written. So the writing process is stopped at a random
moment, its files are copied as they are, and in the copy all that a disk may not have taken yet is made nonsense of:
the log behind the last commit that was acknowledged, and in the database itself the pages that the log still holds
(https://www.sqlite.org/walformat.html).
"""

import os
import signal
import sqlite3
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from badgepost.database import migrate, open_engine
from tests.chaos.house import ROOT, make_chance, until

CUTS = 60 if "BADGEPOST_CHAOS_KILLS" in os.environ else 8
HEADER, FRAME_HEADER = 32, 24
BACKFILL = slice(128, 132)
"""Of the log's index: how many frames somebody began to copy into the database (walformat.html, section 2.3.1)."""


class Writer:
    """The writing process, and the number of the last mail that it has acknowledged."""

    def __init__(self, database: Path) -> None:
        command = [sys.executable, "-m", "tests.chaos.writer", str(database)]
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        self.acknowledged = 0
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout:
            for line in self._process.stdout:
                self.acknowledged = int(line)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        self._process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self._process.pid, os.WSTOPPED)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def check(self) -> None:
        assert self._process.poll() is None, "the writer ended"

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._listener.join()


@dataclass(frozen=True)
class Log:
    """A write-ahead log: where its commits end, and the pages that they hold."""

    page_bytes: int
    ends: list[int]
    pages: set[int]

    @classmethod
    def read(cls, data: bytes) -> "Log":
        if len(data) < HEADER:
            return cls(0, [], set())
        page_bytes, salts = struct.unpack(">I", data[8:12])[0], data[16:24]
        ends, pages, open_pages = [], set[int](), set[int]()
        size = FRAME_HEADER + page_bytes
        for start in range(HEADER, len(data) - size + 1, size):
            page, commit = struct.unpack(">II", data[start : start + 8])
            if data[start + 8 : start + 16] != salts:
                break  # of the log before this one
            open_pages.add(page)
            if commit:
                ends.append(start + size)
                pages |= open_pages
                open_pages = set()
        return cls(page_bytes, ends, pages)


def _read_numbers(database: Path) -> set[int]:
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        contents = connection.execute(
            "SELECT content FROM raw_mail JOIN delivery ON delivery.raw_mail_id = raw_mail.id"
        ).fetchall()
    return {int(content.partition(b"<")[2].partition(b"@")[0]) for (content,) in contents}


def _tear(files: dict[str, bytes], keeps: int, chance: Random) -> dict[str, bytes]:
    """Make nonsense of what may not have reached the disk; `keeps`: bytes of the log that have."""
    log = bytearray(files["-wal"])
    cut = chance.randrange(keeps, len(log) + 1) if len(log) > keeps else keeps
    way = chance.choice(["ends early", "noise", "zeros"])
    torn = {"ends early": b"", "noise": chance.randbytes(len(log) - cut), "zeros": bytes(len(log) - cut)}[way]
    database, read = bytearray(files[""]), Log.read(bytes(log[:keeps]))
    for page in sorted(read.pages - {1}):
        start = (page - 1) * read.page_bytes
        if start + read.page_bytes <= len(database) and chance.random() < 0.5:
            database[start : start + 512] = chance.randbytes(512)
    return {"": bytes(database), "-wal": bytes(log[:cut]) + torn}


def _write(folder: Path, name: str, files: dict[str, bytes]) -> Path:
    for suffix, data in files.items():
        (folder / f"{name}.db{suffix}").write_bytes(data)
    return folder / f"{name}.db"


@pytest.mark.timeout(900)
def test_what_was_acknowledged_survives_a_power_cut(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        chance = make_chance()
    database = tmp_path / "live.db"
    engine = open_engine(f"sqlite:///{database}")
    migrate(engine)
    engine.dispose()
    writer, in_doubt, torn_pages = Writer(database), 0, 0
    try:
        for cut in range(CUTS):
            wanted = writer.acknowledged + chance.randrange(1, 30)
            until(lambda wanted=wanted: writer.check() or writer.acknowledged >= wanted, "the writer is stuck")  # type: ignore[misc]
            with writer.frozen():
                files = {suffix: Path(f"{database}{suffix}").read_bytes() for suffix in ("", "-wal")}
                index = Path(f"{database}-shm").read_bytes()
                acknowledged = writer.acknowledged
            whole = _read_numbers(_write(tmp_path, f"whole{cut}", files))
            assert whole >= set(range(1, acknowledged + 1)), "lost by SIGKILL alone"
            log = Log.read(files["-wal"])
            # One that is committed and not acknowledged may go: its commit was perhaps not synced. There is but one:
            # where more are missing, their numbers are said already and only not yet read here.
            may_go = int(len(whole) > acknowledged)
            keeps = ([HEADER] * 2 + log.ends)[len(log.ends) + 1 - may_go] if len(files["-wal"]) >= HEADER else 0
            # What is being copied into the database was synced before.
            copied = struct.unpack("=I", index[BACKFILL])[0]
            keeps = max(keeps, HEADER + copied * (FRAME_HEADER + log.page_bytes) if copied else 0)
            torn = _tear(files, keeps, chance)
            torn_pages += torn[""] != files[""]
            found = _read_numbers(_write(tmp_path, f"torn{cut}", torn))
            in_doubt += len(found) - acknowledged
            assert found >= set(range(1, acknowledged + 1)), f"lost: {set(range(1, acknowledged + 1)) - found}"
            for path in tmp_path.glob("*[0-9].db*"):
                path.unlink()
    finally:
        writer.end()
    with capsys.disabled():
        print(f"power cuts: {CUTS}, {torn_pages} with torn pages; {writer.acknowledged} mails acknowledged, 0 lost")
    assert torn_pages
