"""What a worker notes outside of the database about what it sent: in `data_dir`, one file a worker.

Here belong the file and its one line. A note is written over in place, without a sync for each group of mails: what
a power cut takes from it are seconds, and a backup that is brought back then is older than that. Once in a heartbeat it
is on disk.
"""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

_BYTES = 512
"""Of every line, with blanks at its end: one write, into one sector."""
_NAMES = "worker-*.note"


@dataclass(frozen=True)
class Note:
    """What was known of the database when it was last sent from here."""

    instance: str
    """The database's name."""
    epoch: int
    """The highest that was seen in it."""
    message: str = ""
    """The last message that this worker was granted: an attempt stands in the database of it. Empty: none yet."""
    number: int = 0
    """That attempt's number."""


class NoteFile:
    """The note of one worker, which holds the lock of its name: nobody else writes this file."""

    def __init__(self, folder: Path, worker: str) -> None:
        self._path = folder / f"worker-{worker}.note"
        self._folder = folder
        self._written: Note | None = None

    def write(self, note: Note, *, for_sure: bool) -> None:
        """Write `note` over the one before; with `for_sure`, return when it is on disk. Raises `OSError`."""
        if note == self._written and not for_sure:
            return
        line = json.dumps(asdict(note)).encode("ascii").ljust(_BYTES - 1) + b"\n"
        is_new = not self._path.exists()
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            os.pwrite(descriptor, line, 0)
            if for_sure:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if is_new:
            _sync_folder(self._folder)
        self._written = note


def read_notes(folder: Path) -> Iterator[Note]:
    """Yield the notes of all workers that ever sent from here; one that is no note says nothing."""
    yield from (note for _, note in _read_files(folder))


def forget_other_notes(folder: Path, instance: str) -> None:
    """Remove notes about databases that are no more, once it is known that this one may be sent from."""
    for path, note in _read_files(folder):
        if note.instance != instance:
            path.unlink(missing_ok=True)


def _read_files(folder: Path) -> Iterator[tuple[Path, Note]]:
    for path in sorted(folder.glob(_NAMES)):
        with suppress(FileNotFoundError):  # another worker forgets it at this moment
            note = _parse(path.read_bytes())
            if note is not None:
                yield path, note


def _parse(line: bytes) -> Note | None:
    try:
        values: Any = json.loads(line)
        return Note(str(values["instance"]), int(values["epoch"]), str(values["message"]), int(values["number"]))
    except (ValueError, TypeError, KeyError):
        return None


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
