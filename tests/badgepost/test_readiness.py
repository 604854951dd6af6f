"""What takes a process out of a load balancer, and what does not."""

import time
from threading import Event
from types import SimpleNamespace

import pytest
from sqlalchemy import event

from badgepost import readiness
from badgepost.readiness import KEPT_SECONDS, Readying
from badges.columns import to_microseconds
from mailer.queue.relays import RelayNote, save_relay
from tests.web.fixtures import base_url, house, sample
from tests.web.house import House

__all__ = ["base_url", "house", "sample"]
DISK_OF_ANOTHER = "not looked at"
"""PostgreSQL's disk is its own concern."""


def disk(house: House, word: str) -> str:
    """Return what is said of the disk that is in this state."""
    return word if house.service.engine.dialect.name == "sqlite" else DISK_OF_ANOTHER


def check(house: House) -> dict[str, str]:
    found = Readying(house.service).check()
    assert found.is_ready == (set(found.checks.values()) == {"ok"})
    return {"disk": DISK_OF_ANOTHER} | dict(found.checks)


def test_a_relay_that_is_down_does_not(house: House) -> None:
    with house.service.engine.begin() as connection:
        save_relay(connection, RelayNote("only", is_up=False, since=house.clock(), reason="away"))
    assert check(house) == {"database": "ok", "revision": "ok", "fence": "ok", "disk": disk(house, "ok")}


def test_a_fence_another_revision_a_full_disk_do(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness.shutil, "disk_usage", lambda _: SimpleNamespace(free=1 << 20))
    house.change("UPDATE instance SET fenced_at = :now, fenced_because = 'a copy'", now=to_microseconds(house.clock()))
    assert check(house) == {"database": "ok", "revision": "ok", "fence": "fenced", "disk": disk(house, "full")}
    house.change("UPDATE alembic_version SET version_num = '0001'")
    assert check(house)["revision"] == "another"
    assert house.get("/readyz").status_code == 503
    assert house.get("/healthz").json() == {"status": "ok"}


def test_a_database_that_does_not_answer_does_and_is_not_waited_for(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "PATIENCE", 0.05)
    answers, asked = Event(), []

    def hang(*_: object) -> None:
        asked.append(1)
        answers.wait(30)

    event.listen(house.service.engine, "begin", hang)
    clock = [0.0]
    readying = Readying(house.service, lambda: clock[0])
    for _ in range(3):
        began = time.monotonic()
        assert readying.check().checks["database"] == "no answer"
        assert time.monotonic() - began < 5
        clock[0] += KEPT_SECONDS
    assert len(asked) == 1, "the question that hangs is asked once"
    answers.set()
    monkeypatch.setattr(readiness, "PATIENCE", 30)
    assert readying.check().is_ready


def test_it_is_not_asked_for_each_time(house: House) -> None:
    clock = [0.0]
    readying = Readying(house.service, lambda: clock[0])
    assert readying.check().is_ready
    house.change("DROP TABLE instance")
    assert readying.check().is_ready
    clock[0] += KEPT_SECONDS
    assert readying.check().checks["database"] == "away"


def test_a_process_that_is_about_to_end_does_and_still_answers(house: House) -> None:
    house.pages.retire()
    assert house.get("/readyz").json()["checks"]["process"] == "stopping"
    assert house.get("/readyz").status_code == 503
    assert house.get("/").status_code == 200


def test_strangers_are_told_yes_or_no(house: House) -> None:
    stranger = {"x-forwarded-for": "203.0.113.7"}
    assert house.get("/readyz", **stranger).json() == {"status": "ok"}
    assert set(house.get("/readyz").json()) == {"status", "checks"}
    house.change("DROP TABLE instance")
    deadline = time.monotonic() + 30
    while (answer := house.get("/readyz", **stranger)).status_code == 200:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert (answer.status_code, answer.json()) == (503, {"status": "not ready"})
