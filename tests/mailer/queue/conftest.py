"""What tests of the queue share: a ledger with a worker's lease in it, in SQLite and in PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

from mailer.queue.leases import register
from tests.mailer.ledgers import START, Ledger, fill_ledger, open_ledger
from tests.mailer.postgresql import PROGRAMS, PostgresServer, running_postgres


@pytest.fixture(scope="session")
def filled_postgres() -> Iterator[tuple[PostgresServer, str]]:
    """A server, and the name of a filled ledger in it, to be copied."""
    if find_spec("psycopg") is None:
        pytest.skip("the driver psycopg is not installed")
    with running_postgres() as server:
        name = server.create("template0")
        engine = server.open(name)
        fill_ledger(engine)
        engine.dispose()
        yield server, name


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs(*PROGRAMS))])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    if request.param == "sqlite":
        opened = open_ledger(tmp_path / "ledger.db")
    else:
        opened = _copy_ledger(*request.getfixturevalue("filled_postgres"))
    with opened as ledger:
        with ledger.engine.begin() as connection:
            for name in ("w1", "w2"):
                register(connection, name, name, "here", START)
        yield ledger


@contextmanager
def _copy_ledger(server: PostgresServer, template: str) -> Iterator[Ledger]:
    engine = server.open(server.create(template))
    yield Ledger(engine)
    engine.dispose()
