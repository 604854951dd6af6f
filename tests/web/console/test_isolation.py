"""No page of the console shows or changes anything of another issuer, and none opens to who lacks the role: all routes.

Every route is walked, whoever adds one: with each id that the database holds of another issuer in the place of each
part of its path. Ids that are sent in forms stand in the tests of each page.
"""

import re
from collections.abc import Iterator
from io import BytesIO
from itertools import product

import pytest
from sqlalchemy import inspect, text

from badges.transactions import reading
from desk.issue import issue_roster
from desk.issuing.order import Issued, IssueOrder
from tests.web.console.insiders import OURS, THEIRS, Inside, enter
from tests.web.house import House
from tests.web.test_every_route import _walk

ROSTER = "email,name\nvera@strangers.example,Vera Fremd\nudo@strangers.example,Udo Fremd\n"
STRANGE = ("Fremd", "strangers.example", "Taller Norte")
"""What no page of ours may say."""
OF_EVERYBODY = re.compile(
    r"/console(/me(/.*)?|/logout|/live|/login|/forgot|/second-factor(/.*)?|/(invitation|password)/.*)?"
)
"""Pages that need no role: the door, the first page, one's own account. What /live tells is asked for by topic."""


@pytest.fixture
def populated(house: House) -> House:
    """Both issuers have awarded something."""
    order = IssueOrder(badge="bicycle-mechanic", source=BytesIO(ROSTER.encode()), name="roster.csv")
    assert isinstance(issue_roster(house.service.office, order, house.clock()), Issued)
    return house


def list_routes(house: House, method: str) -> list[str]:
    found = [route.path for route in _walk(house.pages.app.routes) if method in route.methods]
    return [path for path in found if path.startswith("/console")]


def collect_foreign_ids(house: House) -> list[str]:
    """Return ids, slugs and references of rows that belong to the other issuer, some of each table."""
    found: list[str] = []
    with reading(house.service.engine).connect() as connection:
        theirs = connection.execute(text("SELECT id FROM issuer WHERE slug = :s"), {"s": THEIRS}).scalar_one()
        for table in inspect(connection).get_table_names():
            names = {column["name"] for column in inspect(connection).get_columns(table)}
            if "issuer_id" in names:
                keys = [name for name in ("id", "slug", "reference", "earner_id") if name in names]
                for key in keys:
                    query = f"SELECT {key} FROM {table} WHERE issuer_id = :i AND {key} IS NOT NULL LIMIT 2"
                    found += [str(value) for value in connection.execute(text(query), {"i": theirs}).scalars()]
        awards = "SELECT assertion.id FROM assertion JOIN badge_class b ON b.id = badge_class_id WHERE b.issuer_id = :i"
        found += connection.execute(text(awards), {"i": theirs}).scalars()
    assert len(set(found)) >= 5
    return sorted(set(found))


def fill(path: str, issuer: str, ids: list[str]) -> Iterator[str]:
    """Yield the path with each id in each place, the issuer's own slug in its."""
    places = [name for name in re.findall(r"{(\w+)", path) if name != "issuer"]
    path = re.sub(r"{issuer}", issuer, path)
    for values in product(ids, repeat=min(len(places), 1)):
        yield re.sub(r"{[^}]*}", values[0] if values else "", path)


def dump(house: House) -> list[str]:
    """The database but for when sessions were last used."""
    return [line for line in house.dump() if '"member_session"' not in line]


def test_pages_of_an_issuer_are_its_managers_alone(populated: House) -> None:
    stranger, before = enter(populated, manages=(THEIRS,)), None
    before = dump(populated)
    for method in ("GET", "POST"):
        paths = [path for path in list_routes(populated, method) if "{issuer}" in path]
        assert len(paths) > 5
        for path in paths:
            for filled in fill(path, OURS, ["x"]):
                assert ask(stranger, method, filled).status_code == 404, (method, path)
    assert dump(populated) == before


def test_ids_of_another_issuer_lead_nowhere(populated: House) -> None:
    ours, ids = enter(populated, manages=(OURS,)), collect_foreign_ids(populated)
    before = dump(populated)
    for method in ("GET", "POST"):
        for path in list_routes(populated, method):
            if "{issuer}" not in path or path.count("{") < 2:
                continue
            (unknown,) = fill(path, OURS, ["a" * 16])
            as_unknown = ask(ours, method, unknown).status_code
            assert as_unknown >= 300, (method, path)
            for filled in fill(path, OURS, ids):
                answer = ask(ours, method, filled)
                assert answer.status_code == as_unknown, (method, filled)
                assert not any(word in answer.text for word in STRANGE), (method, filled)
    assert dump(populated) == before


def test_our_own_pages_say_nothing_of_them(populated: House) -> None:
    ours = enter(populated, manages=(OURS,))
    for path in list_routes(populated, "GET"):
        if path.count("{") == path.count("{issuer}") == 1:
            answer = ask(ours, "GET", path.replace("{issuer}", OURS))
            assert answer.status_code == 200, path
            assert not any(word in answer.text for word in STRANGE), path


def test_every_other_page_needs_a_role(populated: House) -> None:
    manager, support = enter(populated, manages=(OURS,)), enter(populated, "sam", support=True)
    before, ids = dump(populated), collect_foreign_ids(populated)[:1]
    closed = 0
    for method in ("GET", "POST"):
        for path in list_routes(populated, method):
            if "{issuer}" in path or OF_EVERYBODY.fullmatch(path):
                continue
            for filled in fill(path, "", ids):
                assert ask(manager, method, filled).status_code == 404, (method, path)
                closed += ask(support, method, filled).status_code == 404
    assert closed > 0, "some pages are for administrators alone"
    assert dump(populated) == before


def test_nobody_is_let_in_without_logging_in(house: House) -> None:
    for method in ("GET", "POST"):
        for path in list_routes(house, method):
            if path == "/console" or not OF_EVERYBODY.fullmatch(path):
                for filled in fill(path, OURS, ["x"]):
                    answer = house.get(filled) if method == "GET" else house.post(filled)
                    assert answer.headers.get("location", "").startswith("/console/login"), (method, path)


def ask(who: Inside, method: str, path: str):
    return who.get(path) if method == "GET" else who.post(path)
