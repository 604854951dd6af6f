"""Pages are told what has changed: who may listen to what, and that a stream ends when it should."""

import itertools
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from sqlalchemy import insert

from desk.members.audit import Actor
from desk.requests.staff import add_note
from mailer.queue.tables import Batch
from tests.web.console.insiders import OURS, THEIRS, Inside, enter
from tests.web.console.queues import open_requests
from tests.web.house import House
from web.console import live, watch

KIM = Actor("kim@staff.example")
PATIENCE = 20
"""Seconds within which what is waited for must come: a busy machine takes some."""


@contextmanager
def listening(inside: Inside, *topics: str) -> Iterator[Iterator[str]]:
    """Yield the lines of a stream."""
    query = "&".join(f"topic={topic}" for topic in topics)
    timeout = httpx.Timeout(PATIENCE)
    with inside.house.client.stream(
        "GET", f"/console/live?{query}", headers={"cookie": inside.cookie}, timeout=timeout
    ) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        lines = answer.iter_lines()
        assert next(lines) == "retry: 3000"
        yield lines


def next_data(lines: Iterator[str]) -> str:
    return next(line for line in lines if line.startswith("data: ")).removeprefix("data: ")


def look_begins(house: House, *topics: str) -> None:
    """Wait until the watch has had its first look."""
    seen = house.pages.app.state.watch._marks
    deadline = time.monotonic() + PATIENCE
    while not set(topics) <= house.pages.app.state.watch._marks.keys():
        assert time.monotonic() < deadline, seen
        time.sleep(0.02)


def test_a_change_is_told_to_whoever_watches_it(house: House) -> None:
    support = enter(house, support=True)
    first, second = open_requests(house, 2)
    with listening(support, "tickets", f"ticket:{second}") as lines:
        look_begins(house, "tickets", f"ticket:{second}")
        add_note(house.service.office, first, "seen", KIM, house.clock())
        assert next_data(lines) == "tickets"
        add_note(house.service.office, second, "seen", KIM, house.clock())
        assert [next_data(lines), next_data(lines)] == [f"ticket:{second}", "tickets"]
        house.change(
            "INSERT INTO ticket_view SELECT id, :m, :t, '', '', NULL FROM ticket", m=support.member_id, t=10**18
        )
        assert [next_data(lines), next_data(lines)] == [f"ticket:{second}", "tickets"]


def test_who_may_listen_to_what(house: House) -> None:
    support, manager = enter(house, support=True), enter(house, "mia", manages=(OURS,))
    batches = {slug: batch_of(house, slug) for slug in (OURS, THEIRS)}
    refused = [
        (manager, ["tickets", "mail", "ticket:BP-7K2Q9M", f"batch:{batches[THEIRS]}", "batch:nothing"]),
        (support, [f"batch:{batches[OURS]}", "nothing", "", "ticket:" + "x" * 99, "tickets\n", "batch:%27"]),
    ]
    for who, topics in refused:
        for topic in topics:
            assert (
                house.client.get("/console/live", params={"topic": topic}, headers={"cookie": who.cookie}).status_code
                == 404
            ), topic
    assert manager.get(f"/console/live?topic=batch:{batches[OURS]}&topic=tickets").status_code == 404
    assert house.get("/console/live?topic=tickets").status_code == 303
    with listening(manager, f"batch:{batches[OURS]}") as lines:
        look_begins(house, f"batch:{batches[OURS]}")
        house.change("UPDATE batch SET state = 'paused' WHERE id = :b", b=batches[OURS])
        assert next_data(lines) == f"batch:{batches[OURS]}"


def batch_of(house: House, slug: str) -> str:
    """Make a batch of an issuer; return its id."""
    issuer_id = str(house.one("SELECT id FROM issuer WHERE slug = :s", s=slug))
    empty = Batch(
        id=f"batchof{slug.replace('-', '')}", issuer_id=issuer_id, kind="issue", label="", created_at=house.clock()
    )
    with house.service.engine.begin() as connection:
        connection.execute(insert(Batch).values(empty.model_dump()))
    return empty.id


def test_a_stream_ends_with_its_session(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "BEAT_SECONDS", 0.05)
    support = enter(house, support=True)
    with listening(support, "tickets") as lines:
        assert ":" in itertools.islice(lines, 4)
        house.change("UPDATE member SET is_support = false")
        assert next_data(lines) == "session"
        assert [line for line in lines if line] == []


def test_a_member_has_so_many_streams_and_no_more(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "MOST_OF_A_MEMBER", 2)
    support = enter(house, support=True)
    with listening(support, "tickets"), listening(support, "mail"):
        assert support.get("/console/live?topic=tickets").status_code == 429
        began = time.monotonic()
        house.pages.stop()
        assert time.monotonic() - began < PATIENCE, "a server that stops does not wait for whoever listens"
