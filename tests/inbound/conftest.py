"""What tests of the inbound side share: an empty database with all tables."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from badgepost.database import migrate, open_engine
from tests.databases import filled_database


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(filled_database(tmp_path / "inbound.db", migrate))
    yield engine
    engine.dispose()


@pytest.fixture
def any_engine(either_database: str, engine: Engine) -> Engine:
    """The same in either database."""
    return engine
