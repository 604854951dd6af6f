"""Rules that hold on every route of the console, whoever adds one: who gets in, with what word, to which issuer."""

import re

import pytest

from tests.web.console.insiders import OURS, THEIRS, Inside, enter
from tests.web.house import House
from tests.web.test_every_route import routes_of

DOOR = (
    "/console/login",
    "/console/forgot",
    "/console/invitation/{token}",
    "/console/password/{token}",
)
"""For whoever is not logged in."""
OWN = ("/console", "/console/me", "/console/second-factor", "/console/logout", "/console/live")
"""For every member, whatever their roles; live parts judge each topic."""


def _routes(house: House, method: str) -> dict[str, str]:
    """Return a path for the pattern of every route inside the console; `{issuer}` stays as it is."""
    return {
        pattern: re.sub(r"\{(?!issuer\})[^}]*\}", "x", pattern)
        for pattern in routes_of(house, method)
        if (pattern == "/console" or pattern.startswith("/console/")) and pattern not in DOOR
    }


def _is_own(pattern: str) -> bool:
    return pattern in OWN or pattern.startswith("/console/me/")


@pytest.fixture
def kim(house: House) -> Inside:
    return enter(house, manages=(OURS,))


def test_nobody_gets_in_without_a_session(house: House) -> None:
    before = house.dump()
    for method in ("GET", "POST"):
        routes = _routes(house, method)
        assert len(routes) > 10
        for pattern, path in routes.items():
            for cookie in ("", "console=x"):
                answer = house.client.request(method, path.replace("{issuer}", OURS), headers={"cookie": cookie})
                assert answer.status_code == 303, (method, pattern)
                assert answer.headers["location"].startswith("/console/login?next=/console"), (method, pattern)
    assert house.dump() == before


def test_no_form_is_taken_without_its_word(house: House) -> None:
    boss = enter(house, administrator=True, manages=(OURS,))
    before = house.dump()
    for pattern, path in _routes(house, "POST").items():
        for word in ("", "x"):
            answer = boss.post(path.replace("{issuer}", OURS), word=word)
            assert answer.status_code == 403, pattern
    assert house.dump() == before


def test_another_issuers_pages_are_not_there(kim: Inside) -> None:
    """Answered word for word as an issuer that does not exist."""
    house, before = kim.house, kim.house.dump()
    for method, ask in (("GET", kim.get), ("POST", kim.post)):
        routes = {pattern: path for pattern, path in _routes(house, method).items() if "{issuer}" in pattern}
        assert routes
        for pattern, path in routes.items():
            theirs, nobodys = (ask(path.replace("{issuer}", slug)) for slug in (THEIRS, "no-such-issuer"))
            assert theirs.status_code == nobodys.status_code == 404, (method, pattern)
            assert theirs.text.replace(THEIRS, "") == nobodys.text.replace("no-such-issuer", ""), (method, pattern)
    assert house.dump() == before


def test_managers_have_no_page_of_support_or_operation(kim: Inside) -> None:
    before = kim.house.dump()
    for method, ask in (("GET", kim.get), ("POST", kim.post)):
        for pattern, path in _routes(kim.house, method).items():
            if "{issuer}" not in pattern and not _is_own(pattern):
                assert ask(path).status_code == 404, (method, pattern)
    assert kim.house.dump() == before


def test_support_has_no_page_of_issuers_or_operation(house: House) -> None:
    kim = enter(house, support=True)
    before = house.dump()
    operation = ("/console/people", "/console/audit", "/console/keys", "/console/settings", "/console/health")
    for method, ask in (("GET", kim.get), ("POST", kim.post)):
        for pattern, path in _routes(house, method).items():
            if "{issuer}" in pattern or pattern.startswith(operation):
                assert ask(path.replace("{issuer}", OURS)).status_code == 404, (method, pattern)
    assert house.dump() == before
