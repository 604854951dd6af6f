"""A PostgreSQL server of its own for tests, and databases in it that are copies of one that is ready.

It listens on no port, only in a folder of its own, and is gone with the tests, even with tests that are killed (setpriv
has the system tell it: prctl(2), PR_SET_PDEATHSIG). It refuses to run as root, so there it runs as `nobody`.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import psycopg
from sqlalchemy import Connection, Engine, text
from sqlalchemy.engine import URL

from badgepost.database import open_engine

PROGRAMS = ("initdb", "postgres", "setpriv")
_FOLDERS = ("/usr/lib/postgresql/15/bin",)
# As databases of operators do it: "a-b" stands behind "aa", and "B" behind "a".
_SORTING = ("--locale=C", "--locale-provider=icu", "--icu-locale=en-US")
# Nothing here need survive a power cut.
_OPTIONS = ("listen_addresses=", "fsync=off", "full_page_writes=off", "max_connections=200")


@dataclass
class PostgresServer:
    """A running server."""

    folder: Path
    copies: int = 0

    def url_of(self, database: str) -> str:
        url = URL.create("postgresql+psycopg", "badgepost", database=database, query={"host": str(self.folder)})
        return url.render_as_string()

    def open(self, database: str) -> Engine:
        return open_engine(self.url_of(database))

    def create(self, template: str) -> str:
        """Make another copy of `template`; return its name."""
        self.copies += 1
        name = f"copy{self.copies}"
        # Copied as files: there is nothing to be replayed, and it takes a third less than by the log.
        self._command(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{template}'")
        self._command(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return name

    def drop(self, name: str) -> None:
        """Drop a database, whoever is still connected to it."""
        self._command(f"DROP DATABASE {name} WITH (FORCE)")

    def _command(self, statement: str) -> None:
        with psycopg.connect(host=str(self.folder), user="badgepost", dbname="postgres", autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """Run a server while inside."""
    folder = Path(tempfile.mkdtemp(prefix="badgepost-pg-"))
    user = "nobody" if os.geteuid() == 0 else None
    if user is not None:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    try:
        _make_files(user, folder / "data")
        with (folder / "log").open("wb") as log, _serving(user, folder, log) as process:
            _wait_until_ready(process, folder)
            yield PostgresServer(folder)
    finally:
        shutil.rmtree(folder)


def wait_until_waiting(observer: Connection, number: int = 1) -> None:
    """Return once so many connections wait for others; `observer` has read nothing that it still needs."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    deadline = time.monotonic() + 20
    while observer.execute(waiting).scalar_one() < number:
        assert time.monotonic() < deadline
        observer.rollback()
        time.sleep(0.02)


def _make_files(user: str | None, data: Path) -> None:
    command = [_find("initdb"), "-D", str(data), "-A", "trust", "-U", "badgepost", "-E", "UTF8", *_SORTING, "--no-sync"]
    subprocess.run(command, check=True, user=user, cwd="/", stdout=subprocess.DEVNULL)


@contextmanager
def _serving(user: str | None, folder: Path, log: BinaryIO) -> Iterator["subprocess.Popen[bytes]"]:
    """Run the server while inside; what it had in hand at the end is let go (SIGQUIT: no last checkpoint)."""
    command = [_find("setpriv"), "--pdeathsig", "QUIT", _find("postgres"), "-D", f"{folder}/data", "-k", f"{folder}"]
    command += [part for option in _OPTIONS for part in ("-c", option)]
    process = subprocess.Popen(command, user=user, cwd="/", stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGQUIT)
        process.wait(60)


def _wait_until_ready(process: "subprocess.Popen[bytes]", folder: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            return psycopg.connect(host=str(folder), user="badgepost", dbname="postgres").close()
        except psycopg.OperationalError:
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.02)


def _find(program: str) -> str:
    path = shutil.which(program, path=os.pathsep.join([os.environ.get("PATH", ""), *_FOLDERS]))
    assert path is not None, program
    return path
