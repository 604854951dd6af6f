"""That a process lives, and what it counted: said beside its work, whatever becomes of the database."""

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import REGISTRY, CollectorRegistry, Counter, generate_latest
from sqlalchemy import Engine, text

from badgepost.database import migrate
from badgepost.metric_files import KEPT_SECONDS, CountsOfAll, write_counts
from badgepost.presence import present, processes_folder
from badgepost.settings import Settings
from badgepost.slots import Slot
from badgepost.wiring import Service, open_service
from mailer.instance.pulses import FORGOTTEN_AFTER, SILENT_AFTER, Process, beat, leave, list_pulses
from tests.databases import filled_database
from tests.logs import keep_logs

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LISTENER = Process("listener", "1", "mx1", "/var/lib/badgepost", "0.1.0", NOW)
_PRESSED = Counter("badgepost_test_pressed", "For this test.", ("button",))


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    filled_database(tmp_path / "badgepost.db", migrate)
    with keep_logs():
        opened = open_service(Settings(data_dir=tmp_path))
        yield opened
        opened.engine.dispose()


def names(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return [f"{line.kind}-{line.name}" for line in list_pulses(connection)]


def await_it(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_pulse_is_silent_after_a_while_and_then_forgotten(service: Service) -> None:
    other = replace(LISTENER, place="mx2")
    with service.engine.begin() as connection:
        beat(connection, LISTENER, NOW)
        beat(connection, other, NOW + SILENT_AFTER)
        first, second = list_pulses(connection)
        assert [line.is_silent(NOW + SILENT_AFTER) for line in (first, second)] == [True, False]
        beat(connection, other, NOW + FORGOTTEN_AFTER + timedelta(seconds=1))
        assert [line.place for line in list_pulses(connection)] == ["mx2"]


def test_a_successor_takes_the_row_and_its_predecessor_leaves_it_alone(service: Service) -> None:
    successor = replace(LISTENER, started_at=NOW + timedelta(minutes=1))
    with service.engine.begin() as connection:
        beat(connection, LISTENER, NOW)
        beat(connection, successor, NOW + timedelta(minutes=1))
        leave(connection, LISTENER)
        (line,) = list_pulses(connection)
        assert line.started_at == successor.started_at
        leave(connection, successor)
        assert list_pulses(connection) == []


def test_two_services_on_one_machine_have_two_rows() -> None:
    ids = {LISTENER.id, replace(LISTENER, folder="/srv/other").id, replace(LISTENER, name="2").id}
    assert len(ids) == 3


def test_present_while_it_is_entered(service: Service) -> None:
    with present(service, "listener", beat_every=0.01), present(service, "listener", beat_every=0.01):
        await_it(lambda: names(service.engine) == ["listener-1", "listener-2"])
    assert names(service.engine) == []
    with present(service, "worker", "serve-1"):
        await_it(lambda: names(service.engine) == ["worker-serve-1"])


def test_a_database_that_is_away_ends_nothing(service: Service) -> None:
    with service.engine.begin() as connection:
        connection.execute(text("ALTER TABLE process_pulse RENAME TO elsewhere"))
    with present(service, "hooks", beat_every=0.01):
        await_it((processes_folder(service.settings.data_dir) / "hooks-1.json").exists)
        with service.engine.begin() as connection:
            connection.execute(text("ALTER TABLE elsewhere RENAME TO process_pulse"))
        await_it(lambda: names(service.engine) == ["hooks-1"])


def test_a_folder_that_cannot_be_written_ends_nothing(service: Service) -> None:
    processes_folder(service.settings.data_dir).write_text("in the way")
    with present(service, "listener", beat_every=0.01):
        await_it(lambda: names(service.engine) == [f"listener-pid-{os.getpid()}"])


def test_what_nobody_catches_is_logged_and_ends_the_process(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    service = replace(service, settings=service.settings.model_copy(update={"log_format": "json"}))
    with pytest.raises(SystemExit) as end, present(service, "worker", "one", beat_every=60):
        raise KeyError("ada@mail.example")
    assert end.value.code == 1
    (line,) = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert (line["event"], line["process"]) == ("crashed", "worker-one")
    assert "KeyError: '…@mail.example'" in line["exception"]


def test_counts_of_all_processes_are_served_apart(tmp_path: Path) -> None:
    before = REGISTRY.get_sample_value("badgepost_test_pressed_total", {"button": "red"}) or 0
    _PRESSED.labels("red").inc(3)
    write_counts(tmp_path, "worker-1")
    _PRESSED.labels("red").inc()
    write_counts(tmp_path, "worker-2")
    (tmp_path / "worker-3.json").write_text("no JSON")
    registry = CollectorRegistry()
    registry.register(CountsOfAll(tmp_path))
    said = generate_latest(registry).decode()
    assert f'badgepost_test_pressed_total{{button="red",process="worker-1"}} {before + 3}' in said
    assert f'badgepost_test_pressed_total{{button="red",process="worker-2"}} {before + 4}' in said
    assert said.count("# TYPE badgepost_test_pressed_total counter") == 1
    long_ago = time.time() - KEPT_SECONDS - 1
    os.utime(tmp_path / "worker-1.json", (long_ago, long_ago))
    assert "worker-1" not in generate_latest(registry).decode()
    assert not (tmp_path / "worker-1.json").exists()


def test_the_lowest_number_that_nobody_has(tmp_path: Path) -> None:
    with Slot(tmp_path, "web") as first, Slot(tmp_path, "web") as second:
        assert (first.name, second.name) == ("1", "2")
        first.__exit__()
        with Slot(tmp_path, "web") as third:
            assert third.name == "1"
