"""A backup of SQLite: a database file of its own, as it stood at one moment, while others went on writing.

Here belong copying, checking and putting into place.
"""

import shutil
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine import make_url

from badgepost.backup.whole_files import whole_file
from badgepost.database import is_known_revision, migrate, open_engine
from mailer.instance.fence import fence_copy

MAGIC = b"SQLite format 3\0"
_BESIDE = ("-wal", "-shm", "-journal")


class BackupFault(Exception):  # noqa: N818 - what the operator can mend
    """Why a backup cannot be made or brought back, in words for the operator."""


def path_of(url: str) -> Path:
    """Return the file that `url` names. Raises `BackupFault` for a database in memory."""
    database = make_url(url).database
    if not database or database == ":memory:":
        raise BackupFault("a database in memory is not backed up")
    return Path(database)


def back_up(url: str, target: Path, now: datetime) -> None:
    """Write the database at `url` to `target`, fenced. Raises `BackupFault`, `OSError`, `sqlite3.Error`.

    In one step, not page by page: each writer that came between would make it begin again. Writers go on, into the
    write-ahead log, which grows as long as this takes.
    """
    with whole_file(target) as part:
        source_path = path_of(url)
        if not source_path.is_file():
            raise BackupFault(f"there is no database at {source_path}")
        with closing(sqlite3.connect(source_path, timeout=60)) as source, closing(sqlite3.connect(part)) as copy:
            source.backup(copy)
        _fence(part, f"it is a backup of {now:%Y-%m-%d %H:%M} UTC, brought back", now)
        _check(part)
        _fold(part)


def restore(backup: Path, url: str, now: datetime) -> tuple[str, str]:
    """Put a copy of `backup`, up to date and fenced, where `url` says; return its revision, and the one it has now.

    Raises `BackupFault` if anything stands there, or if the backup is damaged or of a newer program.
    """
    target = path_of(url)
    target.parent.mkdir(parents=True, exist_ok=True)
    # A write-ahead log that was left there would be read into the database that is brought back.
    for path in (target, *(Path(f"{target}{ending}") for ending in _BESIDE)):
        if path.exists():
            raise BackupFault(f"{path} is there: a backup is brought back where nothing stands; move it away first")
    for path in (Path(f"{backup}{ending}") for ending in ("-wal", "-journal")):
        if path.exists() and path.stat().st_size:
            raise BackupFault(f"{path} is there: {backup} is a database in use, not a backup; make one of it")
    with whole_file(target) as part:
        shutil.copyfile(backup, part)
        _check(part)
        before, after = _bring_up_to_date(part)
        _fence(part, f"it was brought back from {backup.name}", now)
        _fold(part)
    return before, after


def _bring_up_to_date(path: Path) -> tuple[str, str]:
    engine = open_engine(f"sqlite:///{path}")
    try:
        with engine.connect() as connection:
            revision = MigrationContext.configure(connection).get_current_revision()
        check_revision(revision)
        before, after = migrate(engine)
    finally:
        engine.dispose()
    assert before is not None
    assert after is not None
    return before, after


def check_revision(revision: str | None) -> None:
    """Raises `BackupFault` for what this program did not make, or not this version of it."""
    if revision is None:
        raise BackupFault("the file is no backup of badgepost")
    if not is_known_revision(revision):
        raise BackupFault(
            f"the backup is of revision {revision}, which this program does not know: install a newer one"
        )


def _fence(path: Path, because: str, now: datetime) -> None:
    engine = open_engine(f"sqlite:///{path}")
    try:
        with engine.begin() as connection:
            fence_copy(connection, because, now)
    finally:
        engine.dispose()


def _check(path: Path) -> None:
    """Read every page: a copy of a damaged database is no backup."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            faults = [row[0] for row in connection.execute("PRAGMA integrity_check(3)")]
    except sqlite3.DatabaseError as error:
        raise BackupFault(f"the database is damaged: {error}") from error
    if faults != ["ok"]:
        raise BackupFault(f"the database is damaged: {'; '.join(faults)}")


def _fold(path: Path) -> None:
    """Leave one file, without a log beside it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    for ending in _BESIDE:
        Path(f"{path}{ending}").unlink(missing_ok=True)
