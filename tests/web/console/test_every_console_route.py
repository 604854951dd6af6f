"""Rules that hold on every route of the console, whoever adds one: who gets in, with what word, to which issuer.

Every route is walked, with each id that the database holds of another issuer in the places of its path. Ids that are
sent in forms stand in the tests of each page.
"""

import re
from io import BytesIO

import httpx
import pytest
from sqlalchemy import inspect, text

from badges.transactions import reading
from desk.issue import issue_roster
from desk.issuing.order import Issued, IssueOrder
from tests.web.console.insiders import OURS, THEIRS, Inside, enter
from tests.web.house import House
from tests.web.test_every_route import routes_of

ROSTER = "email,name\nvera@strangers.example,Vera Fremd\nudo@strangers.example,Udo Fremd\n"
STRANGE = ("Fremd", "strangers.example", "Taller Norte")
"""What no page of ours may say."""
DOOR = (
    "/console/login",
    "/console/forgot",
    "/console/invitation/{token}",
    "/console/password/{token}",
)
"""For whoever is not logged in."""
OWN = ("/console", "/console/me", "/console/second-factor", "/console/logout", "/console/live")
"""For every member, whatever their roles; live parts judge each topic."""
OPERATION = ("/console/people", "/console/audit", "/console/keys", "/console/settings", "/console/health")
METHODS = ("GET", "POST")


@pytest.fixture(scope="module")
def populated(lasting_house: House) -> House:
    """Both issuers have awarded something."""
    order = IssueOrder(badge="bicycle-mechanic", source=BytesIO(ROSTER.encode()), name="roster.csv")
    assert isinstance(issue_roster(lasting_house.service.office, order, lasting_house.clock()), Issued)
    return lasting_house


@pytest.fixture(scope="module")
def kim(populated: House) -> Inside:
    return enter(populated, manages=(OURS,))


def _routes(house: House, method: str) -> dict[str, str]:
    """Return a path for the pattern of every route inside the console; `{issuer}` stays as it is."""
    routes = {
        pattern: re.sub(r"\{(?!issuer\})[^}]*\}", "x", pattern)
        for pattern in routes_of(house, method)
        if (pattern == "/console" or pattern.startswith("/console/")) and pattern not in DOOR
    }
    assert len(routes) > 10
    return routes


def _is_own(pattern: str) -> bool:
    return pattern in OWN or pattern.startswith("/console/me/")


def _ask(who: Inside, method: str, path: str) -> httpx.Response:
    return who.get(path) if method == "GET" else who.post(path)


def _collect_foreign_ids(house: House) -> list[str]:
    """Return ids, slugs and references of rows that belong to the other issuer, one of each table, and two awards."""
    found: list[str] = []
    with reading(house.service.engine).connect() as connection:
        theirs = {"i": connection.execute(text("SELECT id FROM issuer WHERE slug = :s"), {"s": THEIRS}).scalar_one()}
        for table in inspect(connection).get_table_names():
            names = {column["name"] for column in inspect(connection).get_columns(table)}
            for key in {"id", "slug", "reference", "earner_id"} & names if "issuer_id" in names else ():
                query = f"SELECT {key} FROM {table} WHERE issuer_id = :i AND {key} IS NOT NULL LIMIT 1"
                found += [str(value) for value in connection.execute(text(query), theirs).scalars()]
        awards = (
            "SELECT a.id FROM assertion a JOIN badge_class b ON b.id = badge_class_id WHERE b.issuer_id = :i LIMIT 2"
        )
        found += connection.execute(text(awards), theirs).scalars()
    assert len(set(found)) >= 5
    return sorted(set(found))


def test_nobody_gets_in_without_a_session(populated: House) -> None:
    before = populated.dump()
    for method in METHODS:
        for pattern, path in _routes(populated, method).items():
            for cookie in ("", "console=x"):
                answer = populated.client.request(method, path.replace("{issuer}", OURS), headers={"cookie": cookie})
                assert answer.status_code == 303, (method, pattern)
                assert answer.headers["location"].startswith("/console/login?next=/console"), (method, pattern)
    assert populated.dump() == before


def test_no_form_is_taken_without_its_word(populated: House) -> None:
    boss = enter(populated, "boss", administrator=True, manages=(OURS,))
    before = populated.dump()
    for pattern, path in _routes(populated, "POST").items():
        for word in ("", "x"):
            answer = boss.post(path.replace("{issuer}", OURS), word=word)
            assert answer.status_code == 403, pattern
    assert populated.dump() == before


def test_another_issuers_pages_are_not_there(kim: Inside) -> None:
    """Answered word for word as an issuer that does not exist."""
    house, before = kim.house, kim.house.dump()
    for method in METHODS:
        routes = {pattern: path for pattern, path in _routes(house, method).items() if "{issuer}" in pattern}
        assert routes
        for pattern, path in routes.items():
            theirs, nobodys = (_ask(kim, method, path.replace("{issuer}", s)) for s in (THEIRS, "no-such-issuer"))
            assert theirs.status_code == nobodys.status_code == 404, (method, pattern)
            assert theirs.text.replace(THEIRS, "") == nobodys.text.replace("no-such-issuer", ""), (method, pattern)
    assert house.dump() == before


def test_ids_of_another_issuer_lead_nowhere(kim: Inside) -> None:
    ids, before = _collect_foreign_ids(kim.house), kim.house.dump()
    for method in METHODS:
        for pattern in _routes(kim.house, method):
            if "{issuer}" not in pattern or pattern.count("{") < 2:
                continue
            path = re.sub(r"{[^}]*}", "{id}", pattern.replace("{issuer}", OURS))
            as_unknown = _ask(kim, method, path.replace("{id}", "a" * 16)).status_code
            assert as_unknown >= 300, (method, pattern)
            for each in ids:
                answer = _ask(kim, method, path.replace("{id}", each))
                assert answer.status_code == as_unknown, (method, pattern, each)
                assert not any(word in answer.text for word in STRANGE), (method, pattern, each)
    assert kim.house.dump() == before


def test_our_own_pages_say_nothing_of_them(kim: Inside) -> None:
    for pattern in _routes(kim.house, "GET"):
        if pattern.count("{") == pattern.count("{issuer}") == 1:
            answer = kim.get(pattern.replace("{issuer}", OURS))
            assert answer.status_code == 200, pattern
            assert not any(word in answer.text for word in STRANGE), pattern


def test_managers_have_no_page_of_support_or_operation(kim: Inside) -> None:
    ids, before = _collect_foreign_ids(kim.house), kim.house.dump()
    for method in METHODS:
        for pattern in _routes(kim.house, method):
            if "{issuer}" not in pattern and not _is_own(pattern):
                assert _ask(kim, method, re.sub(r"{[^}]*}", ids[0], pattern)).status_code == 404, (method, pattern)
    assert kim.house.dump() == before


def test_support_has_no_page_of_issuers_or_operation(populated: House) -> None:
    sam = enter(populated, "sam", support=True)
    before = populated.dump()
    for method in METHODS:
        for pattern, path in _routes(populated, method).items():
            if "{issuer}" in pattern or pattern.startswith(OPERATION):
                assert _ask(sam, method, path.replace("{issuer}", OURS)).status_code == 404, (method, pattern)
    assert populated.dump() == before
