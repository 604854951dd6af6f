"""Migrations: they lead to the very tables that the code has, and a database of another version is told apart."""

import shutil
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.engine import make_url
from sqlmodel import SQLModel

from badgepost.database import MIGRATIONS, alembic_config, is_known_revision, migrate, open_engine, pending_revision
from badges.columns import Instant
from badges.names import make_name_key
from tests.databases import database_url

HEAD = ScriptDirectory.from_config(alembic_config()).get_current_head()
"""The newest migration there is."""


@pytest.fixture
def engine(tmp_path: Path):
    engine = open_engine(database_url(tmp_path / "migrated.db"))
    yield engine
    engine.dispose()


def test_an_empty_database_becomes_what_the_tables_say(engine) -> None:
    assert migrate(engine) == (None, HEAD)
    with engine.connect() as connection:
        opts = {"compare_type": _is_other_type, "include_name": is_of_the_tables}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, SQLModel.metadata) == []
    tables = {name for name in inspect(engine).get_table_names() if is_of_the_tables(name, "table", {})}
    assert tables == {*SQLModel.metadata.tables, "alembic_version"}


def is_of_the_tables(name, kind, _parents) -> bool:
    """Leave out what the database keeps of its full text index, in SQLite tables of FTS5, in PostgreSQL indexes."""
    is_searched = str(name).startswith(("search_words", "search_names", "search_addresses", "ix_search_"))
    return not (kind in {"table", "index"} and is_searched)


def _is_other_type(_context, _inspected, column, found, wanted) -> bool | None:
    # An Instant is a number in the database; which of the two integers SQLite says does not matter to it.
    return False if isinstance(wanted, Instant) and "INT" in str(found).upper() else None


def test_names_on_record_are_keyed(engine) -> None:
    config = alembic_config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        for number in range(1500):
            row = {"id": f"{number:05}", "name": "Zhang Wei" if number == 1499 else f"Wéi {number}"}
            connection.execute(text("INSERT INTO earner (id, name, created_at) VALUES (:id, :name, 0)"), row)
    migrate(engine)
    with engine.connect() as connection:
        keys = dict(connection.execute(text("SELECT name, name_key FROM earner")).all())
    assert keys == {name: make_name_key(name) for name in keys}
    assert keys["Zhang Wei"] == "wei zhang"


def test_migrating_twice_changes_nothing(engine) -> None:
    migrate(engine)
    assert migrate(engine) == (HEAD, HEAD)
    assert pending_revision(engine) == (HEAD, HEAD)


def test_known_revisions() -> None:
    assert is_known_revision(HEAD)
    assert not is_known_revision("9999")


def test_the_first_command_makes_an_empty_database_ready(terminal) -> None:
    ran = terminal.run("batches")
    assert (ran.status, ran.out) == (0, "There are no batches yet.\n")


def test_migrate_says_what_it_did(terminal) -> None:
    assert terminal.run("migrate").out == f"Migrated the database from revision none to {HEAD}.\n"
    assert terminal.run("migrate").out == f"The database is up to date (revision {HEAD}).\n"


def test_awards_from_before_get_their_credentials(kites) -> None:
    kites.write("roster.csv", "email,name\nada@mail.example,Ada Lindqvist\nli@mail.example,Li Wei\n")
    assert kites.run("issue", "roster.csv", "--badge", "first-kite").status == 0
    kites.change("DELETE FROM credential")
    assert kites.run("migrate").out.endswith("Made credentials for 2 awards that had none.\n")
    assert kites.run("migrate").out == f"The database is up to date (revision {HEAD}).\n"


def test_migrations_can_be_taken_back(kites) -> None:
    kites.write("roster.csv", "email,name\nada@mail.example,Ada Lindqvist\n")
    assert kites.run("issue", "roster.csv", "--badge", "first-kite").status == 0
    config, engine = alembic_config(), open_engine(database_url(kites.database))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0004")
    engine.dispose()
    assert kites.run("migrate").out.endswith("Made credentials for 1 awards that had none.\n")


def test_a_database_of_a_newer_program(kites) -> None:
    kites.change("UPDATE alembic_version SET version_num = '9999'")
    ran = kites.run("batches")
    assert (ran.status, ran.err) == (
        2,
        "badgepost: the database is of revision 9999, which this program does not know: install a newer badgepost\n",
    )


NEXT = f"""
import sqlalchemy as sa
from alembic import op

revision = "next"
down_revision = "{HEAD}"


def upgrade() -> None:
    op.add_column("earner", sa.Column("shoe_size", sa.Integer(), nullable=True))
"""


def test_an_older_database_asks_for_migrate(kites, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    newer = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, newer)
    (newer / "versions" / "next_shoes.py").write_text(NEXT.format(head=HEAD))
    monkeypatch.setattr("badgepost.database.MIGRATIONS", newer)
    before = kites.dump()
    ran = kites.run("batches")
    assert (ran.status, ran.err) == (
        2,
        f"badgepost: the database is of revision {HEAD}, this program needs next: run `badgepost migrate`\n",
    )
    assert kites.dump() == before
    assert kites.run("migrate").out == f"Migrated the database from revision {HEAD} to next.\n"
    assert kites.run("batches").status == 0
    assert any("shoe_size" in line for line in kites.dump())


@pytest.mark.parametrize("command", ["batches", "migrate"])
def test_a_database_of_something_else(terminal, command: str) -> None:
    terminal.change("CREATE TABLE wine (name text)")
    before = terminal.dump()
    ran = terminal.run(command)
    assert (ran.status, len(ran.lines)) == (2, 1)
    assert "holds tables of something else (wine)" in ran.err
    assert terminal.dump() == before


def test_what_is_said_of_it_holds_no_password(on_postgresql: None, terminal) -> None:
    terminal.change("CREATE TABLE wine (name text)")
    url = make_url(database_url(terminal.database)).set(password="a-long-secret")
    ran = terminal.run("batches", BADGEPOST_DATABASE_URL=url.render_as_string(hide_password=False))
    assert "holds tables of something else (wine)" in ran.err
    assert "a-long-secret" not in ran.err


@pytest.mark.sqlite_only("a file")
def test_a_file_that_is_no_database(terminal) -> None:
    terminal.database.parent.mkdir()
    terminal.database.write_bytes(b"no database at all" * 100)
    ran = terminal.run("batches")
    assert (ran.status, len(ran.lines)) == (2, 1)
    assert "the database cannot be used" in ran.err
