"""The service as its own processes, each of which a test may kill, freeze and start again.

Here belong starting and ending them, and waiting for a condition while they live. What must be true afterwards stands
in `account` and in the tests.
"""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 240.0
"""Seconds for whatever must come about: long, because the machine may be busy with others."""


def until(condition: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
    """Return once `condition` is true; fail with `what` if it is not in time."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def make_chance(capsys_line: Callable[[str], None] = print) -> random.Random:
    """Return the run's source of chance; its seed is printed, and `BADGEPOST_CHAOS_SEED` sets it."""
    seed = int(os.environ.get("BADGEPOST_CHAOS_SEED", str(random.SystemRandom().randrange(1_000_000))))
    capsys_line(f"chaos seed {seed}")
    return random.Random(seed)


def find_port() -> int:
    """Return a port that nobody has at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def children_of(pid: int) -> list[int]:
    """Return the processes whose parent is `pid`."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and _parent_of(folder) == pid:
            found.append(int(folder.name))
    return found


def _parent_of(folder: Path) -> int | None:
    try:
        return int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, IndexError):
        return None  # it ended meanwhile


def is_gone(pid: int) -> bool:
    """Tell whether no process of this number runs; one that nobody has waited for counts as gone."""
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


@dataclass
class House:
    """Processes of `badgepost` by name, with the settings file that they share."""

    folder: Path
    settings: Mapping[str, Any]
    commands: Mapping[str, Sequence[str]]
    wrapper: Sequence[str] = ("-m", "badgepost")
    """What Python runs instead of the program itself, for a process with another clock, say."""
    environment: Mapping[str, str] = field(default_factory=dict)
    logs: Path | None = None
    """Where they write their logs; in `folder` unless it says otherwise."""
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    started: dict[str, datetime] = field(default_factory=dict)
    """When each of those that run was started."""
    kills: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        lines = [f"{name} = {_as_toml(value)}\n" for name, value in self.settings.items()]
        (self.folder / "badgepost.toml").write_text("".join(lines))

    def start(self, *names: str) -> None:
        for name in names:
            command = [sys.executable, *self.wrapper, *self.commands[name]]
            environment = os.environ | {"PYTHONPATH": str(ROOT)} | self.environment
            self.started[name] = datetime.now(UTC)
            with self._log_file(name).open("ab") as log:
                self.running[name] = subprocess.Popen(command, cwd=self.folder, env=environment, stdout=log, stderr=log)

    def kill(self, name: str) -> None:
        """SIGKILL: no handler, no flush, no farewell."""
        process = self.running.pop(name)
        process.kill()
        process.wait()
        self.kills[name] += 1

    def kill_child(self, name: str) -> bool:
        """SIGKILL what `name` has started, the reading room say; False if there is none at this moment."""
        children = children_of(self.running[name].pid)
        for child in children:
            os.kill(child, signal.SIGKILL)
        self.kills[f"child of {name}"] += bool(children)
        return bool(children)

    def check_that_all_run(self) -> None:
        ended = {name: process.returncode for name, process in self.running.items() if process.poll() is not None}
        assert not ended, [f"{name} ended with {status}: {self.log(name)[-2000:]}" for name, status in ended.items()]

    def until(self, condition: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
        """Wait for `condition` while every process runs."""

        def holds() -> bool:
            self.check_that_all_run()
            return bool(condition())

        until(holds, what, patience)

    def log(self, name: str) -> str:
        return self._log_file(name).read_text()

    def _log_file(self, name: str) -> Path:
        return (self.logs or self.folder) / f"{name}.log"

    def drain(self, names: Iterable[str] = ()) -> dict[str, int]:
        """SIGTERM to `names`, or to all; return how each ended."""
        chosen = list(names) or list(self.running)
        for name in chosen:
            self.running[name].terminate()
        return {name: self.running.pop(name).wait(PATIENCE) for name in chosen}

    def end(self) -> None:
        for process in self.running.values():
            process.kill()
            process.wait()


def _as_toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{name} = {_as_toml(one)}" for name, one in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_as_toml, value)) + "]"
    return json.dumps(value)
