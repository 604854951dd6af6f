"""A worker's name is taken while its process lives: the lock that the system releases when a process ends.

Here belongs the lock file. It tells a restarted worker that its former incarnation is dead, at once and for sure.
"""

import fcntl
import os
import re
import socket
from pathlib import Path
from typing import Self

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,40}")


class NameTakenError(Exception):
    """A worker of this name runs here already."""


class WorkerLock:
    """Holds `data_dir/worker-NAME.lock` from `__enter__` to the end of the process or `__exit__`."""

    def __init__(self, data_dir: Path, name: str) -> None:
        """Raises `ValueError` for a name that is none."""
        if NAME.fullmatch(name) is None:
            raise ValueError(f"not a worker's name: {name!r} (a-z, 0-9, dot, dash, underscore; at most 41 characters)")
        self.name = name
        self._path = (data_dir / f"worker-{name}.lock").absolute()
        self._descriptor: int | None = None

    @property
    def folder(self) -> Path:
        """Where the lock lies, and what else its holder keeps on this machine."""
        return self._path.parent

    @property
    def place(self) -> str:
        """The machine and the file: who holds this lock knows that no other incarnation of this place lives."""
        return f"{socket.gethostname()}:{self._path}"

    def __enter__(self) -> Self:
        """Take the name. Raises `NameTakenError`, and `OSError` if the file cannot be made."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise NameTakenError(
                f"a worker named {self.name} runs here already; give this one another --name"
            ) from None
        self._descriptor = descriptor
        return self

    def __exit__(self, *_: object) -> None:
        """Give the name back. The file stays: removing it would let two processes hold two files of one name."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
