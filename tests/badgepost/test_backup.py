"""Backups: whole, of one moment, and fenced when they are brought back; on both databases, with their own programs."""

import io
import os
import re
import stat
import tarfile
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest
from alembic import command
from sqlalchemy import text

from badgepost.backup import postgresql
from badgepost.backup.sqlite import BackupFault
from badgepost.cli.asking import now
from badgepost.database import alembic_config, open_engine
from badgepost.settings import Settings
from badgepost.slots import Slot
from badgepost.wiring import open_service
from desk.issue import issue_roster
from desk.issuing.order import IssueOrder
from tests.badgepost.services import Service, begin_quickly, choose_kind, new_service
from tests.databases import database_url, dump_rows

WRITTEN_ANEW = ("instance:", "worker_lease:", "process_pulse:")
"""Tables of what lives, and of whose database this is."""


@pytest.fixture
def service(request: pytest.FixtureRequest, tmp_path: Path, terminal) -> Service:
    choose_kind(request)
    service = begin_quickly(tmp_path / "service")
    service.issue("ada", "li")
    return service


@pytest.fixture
def target(service, tmp_path: Path) -> Service:
    return new_service(tmp_path / "target")


def rows_of(service: Service) -> list[str]:
    engine = open_engine(database_url(service.database))
    rows = [row for row in dump_rows(engine) if not row.startswith(WRITTEN_ANEW)]
    engine.dispose()
    return rows


@pytest.mark.usefixtures("either_database")
def test_everything_comes_back_and_nothing_is_sent(service, target) -> None:
    file = service.folder / "backup"
    assert service.deliver() == "2 sent."
    service.issue("bo")
    ran = service.run("backup", str(file), "--keys", str(service.folder / "keys.tar"))
    assert ran.status == 0, ran.err
    assert stat.S_IMODE(file.stat().st_mode) == stat.S_IMODE((service.folder / "keys.tar").stat().st_mode) == 0o600
    assert [path.name for path in service.folder.iterdir() if path.suffix == ".part"] == []
    restored = target.run("restore", str(file))
    assert restored.status == 0, restored.err
    assert rows_of(target) == rows_of(service)
    assert re.search("FENCED since .*: it (was brought back from|is a) backup", target.run("instance").out)
    refused = target.run("worker", "--once")
    assert (refused.status, "nothing is sent from this database" in refused.err) == (2, True)
    assert target.run("instance", "adopt", "--restored").out.startswith("1 message is set aside")
    target.issue("cy")
    assert target.deliver() == "1 sent."


@pytest.mark.usefixtures("either_database")
def test_what_was_queued_behind_a_fence_is_in_doubt_when_a_backup_of_then_is_brought_back(service, target) -> None:
    assert service.run("instance", "fence").status == 0
    service.issue("behind")
    assert service.run("backup", str(service.folder / "backup")).status == 0
    assert service.run("instance", "adopt", "--moved").status == 0
    service.deliver()
    assert target.run("restore", str(service.folder / "backup")).status == 0
    assert target.run("instance", "adopt", "--restored").status == 0
    assert target.deliver() == "nothing."


@pytest.mark.usefixtures("either_database")
def test_a_backup_under_load_is_of_one_moment(service, target) -> None:
    with issuing(service) as rounds:
        for number in range(3):
            assert service.run("backup", str(service.folder / f"backup{number}")).status == 0
    assert rounds()
    restored = target.run("restore", str(service.folder / "backup2"))
    assert restored.status == 0, restored.err
    engine = open_engine(database_url(target.database))
    with engine.connect() as connection:
        counts = [
            connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in ("earner", "assertion", "message")
        ]
    engine.dispose()
    assert len(set(counts)) == 1


class issuing:  # noqa: N801 - a context manager
    """Issues rosters in a thread for as long as this is entered."""

    def __init__(self, service: Service) -> None:
        settings = Settings(data_dir=service.folder / "var", database_url=database_url(service.database))
        self._service = open_service(settings)
        self._stop, self._rounds = Event(), 0
        self._thread = Thread(target=self._issue)

    def __enter__(self):
        self._thread.start()
        return lambda: self._rounds

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._service.engine.dispose()

    def _issue(self) -> None:
        while not self._stop.is_set():
            rows = "".join(f"person{self._rounds}x{number}@mail.example,P\n" for number in range(5))
            order = IssueOrder("first-kite", io.BytesIO(f"email,name\n{rows}".encode()), "roster.csv")
            issue_roster(self._service.office, order, now())
            self._rounds += 1


def refusals() -> Iterator[tuple[str, str]]:
    yield "no such", "No such file"
    yield "programme.json", "is no backup of badgepost"
    yield "damaged", "the database is damaged"
    yield "dump", "is a backup of PostgreSQL, and database_url names SQLite"


@pytest.mark.sqlite_only("a backup that is a database file")
@pytest.mark.parametrize(("name", "words"), list(refusals()))
def test_what_is_not_brought_back(service, target, name: str, words: str) -> None:
    assert service.run("backup", str(service.folder / "backup")).status == 0
    content = (service.folder / "backup").read_bytes()
    middle = len(content) // 2
    (service.folder / "damaged").write_bytes(content[:middle] + b"\xff" * 20_000 + content[middle + 20_000 :])
    (service.folder / "dump").write_bytes(b"PGDMP\1\16")
    ran = target.run("restore", str(service.folder / name))
    assert (ran.status, words in ran.err) == (2, True), ran.err
    assert not target.database.exists()


@pytest.mark.sqlite_only("a backup that is a database file")
def test_nothing_is_written_over(service, target) -> None:
    file = service.folder / "backup"
    assert service.run("backup", str(file)).status == 0
    before = file.read_bytes()
    assert "is there already" in service.run("backup", str(file)).err
    assert file.read_bytes() == before
    rows = rows_of(service)
    assert "is brought back where nothing stands" in service.run("restore", str(file)).err
    assert rows_of(service) == rows
    target.database.parent.mkdir(parents=True)
    Path(f"{target.database}-wal").write_bytes(b"of another database")
    assert "badgepost.db-wal is there" in target.run("restore", str(file)).err


def test_a_database_that_is_not_empty(on_postgresql: None, service) -> None:
    assert service.run("backup", str(service.folder / "backup")).status == 0
    assert "the database is not empty" in service.run("restore", str(service.folder / "backup")).err


@pytest.mark.sqlite_only("a backup that is a database file")
def test_a_backup_of_an_older_revision_is_brought_up(service, target) -> None:
    config, engine = alembic_config(), open_engine(database_url(service.database))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0006")
    engine.dispose()
    Path(f"{service.database}-wal").unlink(missing_ok=True)
    ran = target.run("restore", str(service.database))
    assert "(revision 0006, brought up to 0007)" in ran.out, ran.err
    assert "nothing is sent from this database" in target.run("worker", "--once").err


@pytest.mark.sqlite_only("a backup that is a database file")
def test_nothing_is_brought_back_under_what_runs(service, target) -> None:
    assert service.run("backup", str(service.folder / "backup")).status == 0
    with Slot(target.folder / "var" / "processes", "listener"):
        ran = target.run("restore", str(service.folder / "backup"))
    assert (ran.status, "listener-1 run here; stop them first" in ran.err) == (2, True), ran.err
    assert not target.database.exists()


@pytest.mark.sqlite_only("a backup that is a database file")
def test_a_database_in_use_is_no_backup(service, target) -> None:
    copy = service.folder / "copy"
    copy.write_bytes(service.database.read_bytes())
    Path(f"{copy}-wal").write_bytes(b"what was written last")
    ran = target.run("restore", str(copy))
    assert (ran.status, "copy-wal" in ran.err) == (2, True), ran.err
    assert not target.database.exists()


@pytest.mark.sqlite_only("a backup that is a database file")
def test_a_backup_of_a_newer_program(service, target) -> None:
    assert service.run("backup", str(service.folder / "backup")).status == 0
    copy = Service(service.folder / "copy")
    copy.database.parent.mkdir(parents=True)
    copy.database.write_bytes((service.folder / "backup").read_bytes())
    copy.change("UPDATE alembic_version SET version_num = '9999'")
    assert "revision 9999, which this program does not know" in target.run("restore", str(copy.database)).err


def test_what_is_not_in_it_is_said(service) -> None:
    ran = service.run("backup", str(service.folder / "backup"))
    assert "secret.key" in ran.out
    assert "the mails of the local outbox" in ran.out
    assert service.run("backup", str(service.folder / "again"), "--keys", str(service.folder / "keys")).status == 0
    with tarfile.open(service.folder / "keys") as archive:
        names = {Path(name).name for name in archive.getnames()}
    assert names == {"secret.key", "credentials-rsa.pem", "credentials-ed25519.pem"}


@pytest.mark.parametrize("place", ["kim:s3cret-word@db.example/badges", "kim@db.example/badges?password=s3cret-word"])
def test_no_argument_holds_the_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    """Arguments of programs are seen by everybody on the machine."""
    program = tmp_path / "pg_dump"
    program.write_text(
        f'#!/bin/sh\necho "$@" > {tmp_path}/arguments\necho "$PGPASSWORD" > {tmp_path}/password\nexit 1\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with pytest.raises(BackupFault, match="pg_dump: it failed"):
        postgresql.back_up(f"postgresql+psycopg://{place}", tmp_path / "backup")
    said = (tmp_path / "arguments").read_text()
    assert "host=db.example" in said
    assert "s3cret-word" not in said
    assert (tmp_path / "password").read_text() == "s3cret-word\n"
