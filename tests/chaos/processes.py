"""Starting, killing and freezing the relay and the workers of a chaos run."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def running_relay(record: Path, seed: int, *, calm: bool = False) -> Iterator[int]:
    """Run a relay of chance, or one that takes everything; give its port."""
    process = _start("tests.chaos.relay", str(record), str(seed), *(["calm"] if calm else []))
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        _end(process)


@dataclass
class Crew:
    """Workers by name, on one ledger."""

    url: str
    folder: Path
    port: int
    workers: dict[str, "subprocess.Popen[str]"] = field(default_factory=dict)
    kills: int = 0
    child: str = "tests.chaos.child"
    """The module that is a worker."""

    def start(self, name: str) -> None:
        """Start the worker `name`, and wait until it has its name and is about to work."""
        process = _start(self.child, self.url, str(self.folder), name, str(self.port))
        self.workers[name] = process
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"

    def kill(self, name: str) -> None:
        """SIGKILL: no handler, no flush, no farewell."""
        assert self.workers[name].poll() is None, f"{name} ended by itself"
        _end(self.workers.pop(name))
        self.kills += 1

    def freeze(self, name: str) -> None:
        """SIGSTOP, and wait until every thread stands still: the signal alone only asks for it."""
        process = self.workers[name]
        process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, process.pid, os.WSTOPPED)

    def thaw(self, name: str) -> None:
        self.workers[name].send_signal(signal.SIGCONT)

    def drain(self, name: str, seconds: float = 15) -> int:
        """SIGTERM; return the exit status."""
        process = self.workers.pop(name)
        process.send_signal(signal.SIGTERM)
        try:
            return process.wait(seconds)
        finally:
            _end(process)

    def end(self) -> None:
        for process in self.workers.values():
            _end(process)


def _start(module: str, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def _end(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.wait()
    if process.stdout is not None:
        process.stdout.close()
