"""What tests of the queue share: a ledger with a worker's lease in it, in SQLite and in PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailer.queue.leases import register
from tests.mailer.ledgers import START, Ledger, open_ledger


@pytest.fixture
def ledger(either_database: str, tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "ledger.db") as ledger:
        with ledger.engine.begin() as connection:
            for name in ("w1", "w2"):
                register(connection, name, name, "here", START)
        yield ledger
