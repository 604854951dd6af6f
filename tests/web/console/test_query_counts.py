"""However much there is, each page of the console asks the database a few questions, and as many as before.

`BADGEPOST_CROWD=100000,1000000` fills that many tickets and messages and prints how long each page takes.
"""

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from tests.web.console.crowd import fill
from tests.web.console.insiders import OURS, Inside, enter
from tests.web.house import House
from tests.web.test_every_route import routes_of

TICKETS, MESSAGES = map(int, os.environ.get("BADGEPOST_CROWD", "90,4000").split(","))
MOST = 30
NOT_PAGES = ("/console/live", "{token}", "/console/logout", ".csv")
_OURS = "JOIN issuer ON issuer.id = issuer_id WHERE issuer.slug = :ours"
IDS = {
    "slug": f"SELECT b.slug FROM badge_class b {_OURS} LIMIT 1",
    "batch": f"SELECT b.id FROM batch b {_OURS} ORDER BY mails DESC LIMIT 1",
    "earner": f"SELECT earner_id FROM message {_OURS} LIMIT 1",
    "message": f"SELECT message.id FROM message {_OURS} LIMIT 1",
    "reference": "SELECT reference FROM ticket WHERE state = 'open' LIMIT 1",
    "member": "SELECT id FROM member LIMIT 1",
    "number": "SELECT 0",
}


@contextmanager
def counted(house: House) -> Iterator[list[str]]:
    """Give the statements that are executed meanwhile."""
    said: list[str] = []

    def note(_connection, _cursor, statement: str, *_: object) -> None:
        said.append(statement)

    event.listen(house.service.engine, "before_cursor_execute", note)
    yield said
    event.remove(house.service.engine, "before_cursor_execute", note)


def list_pages(house: House) -> dict[str, str]:
    """Return a path that leads somewhere for each page whose parameters are known here."""
    pages = {}
    for route in routes_of(house, "GET"):
        names = set(re.findall(r"{(\w+)", route)) - {"issuer"}
        if not route.startswith("/console") or any(part in route for part in NOT_PAGES) or not names <= IDS.keys():
            continue
        path = route.replace("{issuer}", OURS)
        for name in names:
            path = re.sub(
                rf"{{{name}[^}}]*}}",
                str(house.one(IDS[name], **({"ours": OURS} if ":ours" in IDS[name] else {}))),
                path,
            )
        pages[route] = path
    return pages


def count_queries(who: Inside, pages: dict[str, str]) -> dict[str, int]:
    counts = {}
    for route, path in pages.items():
        who.get(path)  # what is read once is read
        with counted(who.house) as said:
            began = time.perf_counter()
            answer = who.get(path)
            taken = time.perf_counter() - began
        assert answer.status_code in {200, 303, 404}, (path, answer.status_code)
        counts[route] = len(said)
        if "BADGEPOST_CROWD" in os.environ:
            size = len(answer.content)
            print(f"{taken * 1000:8.0f} ms {len(said):4} queries {size:8} bytes {answer.status_code} {path}")
    return counts


@pytest.mark.timeout(1800)
def test_pages_ask_a_few_questions_however_much_there_is(house: House) -> None:
    who = enter(house, administrator=True)
    fill(house.service.engine, 40, 2600, house.clock())
    few = count_queries(who, list_pages(house))
    fill(house.service.engine, TICKETS, MESSAGES, house.clock())
    many = count_queries(who, list_pages(house))
    assert len(many) > 15
    assert {route: count for route, count in many.items() if count > MOST} == {}
    # A page may take another way where there is much, and count in the background meanwhile.
    assert {route: (few[route], count) for route, count in many.items() if count > few[route] + 3} == {}
