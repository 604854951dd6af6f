"""A name for a process that nobody has named: the lowest number of its kind that no living process of this machine has.

Here belongs the lock file that keeps it; the system releases it when the process ends, however it ends.
"""

import fcntl
import os
from pathlib import Path
from typing import Self

MOST = 1000
"""Processes of one kind on one machine."""


class Slot:
    """Holds `folder/KIND-NUMBER.lock` from `__enter__` to `__exit__` or the end of the process."""

    def __init__(self, folder: Path, kind: str) -> None:
        self._folder = folder
        self._kind = kind
        self._descriptor: int | None = None
        self.name = ""
        """The number, once it is held."""

    def __enter__(self) -> Self:
        """Take the lowest free number. Raises `OSError` if the folder cannot be written, or none is free."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for number in range(1, MOST + 1):
            path = self._folder / f"{self._kind}-{number}.lock"
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                continue
            self.name, self._descriptor = str(number), descriptor
            return self
        raise OSError(f"{MOST} processes of the kind {self._kind} run here")

    def __exit__(self, *_: object) -> None:
        """Give the number back. The file stays, for the next one."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def find_living(folder: Path) -> list[str]:
    """Return the names of processes that live in `folder`: those whose locks are held."""
    return [path.stem for path in sorted(folder.glob("*.lock")) if _is_held(path)]


def _is_held(path: Path) -> bool:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
