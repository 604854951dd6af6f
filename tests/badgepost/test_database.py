"""Engines: what they keep to themselves."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from badgepost.database import LOG_BYTES, PAGE_BYTES, open_engine
from tests.databases import database_url


def test_no_value_gets_into_a_fault_and_so_into_a_log(tmp_path: Path) -> None:
    """A password's hash, a name, an address: faults of statements are logged with their traceback."""
    engine = open_engine(database_url(tmp_path / "some.db"))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE account (password_hash TEXT CHECK (password_hash = ''))"))
    with pytest.raises(IntegrityError) as caught, engine.begin() as connection:
        connection.execute(text("INSERT INTO account VALUES (:hash)"), {"hash": "$argon2id$secret"})
    engine.dispose()
    assert "secret" not in str(caught.value)


@pytest.mark.sqlite_only("a file that is moved")
def test_nothing_is_written_to_a_file_that_was_moved_away(tmp_path: Path) -> None:
    path, away = tmp_path / "some.db", tmp_path / "away.db"
    with closing(sqlite3.connect(path)) as before:
        before.execute("CREATE TABLE kept (number INTEGER)")
    engine = open_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.execute(text("SELECT number FROM kept"))
    for end in ("", "-wal", "-shm"):
        Path(f"{path}{end}").rename(f"{away}{end}")
    for _ in range(2):
        with pytest.raises(OperationalError, match=r"some\.db is gone: bring it back"), engine.begin():
            pass
    shutil.copy(away, path)
    with pytest.raises(OperationalError, match=r"some\.db was replaced: it is opened anew"), engine.begin():
        pass
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO kept VALUES (1)"))
    engine.dispose()
    with closing(sqlite3.connect(path)) as new, closing(sqlite3.connect(away)) as old:
        counts = [each.execute("SELECT count(*) FROM kept").fetchone()[0] for each in (new, old)]
    assert counts == [1, 0]


@pytest.mark.sqlite_only("pages of a file")
@pytest.mark.parametrize("page_bytes", [4096, PAGE_BYTES])
def test_a_file_keeps_its_page_size_and_the_log_its_length(tmp_path: Path, page_bytes: int) -> None:
    path = tmp_path / "some.db"
    if page_bytes != PAGE_BYTES:
        with closing(sqlite3.connect(path)) as older:
            older.executescript(f"PRAGMA page_size = {page_bytes}; CREATE TABLE kept (number INTEGER)")
    engine = open_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        found = [connection.scalar(text(f"PRAGMA {name}")) for name in ("page_size", "wal_autocheckpoint")]
        connection.execute(text("CREATE TABLE other (number INTEGER)"))
    engine.dispose()
    assert found == [page_bytes, LOG_BYTES // page_bytes]
