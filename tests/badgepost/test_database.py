"""Engines: what they keep to themselves."""

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from badgepost.database import open_engine


def test_no_value_gets_into_a_fault_and_so_into_a_log(tmp_path: Path) -> None:
    """A password's hash, a name, an address: faults of statements are logged with their traceback."""
    engine = open_engine(f"sqlite:///{tmp_path / 'some.db'}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE account (password_hash TEXT CHECK (password_hash = ''))"))
    with pytest.raises(IntegrityError) as caught, engine.begin() as connection:
        connection.execute(text("INSERT INTO account VALUES (:hash)"), {"hash": "$argon2id$secret"})
    engine.dispose()
    assert "secret" not in str(caught.value)
