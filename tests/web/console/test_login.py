"""The way into the console as a browser goes it, and what strangers learn on it."""

import re
from datetime import timedelta

import httpx
import pytest

from badges.links import LIFETIMES, Purpose
from desk.members.people import disable_member
from tests.cheap_hashing import cheap_hashing
from tests.web.console.newcomers import (
    OPERATOR,
    PASSWORD,
    Browser,
    Settled,
    code_of,
    codes_on,
    invite,
    log_in,
    path_in,
    read_secret,
    settle,
    word_of,
)
from tests.web.house import House

__all__ = ["cheap_hashing"]

pytestmark = pytest.mark.usefixtures("cheap_hashing")

ROBIN = "robin@staff.example"
SAME = ("content-type", "cache-control", "vary", "set-cookie", "content-security-policy")
HOSTILE_NEXT = (
    "https://evil.example/",
    "//evil.example/console",
    "/\\evil.example",
    "/console/../login",
    "/console//evil.example",
    "/console?next=//evil.example",
    "/console/%2e%2e/login",
    "javascript:alert(1)",
    "/console\r\nset-cookie: a=b",
    "/consoles",
    "/portfolio",
    "/console/login",
    "/console/" + "x" * 400,
)


def test_the_whole_way_in_and_out(house: House) -> None:
    invite(house)
    path = path_in(house, ROBIN, "invited")
    assert "Accept the invitation" in house.get(path).text
    done = house.post(path, password=PASSWORD, repeated=PASSWORD)
    assert (done.status_code, done.headers["location"]) == (303, "/console/login?said=password")
    assert "set-cookie" not in done.headers, "nobody is logged in by a link"
    browser = log_in(house, ROBIN)
    assert browser.get("/console").headers["location"] == "/console/second-factor?next=/console"
    secret = read_secret(browser)
    assert secret == read_secret(browser), "a phone that loads the page anew shows the same"
    for wrong in ("000000x", "", "1"):
        refused = browser.send("/console/second-factor", code=wrong, next="/console/me")
        assert (refused.status_code, 'value="/console/me"' in refused.text) == (422, True)
    page = browser.send("/console/second-factor", code=code_of(house, secret), next="/console/me")
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert len(codes_on(page)) == 10
    assert 'href="/console/me"' in page.text
    assert browser.get("/console").status_code == 200
    assert browser.get("/console/login").headers["location"] == "/console"
    assert browser.get("/console/second-factor?next=/console/me").headers["location"] == "/console/me"
    assert codes_on(browser.get("/console/second-factor")) == []
    assert len(set(browser.seen)) == 2
    for old in browser.seen[:-1]:
        assert house.get("/console", cookie=old).headers["location"].startswith("/console/login")
    in_use = browser.cookie
    out = browser.post("/console/logout", word=word_of(browser.get("/console")))
    assert out.headers["location"] == "/console/login?said=out"
    assert house.get("/console", cookie=in_use).status_code == 303


def test_next_time_a_code_is_enough_or_a_recovery_code(house: House) -> None:
    robin = settle(house)
    house.clock.pass_by(timedelta(minutes=1))
    browser = log_in(house, ROBIN)
    page = browser.get("/console/second-factor")
    assert "secret-key" not in page.text
    done = browser.send("/console/second-factor", code=code_of(house, robin.secret), next="/console/me")
    assert (done.status_code, done.headers["location"]) == (303, "/console/me")
    browser = log_in(house, ROBIN)
    wrong = browser.send("/console/second-factor", recovery="AAAA-AAAA-AAAA-AAAA")
    assert (wrong.status_code, "recovery codes" in wrong.text) == (422, True)
    done = browser.send("/console/second-factor", recovery=robin.recovery_codes[0])
    assert done.headers["location"] == "/console/me?said=recovered"
    assert "You have 9 left." in browser.get("/console/me?said=recovered").text


def test_the_unproven_get_no_page_and_act_on_nothing(house: House) -> None:
    robin = settle(house, is_administrator=True)
    browser = log_in(house, ROBIN)
    for path in ("/console", "/console/me", "/console/people", "/console/audit", "/console/audit.csv"):
        assert browser.get(path).headers["location"].startswith("/console/second-factor"), path
    word = word_of(browser.get("/console/second-factor"))
    before = house.dump()
    for path in ("/console/me", "/console/me/password", "/console/me/sessions", "/console/people/invite"):
        answer = browser.post(path, word=word, present=PASSWORD, name="X", address="x@staff.example")
        assert answer.headers["location"].startswith("/console/second-factor"), path
    assert house.dump() == before
    assert "/console/people" not in browser.get("/console/second-factor").text
    assert browser.post("/console/logout", word=word).status_code == 303
    assert robin.browser.get("/console").status_code == 200


def test_the_second_factor_takes_the_word_of_the_form(house: House) -> None:
    robin = settle(house)
    house.clock.pass_by(timedelta(minutes=1))
    browser, code = log_in(house, ROBIN), code_of(house, robin.secret)
    of_another_session = word_of(robin.browser.get("/console/me"))
    for word in ("", "x", "é", of_another_session):
        assert browser.post("/console/second-factor", code=code, word=word).status_code == 403
        assert browser.post("/console/logout", word=word).status_code == 403
    assert browser.send("/console/second-factor", code=code).status_code == 303


def test_a_session_that_was_planted_is_not_taken_over(house: House) -> None:
    robin = settle(house)
    browser = Browser(house, "console=planted")
    browser.post("/console/login", address=ROBIN, password=PASSWORD)
    assert browser.cookie != "console=planted"
    mallory = settle(house, "mallory@staff.example")
    browser = Browser(house, mallory.browser.cookie)
    browser.post("/console/login", address=ROBIN, password=PASSWORD)
    assert mallory.browser.get("/console").status_code == 303, "what was planted has ended"
    assert robin.browser.get("/console").status_code == 200


def test_no_log_in_leads_elsewhere(house: House) -> None:
    invite(house)
    house.post(f"/console/invitation/{_mint(house)}", password=PASSWORD, repeated=PASSWORD)
    for next_page in HOSTILE_NEXT:
        page = house.client.get("/console/login", params={"next": next_page})
        assert re.findall(r'name="next" value="([^"]*)"', page.text) == ["/console"], next_page
        browser = Browser(house)
        done = browser.post("/console/login", address=ROBIN, password=PASSWORD, next=next_page)
        assert done.headers["location"] == "/console/second-factor?next=/console", next_page
        page = house.client.get(
            "/console/second-factor", params={"next": next_page}, headers={"cookie": browser.cookie}
        )
        assert re.findall(r'name="next" value="([^"]*)"', page.text) == ["/console"], next_page
    page = browser.send("/console/second-factor", code=code_of(house, read_secret(browser)), next=HOSTILE_NEXT[0])
    assert 'class="button full" href="/console"' in page.text


def _mint(house: House, purpose: Purpose = Purpose.INVITE, serial: int = 1) -> str:
    return house.mint(purpose, str(house.one("SELECT id FROM member WHERE address = :a", a=ROBIN)), serial)


def test_strangers_members_and_former_ones_are_answered_alike(house: House) -> None:
    settle(house)
    gone = invite(house, "gone@staff.example")
    disable_member(house.service.office, OPERATOR, gone.member_id, house.clock())
    invite(house, "invited@staff.example")
    everybody = (ROBIN, "gone@staff.example", "invited@staff.example", "nobody@staff.example", "ada@mail.example")
    for _ in range(11):
        told = {_without(house.post("/console/login", address=who, password="a guess"), who) for who in everybody}
        house.change("DELETE FROM login_failure")
        assert len(told) == 1
    assert "Locked after 10" in told.pop()[1]
    told = {_without(house.post("/console/forgot", address=who), who) for who in everybody}
    assert len(told) == 1
    house.settle()
    assert house.one("SELECT count(*) FROM message WHERE kind = 'member_password'") == 2, "invited, or with a password"


def _without(answer: httpx.Response, who: str) -> tuple[int, str, tuple[str | None, ...]]:
    return answer.status_code, answer.text.replace(who, ""), tuple(answer.headers.get(name) for name in SAME)


def test_a_network_is_slowed_down_for_everybody(house: House) -> None:
    for number in range(30):
        house.post("/console/login", address=f"n{number}@staff.example", password="a guess")
    answer = house.post("/console/login", address=ROBIN, password=PASSWORD)
    assert (answer.status_code, int(answer.headers["retry-after"]) > 3000) == (429, True)


def test_a_forgotten_password_is_set_anew_by_mail(house: House) -> None:
    settled: Settled = settle(house)
    house.post("/console/forgot", address=ROBIN)
    house.settle()
    path = path_in(house, ROBIN, "new password")
    assert "Your second factor stays as it is" in house.get(path).text
    assert house.post(path, password="x" * 20, repeated="y" * 20).status_code == 422
    assert house.post(path, password="short", repeated="short").status_code == 422
    new = "seven small boats at night"
    assert house.post(path, password=new, repeated=new).status_code == 303
    assert house.post(path, password=new, repeated=new).status_code == 410
    assert settled.browser.get("/console").status_code == 303
    assert log_in(house, ROBIN, new).get("/console").headers["location"].startswith("/console/second-factor")
    assert house.post("/console/forgot", address="no address").status_code == 422


def test_links_that_open_nothing_say_why_and_change_nothing(house: House) -> None:
    invite(house)
    token = _mint(house)
    before = house.dump()
    for path in (
        f"/console/invitation/{token}x",
        "/console/password/x",
        f"/console/password/{_mint(house, Purpose.UNDO)}",
    ):
        assert house.get(path).status_code == house.post(path, password=PASSWORD, repeated=PASSWORD).status_code == 404
    void = f"/console/invitation/{_mint(house, serial=7)}"
    assert house.get(void).status_code == house.post(void, password=PASSWORD, repeated=PASSWORD).status_code == 410
    house.clock.pass_by(LIFETIMES[Purpose.INVITE] + timedelta(seconds=1))
    late = house.get(f"/console/invitation/{token}")
    assert (late.status_code, "too old" in late.text) == (410, True)
    assert house.dump() == before


def test_nothing_secret_is_written_to_the_log(house: House, capfd: pytest.CaptureFixture[str]) -> None:
    robin = settle(house)
    log_in(house, ROBIN).send("/console/second-factor", recovery=robin.recovery_codes[0])
    house.settle()
    said = "".join(capfd.readouterr())
    assert [each for each in (PASSWORD, robin.secret, *robin.recovery_codes, *robin.browser.seen) if each in said] == []


class TestOverTls:
    @pytest.fixture
    def base_url(self) -> str:
        return "https://badges.school.example/under"

    def test_the_cookie_is_for_this_host_over_tls_and_for_no_script(self, house: House) -> None:
        invite(house)
        house.post(f"/console/invitation/{_mint(house)}", password=PASSWORD, repeated=PASSWORD)
        answer = house.post("/console/login", address=ROBIN, password=PASSWORD)
        assert answer.headers["location"] == "/under/console/second-factor?next=/console"
        (given,) = answer.headers.get_list("set-cookie")
        name, *flags = (part.strip().lower() for part in given.split(";"))
        assert name.startswith("__host-console=")
        assert {"httponly", "secure", "samesite=lax", "path=/"} <= set(flags)
        assert not any(flag.startswith("domain") for flag in flags)
        token = given.partition("=")[2].partition(";")[0]
        assert (
            house.get("/console/second-factor", cookie=f"console={token}")
            .headers["location"]
            .startswith("/under/console/login")
        ), "a cookie that a neighbour could set counts for nothing"
        assert house.get("/console/second-factor", cookie=f"__Host-console={token}").status_code == 200
