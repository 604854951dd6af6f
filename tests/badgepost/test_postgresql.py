"""The same on PostgreSQL: migrations lead to the tables, and two who issue at once do not double anything."""

import io
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlmodel import SQLModel

from badgepost.database import alembic_config, migrate, open_engine
from badgepost.settings import Settings
from badgepost.wiring import Service, open_service
from desk.issue import issue_roster
from desk.issuing.order import Issued, IssueObserver, IssueOrder
from desk.programme import import_programme

BINARIES = Path("/usr/lib/postgresql/15/bin")
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

pytestmark = pytest.mark.needs("initdb", "pg_ctl")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _run(*arguments: str) -> None:
    # PostgreSQL refuses to run as root; its package makes a user for it.
    options: dict[str, Any] = {"user": "postgres"} if os.geteuid() == 0 else {}
    subprocess.run([*arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, cwd="/", **options)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A server of our own on a free port; the URL of its first database."""
    pytest.importorskip("psycopg", reason="no driver for PostgreSQL: psycopg is not installed")
    folder = Path(tempfile.mkdtemp(prefix="badgepost-pg-"))
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    data, port = str(folder / "data"), _free_port()
    _run(str(BINARIES / "initdb"), "-D", data, "-A", "trust", "-U", "badgepost", "--no-sync")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
    _run(str(BINARIES / "pg_ctl"), "-D", data, "-o", options, "-l", str(folder / "log"), "-w", "start")
    yield f"postgresql+psycopg://badgepost@127.0.0.1:{port}/postgres"
    _run(str(BINARIES / "pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop")
    shutil.rmtree(folder)


@pytest.fixture
def service(server: str, tmp_path: Path, change_programme: Callable[..., Any]) -> Iterator[Service]:
    """The service on an empty database with the programme in it."""
    engine = open_engine(server)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    service = open_service(Settings(data_dir=tmp_path, database_url=server))
    import_programme(service.engine, change_programme(), tmp_path, NOW)
    yield service
    service.engine.dispose()


def test_an_empty_database_becomes_what_the_tables_say(service: Service) -> None:
    with service.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []
    head = ScriptDirectory.from_config(alembic_config()).get_current_head()
    assert migrate(service.engine) == (head, head)


def test_two_who_issue_the_same_roster_at_once_do_not_double_it(service: Service) -> None:
    rows = [f"person{number}@mail.example,Person {number}" for number in range(1500)]
    both_have_checked, outcomes = Barrier(2), []

    class Waiting(IssueObserver):
        def on_progress(self, checked: int, written: int) -> None:
            if checked == 1500 and not written:
                both_have_checked.wait(30)

    def issue(rows: list[str]) -> None:
        source = io.BytesIO("\n".join(["email,name", *rows]).encode())
        order = IssueOrder("first-kite", source, "roster.csv")
        outcomes.append(issue_roster(service.office, order, NOW, Waiting()))

    # In opposite orders, which without taking turns would end in a deadlock.
    desks = [Thread(target=issue, args=(order,)) for order in (rows, rows[::-1])]
    for desk in desks:
        desk.start()
    for desk in desks:
        desk.join()
    assert all(isinstance(outcome, Issued) for outcome in outcomes)
    assert sorted(outcome.summary.mails for outcome in outcomes) == [0, 1500]
    with service.engine.connect() as connection:
        for table in ("earner", "assertion", "message", "account"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 1500
        assert connection.execute(text("SELECT count(*) FROM batch")).scalar_one() == 1
