"""The way into the console: invitation, password, second factor, and what strangers learn on it."""

import pytest

from tests.cheap_hashing import cheap_hashing
from tests.web.console.newcomers import PASSWORD, code_of, codes_on, invite, log_in, path_in, read_secret
from tests.web.house import House

__all__ = ["cheap_hashing"]

pytestmark = pytest.mark.usefixtures("cheap_hashing")


def test_the_whole_way_in(house: House) -> None:
    invite(house)
    path = path_in(house, "robin@staff.example", "invited")
    assert "Accept the invitation" in house.get(path).text
    done = house.post(path, password=PASSWORD, repeated=PASSWORD)
    assert (done.status_code, done.headers["location"]) == (303, "/console/login?said=password")
    browser = log_in(house, "robin@staff.example")
    assert browser.get("/console").headers["location"] == "/console/second-factor?next=/console"
    secret = read_secret(browser)
    wrong = browser.send("/console/second-factor", code="000000" if code_of(house, secret) != "000000" else "1")
    assert wrong.status_code == 422
    page = browser.send("/console/second-factor", code=code_of(house, secret))
    assert page.status_code == 200
    assert len(codes_on(page)) == 10
    assert browser.get("/console").status_code == 200
    assert len(set(browser.seen)) == 2
