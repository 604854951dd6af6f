"""A database of the revision before is migrated while programs of that revision write to it, and the migration is
killed at random moments: it is done or not done, never half, and no row is lost.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest
from alembic import command
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from badgepost.database import alembic_config, migrate, open_engine, pending_revision
from badges.tables import Issuer
from mailer.queue.tables import PublishedTemplate
from tests.chaos.house import ROOT, make_chance
from tests.chaos.postgres import killable_postgres
from tests.mailer.ledgers import START, Ledger

BEFORE = "0006"
LONG = "BADGEPOST_CHAOS_KILLS" in os.environ
ROWS = 100_000 if LONG else 5_000
KILLS = 20 if LONG else 3

_BATCH = text("""
    INSERT INTO batch (id, issuer_id, kind, label, state, created_at, rows_in, mails)
    VALUES ('batch', 'issuer', 'issuance', '', 'open', 1, 0, 0)
""")
_MAIL = text("INSERT INTO raw_mail (id, fingerprint, size, content) VALUES (:id, :id, 1, :content)")
_DELIVERY = text("""
    INSERT INTO delivery (id, raw_mail_id, mail_from, rcpt_to, helo_name, peer_address, protocol, received_at, state)
    VALUES (:id, :id, 'a@mail.example', '[]', 'mail.example', '192.0.2.7', 'ESMTP', 1, 'received')
""")
_SENT = text("UPDATE message SET state = 'sent', state_at = 1 WHERE id = :id AND state = 'queued'")


class FormerProgram:
    """Writes as a listener and a worker of the revision before do, in its words; counts what is committed."""

    def __init__(self, engine: Engine) -> None:
        self.committed = 0
        self.faults: list[str] = []
        self._engine = engine
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._write)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        self._thread.start()
        try:
            yield
        finally:
            self._enough.set()
            self._thread.join()

    def _write(self) -> None:
        while not self._enough.wait(0.001):
            number = self.committed + 1
            try:
                with self._engine.begin() as connection:
                    connection.execute(_MAIL, {"id": f"mail{number}", "content": b"x"})
                    connection.execute(_DELIVERY, {"id": f"mail{number}"})
                    connection.execute(_SENT, {"id": f"m{number:05}"})
            except DBAPIError as fault:
                self.faults.append(str(fault.orig).splitlines()[0])
            else:
                self.committed = number


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs("initdb", "postgres"))])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine on a database of the revision before, with many messages in it."""
    if request.param == "sqlite":
        engine = open_engine(f"sqlite:///{tmp_path / 'badgepost.db'}")
        _fill(engine)
        yield engine
        engine.dispose()
    else:
        with killable_postgres() as server:
            engine = open_engine(server.url)
            _fill(engine)
            yield engine
            engine.dispose()


def _fill(engine: Engine) -> None:
    config = alembic_config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, BEFORE)
    issuer = Issuer(id="issuer", slug="north", name="North", domain="north.example", support_email="a@b.example")
    template = {"kind": "issuance", "language": "en", "issuer_id": "issuer", "content": "{}", "created_at": START}
    with Session(engine) as session:
        session.add(issuer)
        session.flush()
        session.add(PublishedTemplate(digest="digest", **template))
        session.commit()
    with engine.begin() as connection:
        connection.execute(_BATCH)
    Ledger(engine).add_many(ROWS)


@pytest.mark.timeout(900)
def test_a_migration_is_done_or_not_done(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        chance = make_chance()
    url = engine.url.render_as_string(hide_password=False)
    program = FormerProgram(open_engine(url))
    with program.at_work():
        done = [_migrate_and_kill(url, chance) for _ in range(KILLS)]
        migrate(engine)
        after = program.committed
        deadline = time.monotonic() + 30
        while program.committed < after + 5:
            assert time.monotonic() < deadline, f"the program of before can no longer write: {program.faults[-1:]}"
            time.sleep(0.01)
    found, needed = pending_revision(engine)
    assert found == needed
    with engine.connect() as connection:
        messages = connection.execute(text("SELECT COUNT(*) FROM message")).scalar_one()
        sent = connection.execute(text("SELECT COUNT(*) FROM message WHERE state = 'sent'")).scalar_one()
        mails = connection.execute(text("SELECT COUNT(*) FROM raw_mail")).scalar_one()
    with capsys.disabled():
        print(f"migrations killed: {KILLS}, of which done {sum(done)}; rows {messages}; {program.committed} commits")
        print(f"of the program of before meanwhile; refused {len(program.faults)}: {set(program.faults) or 'none'}")
    assert messages == ROWS
    assert mails == program.committed
    assert sent == min(program.committed, ROWS)
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
            assert not connection.execute(text("PRAGMA foreign_key_check")).all()


def _migrate_and_kill(url: str, chance: Random) -> bool:
    """Kill a migration somewhere in its midst; tell whether it was done by then."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.chaos.migrator", url], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process.stdout:
        assert process.stdout.readline() == "begins\n"
        time.sleep(chance.uniform(0, 1))
        process.kill()
        process.wait()
        return process.stdout.read() == "ends\n"
