"""Text of any kind in either database: read back as it was written, but for what no database can keep."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from badgepost.database import migrate, open_engine
from badgepost.storable import make_storable
from badges.transactions import may_pass
from tests.databases import filled_database
from tests.mailer.postgresql import PROGRAMS

ANY_TEXT = st.text(st.characters(codec=None) | st.sampled_from("\0\ud800\udfff\ufffd'%\\:"), max_size=30)


@pytest.fixture
def engine(either_database: str, tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(filled_database(tmp_path / "text.db", migrate))
    yield engine
    engine.dispose()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@example("before\0after")
@example("\ud83d\ude00")
@given(ANY_TEXT)
def test_what_is_written_is_read(engine: Engine, written: str) -> None:
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM earner"))
        rows = [{"id": str(number), "name": f"{number}{written}", "now": 0} for number in range(2)]
        connection.execute(text("INSERT INTO earner (id, name, created_at) VALUES (:id, :name, :now)"), rows)
        query = text("SELECT id FROM earner WHERE name = :name")
        assert connection.execute(query, {"name": f"1{written}"}).scalars().all() == ["1"]
        [name] = connection.execute(text("SELECT name FROM earner WHERE id = '0'")).scalars()
    assert name == make_storable(f"0{written}")
    assert len(name) == len(written) + 1
    assert "\0" not in name.encode().decode()


def test_a_fault_tells_no_value_of_the_row(engine: Engine) -> None:
    """PostgreSQL tells the whole row, and the key that is there already."""
    insert = text("INSERT INTO earner_address (address, earner_id, is_primary) VALUES (:address, :name, true)")
    with pytest.raises(IntegrityError) as caught, engine.begin() as connection:
        connection.execute(insert, {"address": "secret@mail.example", "name": None})
    assert "secret" not in f"{caught.value}{caught.value.orig}{caught.value.orig!r}"


@pytest.mark.needs(*PROGRAMS)
def test_what_is_too_long_for_an_index_does_not_pass(on_postgresql: None, tmp_path: Path) -> None:
    engine = open_engine(filled_database(tmp_path / "text.db", migrate))
    key = "".join(chr(0x4E00 + number * 7 % 20_000) for number in range(2000))
    insert = text("INSERT INTO earner (id, name, name_key, created_at) VALUES ('a', 'A', :key, 0)")
    with pytest.raises(DBAPIError) as caught, engine.begin() as connection:
        connection.execute(insert, {"key": key})
    engine.dispose()
    assert not may_pass(caught.value)
