"""`badgepost queue`, `batch`, `suppressions` and `worker --once`, run in this process on a ledger with some of each."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from badgepost.cli import app
from badgepost.database import open_engine
from badgepost.refusal import Refusal
from mailer.queue.relays import RelayNote, save_relay
from tests.databases import filled_database
from tests.mailer.ledgers import Ledger, make_ledger

Run = Callable[..., Result]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    engine = open_engine(filled_database(tmp_path / "badgepost.db", make_ledger))
    yield Ledger(engine, datetime.now(UTC) - timedelta(minutes=5))
    engine.dispose()


@pytest.fixture
def run(tmp_path: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("BADGEPOST_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, list(arguments))

    return run


def refusal(result: Result) -> list[str]:
    """The lines that `main` prints before it ends with status 2."""
    assert isinstance(result.exception, Refusal), result.output
    return list(result.exception.lines)


def test_an_empty_queue_says_so(run: Run) -> None:
    result = run("queue")
    assert (result.exit_code, result.output) == (0, "The queue is empty: no message was ever put in.\n")


def test_the_queue_tells_what_is_where_and_why(run: Run, ledger: Ledger) -> None:
    ledger.add_many(3)
    deferred = ledger.add("robin@south.example", due_at=datetime.now(UTC) + timedelta(hours=5))
    ledger.execute(
        "UPDATE message SET state = 'deferred', attempts = 2, reason = 'relay1 at rcpt: 450 [busy]' WHERE id = :id",
        id=deferred.id,
    )
    with ledger.engine.begin() as connection:
        next_try = datetime.now(UTC) + timedelta(minutes=4)
        save_relay(connection, RelayNote("relay1", False, ledger.clock, "535 5.7.8 [no]", next_try))
    output = run("queue").output
    assert "Relay relay1 is down since 5 min ago; tried again in 3 min: 535 5.7.8 [no]" in output
    assert "No worker runs" in output
    assert "deferred 1  queued 3" in output
    (domain,) = [line.split() for line in output.splitlines() if line.strip().startswith("south.example")]
    assert domain == ["south.example", "1", "1", "5", "min", "ago", "in", "4", "h"]
    (line,) = [line for line in output.splitlines() if "robin@south.example" in line]
    assert "relay1 at rcpt: 450 [busy]" in line
    assert line.split()[:6] == [deferred.id, "robin@south.example", "deferred", "2", "in", "4"]


def test_the_queue_as_json(run: Run, ledger: Ledger) -> None:
    ledger.add_many(2)
    ledger.add(batch_id="other")
    found = json.loads(run("queue", "--batch", "batch", "--json").output)
    assert found["counts"] == {"queued": 2}
    assert [message["id"] for message in found["messages"]] == ["m00001", "m00002"]
    assert datetime.fromisoformat(found["oldest"]) == ledger.clock.replace(microsecond=ledger.clock.microsecond)


def test_hold_retry_cancel(run: Run, ledger: Ledger) -> None:
    ledger.add_many(3)
    robin = ledger.add("robin@south.example")
    assert run("queue", "hold", "m00001", "robin@south.example").output.splitlines() == [
        "m00001: 1 message held",
        "robin@south.example: 1 message held",
    ]
    assert ledger.message(robin.id).held_at is not None
    assert run("queue", "retry", robin.id).output == f"{robin.id}: 1 message to be tried now\n"
    assert run("queue", "cancel", "batch").output == "batch: 4 messages cancelled\n"
    assert ledger.states() == {"cancelled": 4}


def test_a_name_of_nothing_changes_nothing(run: Run, ledger: Ledger) -> None:
    ledger.add()
    result = run("queue", "cancel", "m00001", "nobody@north.example")
    assert refusal(result) == ["nobody@north.example: no message, batch or recipient of that name"]
    assert ledger.states() == {"queued": 1}


def test_batches(run: Run, ledger: Ledger) -> None:
    ledger.add_many(2)
    assert run("batch", "pause", "batch").output == "Batch batch is paused.\n"
    assert "Batch batch is paused" in run("queue").output
    assert refusal(run("batch", "pause", "batch")) == ["batch batch is paused"]
    assert run("batch", "go-on", "batch").output == "Batch batch is running again.\n"
    assert run("batch", "cancel", "batch").output.splitlines() == [
        "Batch batch is cancelled.",
        "2 of its messages will not be sent.",
    ]
    assert refusal(run("batch", "go-on", "batch")) == ["batch batch is cancelled"]
    assert refusal(run("batch", "pause", "none")) == ["there is no batch none"]
    assert refusal(run("queue", "--batch", "none")) == ["there is no batch none"]


def test_suppressions(run: Run) -> None:
    assert run("suppressions", "list").output == "The suppression list is empty.\n"
    assert run("suppressions", "add", "Robin@north.example", "--stream", "notices").exit_code == 0
    assert run("suppressions", "add", "robin@north.example", "--stream", "notices").output.endswith("already.\n")
    assert "robin@north.example" in run("suppressions", "list").output
    assert run("suppressions", "remove", "robin@NORTH.example").exit_code == 0
    assert refusal(run("suppressions", "remove", "robin@north.example")) == ["robin@north.example is not on the list"]
    assert refusal(run("suppressions", "add", "no address"))[0].startswith("no address: ")


def test_a_worker_with_a_bad_name(run: Run) -> None:
    assert refusal(run("worker", "--name", "../x"))[0].startswith("not a worker's name: '../x'")
