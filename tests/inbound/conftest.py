"""What tests of the inbound side share: an empty database with all tables, in a file."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from badgepost.database import migrate, open_engine


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path / 'inbound.db'}")
    migrate(engine)
    yield engine
    engine.dispose()
