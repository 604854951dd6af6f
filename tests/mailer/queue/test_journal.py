"""Group commit: what is answered is on disk, in order, however the database behaves."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import IntegrityError, OperationalError

from mailer.queue.journal import GROUP, Journal
from mailer.queue.writer import Writer


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    engine = create_engine(f"sqlite:///{tmp_path / 'notes.db'}", connect_args={"timeout": 0.05})
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE note (number INTEGER PRIMARY KEY)"))
    with Writer(engine) as writer:
        yield writer
    engine.dispose()


def write(connection: Connection, steps: Sequence[int]) -> list[bool]:
    connection.execute(text("INSERT INTO note (number) VALUES (:number)"), [{"number": step} for step in steps])
    return [step % 2 == 0 for step in steps]


def read(writer: Writer) -> list[int]:
    with writer._engine.connect() as connection:
        return list(connection.execute(text("SELECT number FROM note ORDER BY number")).scalars())


def run(scenario: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(scenario(), 20))


def test_steps_are_gathered_and_answered_in_order(writer: Writer) -> None:
    groups: list[list[int]] = []

    def note(connection: Connection, steps: Sequence[int]) -> list[bool]:
        groups.append(list(steps))
        return write(connection, steps)

    async def scenario() -> None:
        journal = Journal[int](writer, note)
        answers = await asyncio.gather(*(journal.submit(number) for number in range(200)))
        assert answers == [number % 2 == 0 for number in range(200)]

    run(scenario)
    assert read(writer) == [number for group in groups for number in group] == list(range(200))
    assert len(groups) <= 200 / GROUP + 1
    assert max(len(group) for group in groups) <= GROUP


def test_one_step_alone_waits_for_nobody(writer: Writer) -> None:
    async def scenario() -> None:
        journal = Journal[int](writer, write)
        started = asyncio.get_running_loop().time()
        for number in range(20):
            await journal.submit(number)
        assert asyncio.get_running_loop().time() - started < 2

    run(scenario)


def test_a_locked_database_is_waited_for(writer: Writer, tmp_path: Path) -> None:
    other = create_engine(f"sqlite:///{tmp_path / 'notes.db'}")

    async def scenario() -> None:
        journal = Journal[int](writer, write)
        with other.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            futures = [journal.submit(number) for number in range(10)]
            await asyncio.sleep(0.3)
            assert not any(future.done() for future in futures)
            connection.rollback()
        await asyncio.gather(*futures)

    run(scenario)
    other.dispose()
    assert read(writer) == list(range(10))


def test_a_database_that_fails_for_a_while_loses_nothing(writer: Writer) -> None:
    failures = iter([True, True, False, True])

    def sometimes(connection: Connection, steps: Sequence[int]) -> list[bool]:
        answers = write(connection, steps)
        if next(failures, False):
            raise OperationalError("INSERT", {}, Exception("disk I/O error"))
        return answers

    async def scenario() -> None:
        journal = Journal[int](writer, sometimes)
        await asyncio.gather(*(journal.submit(number) for number in range(100)))

    run(scenario)
    assert read(writer) == list(range(100))


def test_one_bad_step_does_not_take_the_others_with_it(writer: Writer) -> None:
    async def scenario() -> None:
        journal = Journal[int](writer, write)
        futures = [journal.submit(number) for number in (1, 2, 2, 3)]
        answers = await asyncio.gather(*futures, return_exceptions=True)
        assert [type(answer) for answer in answers] == [bool, bool, IntegrityError, bool]
        await journal.flush()

    run(scenario)
    assert read(writer) == [1, 2, 3]


def test_who_stops_waiting_stops_nothing(writer: Writer) -> None:
    """A lane that is cancelled leaves its step in the journal."""
    gate = threading.Event()

    def slowly(connection: Connection, steps: Sequence[int]) -> list[bool]:
        gate.wait(5)
        return write(connection, steps)

    async def scenario() -> None:
        journal = Journal[int](writer, slowly)
        futures = [journal.submit(number) for number in range(5)]
        await asyncio.sleep(0)
        futures[2].cancel()
        gate.set()
        await journal.flush()

    run(scenario)
    assert read(writer) == list(range(5))


def test_what_waiting_would_not_mend_is_raised(writer: Writer) -> None:
    async def scenario() -> None:
        async with asyncio.timeout(10):
            await writer.run(lambda connection: connection.execute(text("SELECT * FROM no_such_table")))

    with pytest.raises(OperationalError, match="no such table"):
        asyncio.run(scenario())
