"""What a transaction asks for becomes few jobs, never none, and holds up nobody."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from badgepost.database import open_engine
from badgepost.jobs.asking import MOST_TURNS, let_transactions_ask
from badgepost.jobs.readiness import QUEUE, SCHEMA, is_ready, make_ready
from badgepost.refusal import Refusal
from mailer.queue.decisions import Named, go_on_with_batch, pause_batch, retry
from mailer.queue.leases import recover, register
from mailer.queue.settling import Policy
from mailer.queue.waking import Turn, ask_for_later, ask_for_turn
from tests.mailer.ledgers import Ledger, open_ledger
from tests.mailer.postgresql import PROGRAMS

pytestmark = [pytest.mark.needs(*PROGRAMS), pytest.mark.usefixtures("on_postgresql")]

WAITING = f"SELECT id, entrypoint, execute_after FROM {QUEUE} WHERE status = 'queued' ORDER BY id"
TAKE = text(f"""
    SELECT id FROM {QUEUE} WHERE status = 'queued' AND execute_after <= now() FOR UPDATE SKIP LOCKED
""")


@pytest.fixture
def ledger(on_postgresql: None, tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "ledger.db") as ledger:
        make_ready(ledger.engine)
        let_transactions_ask(ledger.engine)
        yield ledger


@pytest.mark.parametrize(("messages", "jobs"), [(1, 1), (200, 1), (201, 2), (5000, MOST_TURNS)])
def test_many_messages_are_few_jobs(ledger: Ledger, messages: int, jobs: int) -> None:
    ledger.add_many(messages)
    assert len(ledger.rows(WAITING)) == jobs


def test_many_single_mails_are_one_job(ledger: Ledger) -> None:
    for _ in range(50):
        ledger.add(batch_id=None)
    assert len(ledger.rows(WAITING)) == 1


def test_what_is_rolled_back_asks_for_nothing(ledger: Ledger) -> None:
    with ledger.engine.connect() as connection:
        ask_for_turn(connection, Turn.DELIVER)
        connection.rollback()
    ledger.execute("UPDATE batch SET label = 'another act on the same connection'")
    assert not ledger.rows(WAITING)


def test_a_job_that_waits_is_not_taken_before_the_asker_has_committed(ledger: Ledger) -> None:
    """Else it could be done between the asker's look at it and its commit, and find nothing."""
    ledger.add()
    taken_before_the_commit = []

    def look() -> None:
        with ledger.engine.connect() as connection:
            taken_before_the_commit.append(connection.execute(TAKE).all())

    with ledger.engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        ask_for_turn(connection, Turn.DELIVER)
        commit = connection.connection.dbapi_connection.commit
        raw = connection.connection.dbapi_connection

        class Looking:
            def __getattr__(self, name: str) -> object:
                return getattr(raw, name)

            def commit(self) -> None:
                look()
                commit()

        connection.connection.dbapi_connection = Looking()
        connection.commit()
        connection.connection.dbapi_connection = raw
    assert taken_before_the_commit == [[]]
    with ledger.engine.connect() as connection:
        assert len(connection.execute(TAKE).all()) == 1


def test_a_long_import_holds_up_nobody_who_asks_meanwhile(ledger: Ledger) -> None:
    with ledger.engine.begin() as importing:
        importing.execute(text("SET LOCAL lock_timeout = '5s'"))
        ask_for_turn(importing, Turn.DELIVER, 1_000_000)
        ledger.add(batch_id=None)
        assert len(ledger.rows(WAITING)) == 1, "asked while the import goes on"
    assert len(ledger.rows(WAITING)) == MOST_TURNS


def test_the_earliest_of_what_is_due_later_counts(ledger: Ledger) -> None:
    now = datetime.now(UTC)
    for minutes in (10, 20, 5, 30):
        with ledger.engine.begin() as connection:
            ask_for_later(connection, Turn.DELIVER, now + timedelta(minutes=minutes))
    assert [round((row.execute_after - now).total_seconds()) for row in ledger.rows(WAITING)] == [600, 300]


def test_everything_that_makes_mail_due_asks(ledger: Ledger) -> None:
    def asked() -> bool:
        found = bool(ledger.rows(WAITING))
        ledger.execute(f"DELETE FROM {QUEUE}")
        return found

    message = ledger.add()
    assert asked()
    with ledger.engine.begin() as connection:
        assert retry(connection, Named.MESSAGE, message.id, ledger.clock) == 1
    assert asked()
    with ledger.engine.begin() as connection:
        assert pause_batch(connection, "batch")
    assert not asked()
    with ledger.engine.begin() as connection:
        assert go_on_with_batch(connection, "batch")
    assert asked()
    with ledger.engine.begin() as connection:
        register(connection, "dead", "one", "job 1", ledger.clock)
    ledger.execute("UPDATE message SET worker_id = 'dead'")
    with ledger.engine.begin() as connection:
        assert recover(connection, ["dead"], ledger.clock, Policy()).freed == 1
    assert asked()


def test_the_tables_are_made_once_and_noted(ledger: Ledger) -> None:
    make_ready(ledger.engine)
    with ledger.engine.begin() as connection:
        assert is_ready(connection)
        connection.execute(text(f"COMMENT ON SCHEMA {SCHEMA} IS 'pgqueuer 1.5.0'"))
        connection.execute(text(f"DROP INDEX {SCHEMA}.pgqueuer_picked_slot_idx"))
        assert not is_ready(connection)
    make_ready(ledger.engine)
    with ledger.engine.connect() as connection:
        assert is_ready(connection)
        assert connection.execute(text(f"SELECT to_regclass('{SCHEMA}.pgqueuer_picked_slot_idx')")).scalar() is not None


def test_a_user_who_is_nobody_special_can_have_them_and_one_who_may_not_is_told_so(ledger: Ledger) -> None:
    ledger.execute(f"DROP SCHEMA {SCHEMA} CASCADE")
    ledger.execute("DROP ROLE IF EXISTS plain")
    ledger.execute("CREATE ROLE plain LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE")
    plain = open_engine(ledger.engine.url.set(username="plain").render_as_string(hide_password=False))
    with pytest.raises(Refusal, match=f"schema {SCHEMA} cannot be made: permission denied"):
        make_ready(plain)
    ledger.execute(f"GRANT CREATE ON DATABASE {ledger.engine.url.database} TO plain")
    make_ready(plain)
    with plain.connect() as connection:
        assert is_ready(connection)
        assert not connection.execute(text("SELECT 1 FROM pg_extension WHERE extname <> 'plpgsql'")).all()
    plain.dispose()
