"""Pages are told what has changed: who may listen to what, and that a stream ends when it should."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import httpx
import pytest

from desk.members.audit import Actor
from desk.requests.staff import add_note
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
