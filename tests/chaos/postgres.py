"""A PostgreSQL server that keeps what it has committed (fsync), and that may be killed, stopped and started again."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from sqlalchemy.engine import URL

from tests.chaos.house import children_of, is_gone, until

_FOLDERS = ("/usr/lib/postgresql/15/bin",)


@dataclass
class KillablePostgres:
    """One server on one data folder; it listens on no port, only in `folder`."""

    folder: Path
    user: str | None
    kills: int = 0
    process: "subprocess.Popen[bytes] | None" = field(default=None)

    @property
    def url(self) -> str:
        url = URL.create("postgresql+psycopg", "badgepost", database="postgres", query={"host": str(self.folder)})
        return url.render_as_string()

    def start(self) -> None:
        """Start it, and wait until it has recovered and answers."""
        options = {
            "listen_addresses": "",
            "fsync": "on",
            "full_page_writes": "on",
            "unix_socket_directories": self.folder,
        }
        command = [_find("postgres"), "-D", str(self.folder / "data")]
        command += [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, user=self.user, cwd="/", stdout=log, stderr=log)
        until(self._answers, "the server does not come up")

    def kill(self) -> None:
        """SIGKILL the server and all its processes, as a crash of the machine would: nothing is flushed."""
        assert self.process is not None
        # Stopped first: a server that lost one child would itself end the others, in its own good order.
        self.process.send_signal(signal.SIGSTOP)
        children = children_of(self.process.pid)
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        until(lambda: all(map(is_gone, children)), "a process of the server lives on")
        self.kills += 1

    def stop(self) -> None:
        """As `pg_ctl stop -m fast` does: every session is ended."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, (self.folder / "log").read_text()[-1000:]
        try:
            psycopg.connect(host=str(self.folder), user="badgepost", dbname="postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.05)
            return False
        return True


@contextmanager
def killable_postgres(parent: Path | None = None) -> Iterator[KillablePostgres]:
    """Run a server while inside, on a new data folder below `parent`."""
    folder = Path(tempfile.mkdtemp(prefix="badgepost-chaos-", dir=parent))
    # It refuses to run as root.
    user = "nobody" if os.geteuid() == 0 else None
    if user is not None:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    server = KillablePostgres(folder, user)
    try:
        arguments = ("-A", "trust", "-U", "badgepost", "-E", "UTF8", "--locale=C", "--no-sync", "-D", folder / "data")
        subprocess.run([_find("initdb"), *arguments], check=True, user=user, cwd="/", stdout=subprocess.DEVNULL)
        server.start()
        yield server
    finally:
        if server.process is not None and server.process.poll() is None:
            server.kill()
        shutil.rmtree(folder)


def _find(program: str) -> str:
    path = shutil.which(program, path=os.pathsep.join([os.environ.get("PATH", ""), *_FOLDERS]))
    assert path is not None, program
    return path
