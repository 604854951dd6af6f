"""Files that are there whole or not at all, and that only their owner reads."""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS})
"""What a file system answers that has no hard links, such as exFAT and some shares: backups are put on such."""


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path` (mode 0600), which becomes `path` at the end, on disk; on a fault it is gone.

    Raises `FileExistsError` if anything stands at `path` by then, and `OSError`.
    """
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    os.close(descriptor)
    part = Path(name)
    try:
        yield part
        sync(part)
        _put(part, path)
        sync(path.parent)
    finally:
        part.unlink(missing_ok=True)


def _put(part: Path, path: Path) -> None:
    try:
        path.hardlink_to(part)
    except OSError as fault:
        if fault.errno not in _NO_LINKS:
            raise
        if path.exists():  # who puts another one there at this very moment is not seen
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from fault
        part.rename(path)


def sync(path: Path) -> None:
    """Return when the file or folder is on disk. Raises `OSError`."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
