"""Logging in and out, as a browser sees it."""

import re
from collections import Counter
from datetime import timedelta

import httpx
import pytest

from badges.accounts import hash_password
from badges.links import Purpose
from tests.cheap_hashing import cheap_hashing
from tests.web.house import House
from tests.web.signed_in import sign_in
from web import door

__all__ = ["cheap_hashing"]

ADA = "ada@mail.example"
NOBODY = "nobody@mail.example"
PASSWORD = "a walk in the rain"
WRONG, LOCKED = "do not belong together", "locked after 10 failed log-ins"

pytestmark = pytest.mark.usefixtures("cheap_hashing")


def _give_password(house: House, address: str = ADA) -> None:
    house.change(
        "UPDATE account SET password_hash = :h WHERE id = :i", h=hash_password(PASSWORD), i=house.account_of(address)
    )


def _try(house: House, address: str = ADA, password: str = PASSWORD, **headers: str) -> httpx.Response:
    return house.client.post("/login", data={"address": address, "password": password}, headers=headers)


def _fail(house: House, times: int, address: str = ADA) -> httpx.Response:
    """Fail so often, from as many networks."""
    return [_try(house, address, "a guess", **{"x-forwarded-for": f"198.51.100.{number}"}) for number in range(times)][
        -1
    ]


def _cookie_of(answer: httpx.Response, name: str = "session") -> str:
    [cookie] = [
        line.split(";")[0]
        for line in answer.headers.get_list("set-cookie")
        if line.startswith(f"{name}=") and line[8:9]
    ]
    return str(cookie)


def _word_of(page: httpx.Response) -> str:
    found = re.search(r'name="word" value="([^"]+)"', page.text)
    assert found
    return found[1]


def test_from_the_mailed_link_to_the_badges_and_out_again(house: House) -> None:
    set_there = house.post(house.first_link(ADA), password=PASSWORD, repeated=PASSWORD)
    name = set_there.headers["set-cookie"].split(";")[0]
    assert "session" not in set_there.headers["set-cookie"], "a link logs nobody in"
    assert 'href="/login"' in house.get(set_there.headers["location"]).text
    form = house.get("/login", cookie=name)
    assert f'value="{ADA}"' in form.text
    assert house.get("/portfolio").headers["location"] == "/login?next=/portfolio"
    answer = _try(house)
    assert (answer.status_code, answer.headers["location"]) == (303, "/portfolio")
    cookie = _cookie_of(answer)
    page = house.get("/portfolio", cookie=cookie)
    assert "Mountain First Aid" in page.text
    assert house.client.post("/logout", data={"word": "wrong"}, headers={"cookie": cookie}).status_code == 403
    out = house.client.post("/logout", data={"word": _word_of(page)}, headers={"cookie": cookie})
    assert (out.status_code, out.headers["location"]) == (303, "/login?said=out")
    assert "You are logged out" in house.get("/login?said=out").text
    assert house.get("/portfolio", cookie=cookie).status_code == 303, "a stolen cookie is worth nothing"


def test_the_log_in_leads_to_the_page_that_was_asked_for(house: House) -> None:
    _give_password(house)
    form = house.get("/login?next=/portfolio/7kq2m9")
    assert 'name="next" value="/portfolio/7kq2m9"' in form.text
    for asked, led in (("/profile", "/profile"), ("//evil.example", "/portfolio"), ("/\\evil.example", "/portfolio")):
        answer = house.post("/login", address=ADA, password=PASSWORD, next=asked)
        assert answer.headers["location"] == led
        assert f'name="next" value="{led}"' in house.client.get("/login", params={"next": asked}).text


def test_who_is_logged_in_is_led_on(house: House) -> None:
    ada = sign_in(house, ADA)
    for method in ("GET", "HEAD"):
        answer = house.client.request(method, "/login?next=/profile", headers={"cookie": ada.cookie})
        assert (answer.status_code, answer.headers["location"]) == (303, "/profile")
        assert "Cookie" in answer.headers["vary"]


def test_a_wrong_password_opens_nothing_and_says_nothing(house: House) -> None:
    _give_password(house)
    answers = [_try(house, address, "another walk") for address in (ADA, NOBODY, "maxi@beispiel.example")]
    assert [answer.status_code for answer in answers] == [422] * 3
    pages = {
        answer.text.replace(address, "")
        for answer, address in zip(answers, (ADA, NOBODY, "maxi@beispiel.example"), strict=True)
    }
    assert len(pages) == 1
    assert WRONG in pages.pop()
    assert all("set-cookie" not in answer.headers for answer in answers)
    assert "another walk" not in answers[0].text


def test_what_was_typed_is_shown_as_text(house: House) -> None:
    page = _try(house, '"><script>alert(1)</script>{{ 7 * 7 }}', "x").text
    assert "<script>alert" not in page
    assert "{{ 7 * 7 }}" in page


def test_ten_failures_lock_whoever_it_is_and_all_read_the_same(house: House) -> None:
    _give_password(house)
    known, unknown = _fail(house, 10), _fail(house, 10, NOBODY)
    assert LOCKED in known.text
    assert (known.status_code, known.text.replace(ADA, "")) == (unknown.status_code, unknown.text.replace(NOBODY, ""))
    assert [known.headers.get(name) for name in ("vary", "cache-control", "retry-after")] == [
        unknown.headers.get(name) for name in ("vary", "cache-control", "retry-after")
    ]
    right = _try(house)
    assert (right.status_code, right.text) == (known.status_code, known.text)
    house.settle()
    assert "locked" in house.mail_to(ADA, "locked")["Subject"]
    assert house.mails_to(NOBODY) == []


def test_a_locked_account_may_ask_for_a_password_which_does_not_unlock_it(house: House) -> None:
    _give_password(house)
    _fail(house, 10)
    assert house.post("/password", address=ADA).status_code == 200
    house.settle()
    token = house.mint(Purpose.PASSWORD, house.account_of(ADA), 2)
    assert house.post(f"/p/{token}", password="another long one", repeated="another long one").status_code == 303
    assert LOCKED in _try(house, password="another long one").text


def test_thirty_failures_shut_the_door_on_a_network(house: House) -> None:
    _give_password(house)
    for number in range(30):
        assert _try(house, f"person{number}@mail.example", "a guess").status_code == 422
    answers = [_try(house), _try(house, NOBODY), _try(house, ADA, "a guess")]
    assert [answer.status_code for answer in answers] == [429] * 3
    assert len({answer.text.replace(ADA, "").replace(NOBODY, "") for answer in answers}) == 1
    assert 0 < int(answers[0].headers["retry-after"]) <= 3600
    assert "Too many log-ins from your network" in answers[0].text
    assert _try(house, **{"x-forwarded-for": "203.0.113.9"}).status_code == 303
    house.clock.pass_by(timedelta(hours=1))
    assert _try(house).status_code == 303


def test_what_a_client_claims_before_its_proxy_does_not_count(house: House) -> None:
    for number in range(30):
        claimed = f"198.51.100.{number}, 203.0.113.9"
        assert _try(house, NOBODY, "a guess", **{"x-forwarded-for": claimed}).status_code == 422
    assert _try(house, NOBODY, "a guess", **{"x-forwarded-for": "192.0.2.1, 203.0.113.9"}).status_code == 429
    assert _try(house, NOBODY, "a guess", **{"x-forwarded-for": "192.0.2.1"}).status_code == 422


@pytest.mark.parametrize("inside", [{"127.0.0.1": door.MOST_OF_ONE_NETWORK}, {"192.0.2.1": 8, "192.0.2.2": 8}])
def test_so_many_at_a_time_leave_room_for_other_pages(
    house: House, monkeypatch: pytest.MonkeyPatch, inside: dict[str, int]
) -> None:
    monkeypatch.setattr(door, "_inside", Counter(inside))
    for path in ("/login", "/p/x", "/profile/password", "/profile/delete", "/profile/addresses/primary"):
        answer = house.post(path, address=NOBODY, password="a guess")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5"), path
        assert "Please wait a little" in answer.text
    assert house.get("/login").status_code == 200
    monkeypatch.setattr(door, "_inside", Counter({"192.0.2.1": 8}))
    for _ in range(door.MOST_OF_ONE_NETWORK * 2):
        assert _try(house, NOBODY, "a guess").status_code == 422, "who is done leaves"


def test_a_planted_session_is_not_taken_over(house: House) -> None:
    _give_password(house)
    mallory = sign_in(house, "maxi@beispiel.example")
    answer = _try(house, cookie=mallory.cookie)
    cookie = _cookie_of(answer)
    assert cookie != mallory.cookie
    assert mallory.get("/portfolio").status_code == 303, "what was planted has ended"
    assert ADA not in house.get("/portfolio", cookie="session=planted").text


def test_a_new_password_ends_every_session(house: House) -> None:
    ada = sign_in(house, ADA)
    house.post(house.first_link(ADA), password=PASSWORD, repeated=PASSWORD)
    assert ada.get("/portfolio").status_code == 303


def test_use_prolongs_a_session_after_the_answer(house: House) -> None:
    ada = sign_in(house, ADA)
    before = house.dump()
    assert ada.get("/portfolio").status_code == 200
    house.settle()
    assert house.dump() == before
    for _ in range(3):
        house.clock.pass_by(timedelta(days=6))
        assert ada.get("/portfolio").status_code == 200
        house.settle()
    house.clock.pass_by(timedelta(days=8))
    assert ada.get("/portfolio").status_code == 303


@pytest.mark.parametrize(
    "cookie", ["session=", "session=x", f"session={'x' * 5000}", "session=\xe9", "session=a;session=b"]
)
def test_hostile_cookies_open_nothing(house: House, cookie: str) -> None:
    answer = house.client.get("/portfolio", headers={b"cookie": cookie.encode("latin-1")})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=/portfolio")


@pytest.mark.parametrize("value", ["x", "%00", "%3Cscript%3E", "a" * 5000, "a%40b", "%ff"])
def test_a_hostile_user_name_is_not_shown(house: House, value: str) -> None:
    assert 'name="address" type="email"' in house.get("/login").text
    assert 'value="" required' in house.get("/login", cookie=f"user-name={value}").text


def test_the_front_page_leads_to_the_log_in(house: House) -> None:
    assert 'href="/login"' in house.get("/").text


class TestOverTls:
    @pytest.fixture
    def base_url(self) -> str:
        return "https://badges.school.example/under"

    def test_cookies_are_for_this_host_over_tls_and_for_no_script(self, house: House) -> None:
        set_there = house.post(house.first_link(ADA), password=PASSWORD, repeated=PASSWORD)
        answer = _try(house)
        assert answer.headers["location"] == "/under/portfolio"
        given = set_there.headers.get_list("set-cookie") + answer.headers.get_list("set-cookie")
        assert {line.split("=")[0] for line in given} == {"__Host-session", "__Host-user-name"}
        for line in given:
            flags = {flag.strip().lower() for flag in line.split(";")[1:]}
            assert {"httponly", "secure", "samesite=lax", "path=/"} <= flags
            assert not any(flag.startswith("domain") for flag in flags)
        page = house.get("/portfolio", cookie=_cookie_of(answer, "__Host-session"))
        assert page.status_code == 200
        out = house.client.post(
            "/logout", data={"word": _word_of(page)}, headers={"cookie": _cookie_of(answer, "__Host-session")}
        )
        assert "__Host-session=" in out.headers["set-cookie"]
        assert "Max-Age=0" in out.headers["set-cookie"]

    def test_a_cookie_that_a_neighbour_could_set_counts_for_nothing(self, house: House) -> None:
        _give_password(house)
        token = _cookie_of(_try(house), "__Host-session").partition("=")[2]
        assert house.get("/portfolio", cookie=f"session={token}").status_code == 303

    def test_only_the_configured_origin_is_ours(self, house: House) -> None:
        for origin in (
            house.client.base_url,
            "https://badges.school.example.evil.example",
            "http://badges.school.example",
        ):
            assert _try(house, origin=str(origin)).status_code == 403
        assert _try(house, origin="https://badges.school.example").status_code == 422
