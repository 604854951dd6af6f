"""Which processes live: each says so in a row of its own, every few seconds, and takes it away when it ends.

Here belongs the row, each function in its caller's transaction. Who says it, and when, stands in `badgepost.presence`.
Nothing is decided by it: messages are taken over by their worker's lease (`mailer.queue.leases`). It tells people.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, text

from badges.columns import from_microseconds, to_microseconds

BEAT_EVERY = timedelta(seconds=10)
SILENT_AFTER = timedelta(seconds=90)
"""Without a beat. Longer than SQLite lets a beat wait while a long roster is written, which is a minute."""
FORGOTTEN_AFTER = timedelta(days=1)
"""Silent for so long, a process has been told of often enough."""
KINDS = ("web", "worker", "listener", "processor", "hooks")

_BEAT = text("""
    INSERT INTO process_pulse (id, kind, name, place, version, started_at, beat_at)
    VALUES (:id, :kind, :name, :place, :version, :started_at, :now)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, started_at = excluded.started_at,
        beat_at = excluded.beat_at
""")
_LEAVE = text("DELETE FROM process_pulse WHERE id = :id AND started_at = :started_at")
_SWEEP = text("DELETE FROM process_pulse WHERE beat_at < :before")
_LIST = text("""
    SELECT kind, name, place, version, started_at, beat_at FROM process_pulse
    ORDER BY kind, name, place LIMIT 1000
""")


@dataclass(frozen=True, slots=True)
class Process:
    """One process of the service: its kind (see `KINDS`), its name among those of its kind, and where it runs."""

    kind: str
    name: str
    place: str
    """The machine."""
    folder: str
    """Its `data_dir`: two services on one machine may give their processes the same names."""
    version: str
    started_at: datetime

    @property
    def id(self) -> str:
        """The same after a restart: a process takes its former self's row."""
        said = "\n".join((self.kind, self.name, self.place, self.folder))
        return hashlib.sha256(said.encode("utf-8", "backslashreplace")).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class PulseLine:
    """What a process last said of itself."""

    kind: str
    name: str
    place: str
    version: str
    started_at: datetime
    beat_at: datetime

    def is_silent(self, now: datetime) -> bool:
        """Tell whether it should have said more by now."""
        return now - self.beat_at >= SILENT_AFTER


def beat(connection: Connection, process: Process, now: datetime) -> None:
    """Write that `process` lives, and forget those that have long been silent.

    `now` must be read after the transaction has begun: a wait for the write lock must not age the beat.
    """
    connection.execute(
        _BEAT,
        {
            "id": process.id,
            "kind": process.kind,
            "name": process.name,
            "place": process.place,
            "version": process.version,
            "started_at": to_microseconds(process.started_at),
            "now": to_microseconds(now),
        },
    )
    connection.execute(_SWEEP, {"before": to_microseconds(now - FORGOTTEN_AFTER)})


def leave(connection: Connection, process: Process) -> None:
    """Take back the row of `process`, unless one that was started in its place has it by now."""
    connection.execute(_LEAVE, {"id": process.id, "started_at": to_microseconds(process.started_at)})


def list_pulses(connection: Connection) -> Sequence[PulseLine]:
    """Return the processes that have not ended, by kind and name."""
    return [_read(row) for row in connection.execute(_LIST)]


def _read(row: Row[tuple[str, str, str, str, int, int]]) -> PulseLine:
    started_at, beat_at = from_microseconds(row.started_at), from_microseconds(row.beat_at)
    return PulseLine(row.kind, row.name, row.place, row.version, started_at, beat_at)
