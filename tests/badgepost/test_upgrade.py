"""Every database that there ever was can be brought up to date, with all that stood in it, and goes on working.

`tests/data/revisions` holds what the program of each revision left in a database: an issuer, awards, mails that went
out; and a row in each table that these left empty. Made once, by those programs, and not changed with the code.
"""

import gzip
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Boolean, Connection, Date, Engine, Integer, MetaData, Table, func, select

from badgepost.database import alembic_config, migrate, open_engine
from tests.badgepost.services import choose_kind, new_service
from tests.databases import database_url

DATA = Path(__file__).resolve().parents[1] / "data" / "revisions"
REVISIONS = ["0001", "0002", "0003", "0004", "0005", "0006"]

Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    choose_kind(request)
    engine = open_engine(database_url(tmp_path / "old.db"))
    yield engine
    engine.dispose()


def test_every_revision_but_the_newest_has_its_data() -> None:
    versions = Path(__file__).resolve().parents[2] / "badgepost" / "migrations" / "versions"
    known = sorted(path.name.partition("_")[0] for path in versions.glob("0*.py"))
    assert [path.name.partition(".")[0] for path in sorted(DATA.iterdir())] == REVISIONS == known[:-1]


@pytest.mark.parametrize("revision", REVISIONS)
def test_everything_is_there_after_the_upgrade(engine: Engine, revision: str) -> None:
    assert_brought_up(engine, revision)


def test_the_same_from_the_first_one_on_in_postgresql(on_postgresql: None, engine: Engine) -> None:
    assert_brought_up(engine, "0001")


def assert_brought_up(engine: Engine, revision: str) -> None:
    old = fill(engine, revision)
    assert all(old.values()), "a row in each table"
    before, after = migrate(engine)
    assert (before, after) == (revision, known_head())
    assert_kept(engine, old)


@pytest.mark.usefixtures("either_database")
def test_the_last_step_can_be_taken_back(engine: Engine) -> None:
    old = fill(engine, "0006")
    migrate(engine)
    move(engine, "0006", back=True)
    assert_kept(engine, old)
    assert migrate(engine) == ("0006", known_head())
    assert_kept(engine, old)


def test_two_who_migrate_at_once_come_one_after_the_other(on_postgresql: None, engine: Engine) -> None:
    old = fill(engine, "0001")
    both, done = Barrier(2), []

    def run() -> None:
        both.wait()
        done.append(migrate(engine))

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done, key=str) == [("0001", known_head()), (known_head(), known_head())]
    assert_kept(engine, old)


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize("revision", ["0001"])
def test_the_service_works_on_what_was_brought_up(tmp_path: Path, revision: str) -> None:
    service = new_service(tmp_path / "service")
    engine = open_engine(database_url(service.database))
    fill(engine, revision)
    engine.dispose()
    assert f"this program needs {known_head()}: run `badgepost migrate`" in service.run("batches").err
    assert f"from revision {revision} to {known_head()}" in service.run("migrate").out
    service.issue("cy")
    assert service.run("resend", "li@mail.example").status == 0
    assert service.deliver() == "2 sent."
    ran = service.run("why", "ada@mail.example")
    assert (ran.status, "First Kite" in ran.out) == (0, True), ran.err


def known_head() -> str:
    return f"{int(REVISIONS[-1]) + 1:04}"


def fill(engine: Engine, revision: str) -> Rows:
    """Make a database of `revision` with everything in it; return its rows as they are read."""
    move(engine, revision)
    with gzip.open(DATA / f"{revision}.json.gz", "rt", encoding="utf-8") as file:
        rows: Rows = json.load(file)
    with engine.begin() as connection:
        tables = reflect(connection)
        for name, kept in rows.items():
            connection.execute(tables[name].insert(), [read_row(tables[name], row) for row in kept])
            count_on(connection, tables[name])
    with engine.connect() as connection:
        return {name: read_rows(connection, tables[name]) for name in rows}


def count_on(connection: Connection, table: Table) -> None:
    """Have PostgreSQL number further rows after those that came with their numbers, as those programs left it."""
    if connection.dialect.name == "postgresql" and "id" in table.c and isinstance(table.c.id.type, Integer):
        sequence = func.pg_get_serial_sequence(table.name, "id")
        connection.execute(select(func.setval(sequence, func.max(table.c.id))))


def read_row(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    def read(name: str, value: Any) -> Any:
        if isinstance(value, dict):
            return bytes.fromhex(value["hex"])
        kind = table.c[name].type
        if value is None or not isinstance(kind, Boolean | Date):
            return value
        return bool(value) if isinstance(kind, Boolean) else date.fromisoformat(value)

    return {name: read(name, value) for name, value in row.items()}


def assert_kept(engine: Engine, old: Rows) -> None:
    with engine.connect() as connection:
        tables = reflect(connection)
        for name, rows in old.items():
            now = [{key: row[key] for key in rows[0]} for row in read_rows(connection, tables[name])]
            for row in rows:
                assert row in now, name


def move(engine: Engine, revision: str, *, back: bool = False) -> None:
    config = alembic_config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        (command.downgrade if back else command.upgrade)(config, revision)


def reflect(connection: Connection) -> dict[str, Table]:
    metadata = MetaData()
    metadata.reflect(connection, only=lambda name, _: not name.startswith("search_"))
    return dict(metadata.tables)


def read_rows(connection: Connection, table: Table) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in connection.execute(select(table))]
