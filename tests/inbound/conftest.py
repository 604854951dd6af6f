"""What tests of the inbound side share: an empty database with all tables, in SQLite or PostgreSQL."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy import Engine

from badgepost.database import migrate, open_engine
from tests.mailer.postgresql import PROGRAMS, PostgresServer, running_postgres


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path / 'inbound.db'}")
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    if find_spec("psycopg") is None:
        pytest.skip("the driver psycopg is not installed")
    with running_postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs(*PROGRAMS))])
def any_engine(request: pytest.FixtureRequest, engine: Engine) -> Iterator[Engine]:
    """The same in either database."""
    if request.param == "sqlite":
        yield engine
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    opened = server.open(server.create("template0"))
    migrate(opened)
    yield opened
    opened.dispose()
