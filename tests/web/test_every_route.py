"""Rules that hold on every route, whoever adds one: what another site sends is refused, headers, inert reading."""

import re

import pytest
from fastapi.routing import APIRoute

from tests.web.house import House
from tests.web.signed_in import SignedIn, sign_in

ADA = "ada@mail.example"
ONE_CLICK = "/unsubscribe/{token}"
ELSEWHERE = {
    "another site": {"sec-fetch-site": "cross-site", "origin": "https://evil.example"},
    "a neighbour": {"sec-fetch-site": "same-site", "origin": "http://evil.127.0.0.1"},
    "an older browser": {"origin": "https://evil.example"},
    "a sandbox": {"origin": "null"},
    "another port": {"origin": "http://127.0.0.1:1"},
    "a lookalike": {"origin": "{base}.evil.example"},
    "an ancient browser": {"referer": "https://evil.example/{base}"},
    "its lookalike": {"referer": "{base}.evil.example/"},
    "two words": {"sec-fetch-site": "same-origin, cross-site"},
    "a liar": {"sec-fetch-site": "same-origin", "origin": "https://evil.example"},
}
OURS = {
    "our page": {"sec-fetch-site": "same-origin", "origin": "null"},
    "the person": {"sec-fetch-site": "none", "origin": "null"},
    "an older browser": {"origin": "{base}"},
    "an ancient browser": {"referer": "{base}/login"},
    "a proxy that shortens": {"referer": "{base}"},
    "a machine": {},
}


def routes_of(house: House, method: str) -> dict[str, str]:
    """Return a path that it matches for the pattern of every route that takes `method`."""
    # The API, which is mounted, has rules of its own.
    routes = [route for route in house.pages.app.routes if isinstance(route, APIRoute)]
    patterns = [route.path for route in routes if method in route.methods]
    assert len(patterns) > 10, "the walk sees the routes"
    return {pattern: re.sub(r"\{[^}]*\}", "x", pattern) for pattern in patterns}


def _fill(headers: dict[str, str], house: House) -> dict[str, str]:
    return {name: value.replace("{base}", house.base_url) for name, value in headers.items()}


@pytest.fixture
def ada(house: House) -> SignedIn:
    return sign_in(house, ADA)


def test_no_route_acts_on_another_sites_word(ada: SignedIn) -> None:
    """Not even with the cookie and the word of the form."""
    house, before = ada.house, ada.house.dump()
    routes = routes_of(house, "POST")
    assert {"/login", "/logout", "/password", "/p/{token}", "/unlock/{token}", ONE_CLICK} <= routes.keys()
    del routes[ONE_CLICK]
    for path in routes.values():
        for who, headers in ELSEWHERE.items():
            sent = _fill(headers, house) | {"cookie": ada.cookie}
            answer = house.client.post(path, data={"word": ada.word}, headers=sent)
            assert answer.status_code == 403, (path, who)
            assert "This did not come from our page" in answer.text
            assert "set-cookie" not in answer.headers
    assert house.dump() == before


def test_every_route_takes_what_our_own_pages_send(house: House) -> None:
    for path in routes_of(house, "POST").values():
        for who, headers in OURS.items():
            answer = house.client.post(path, headers=_fill(headers, house))
            assert answer.status_code not in {403, 405, 500}, (path, who)


def test_a_mail_program_unsubscribes_from_a_page_of_its_own(house: House) -> None:
    for headers in ELSEWHERE.values():
        form = {"List-Unsubscribe": "One-Click"}
        answer = house.client.post(ONE_CLICK.format(token="x"), data=form, headers=_fill(headers, house))
        assert answer.status_code == 404, "it has looked at the link"


@pytest.mark.parametrize("path", ["/unsubscribe/x/../../login", "/unsubscribe/..%2flogin", "/unsubscribe/", "//login"])
def test_the_exception_covers_no_other_page(house: House, path: str) -> None:
    answer = house.client.request("POST", f"{house.base_url}{path}", headers=ELSEWHERE["another site"])
    assert answer.status_code in {403, 404}


def test_other_methods_from_elsewhere_act_no_more_than_post(house: House) -> None:
    for method in ("PUT", "DELETE", "PATCH", "FOO"):
        assert house.client.request(method, "/login", headers=ELSEWHERE["another site"]).status_code == 403


def test_a_link_from_elsewhere_opens(house: House) -> None:
    """Mails are read on other sites, so reading must not be refused."""
    for headers in ELSEWHERE.values():
        assert house.client.get("/login", headers=_fill(headers, house)).status_code == 200


def test_every_answer_restrains_the_browser(ada: SignedIn) -> None:
    house, before = ada.house, ada.house.dump()
    paths = [*routes_of(house, "GET").values(), "/nothing"]
    for path in paths:
        for cookie in ("", ada.cookie):
            answer = house.get(path, cookie=cookie)
            headers = answer.headers
            assert answer.status_code < 500, path
            assert headers["content-security-policy"].startswith("default-src 'none'"), path
            assert headers["x-content-type-options"] == "nosniff", path
            assert headers["referrer-policy"] == "no-referrer", path
            assert headers["x-frame-options"] in {"DENY", "SAMEORIGIN"}, path
            assert "server" not in headers, path
            assert "set-cookie" not in headers, path
            if headers.get("content-type", "").startswith("text/html"):
                assert "script-src 'unsafe" not in headers["content-security-policy"], path
                assert cookie == "" or headers["cache-control"] == "no-store" or "public" in headers["cache-control"]
    assert house.dump() == before, "reading changes nothing"


def test_every_page_answers_head_as_get(house: House) -> None:
    for pattern, path in routes_of(house, "GET").items():
        head, get = house.client.head(path), house.get(path)
        assert head.status_code == get.status_code, pattern
        assert head.content == b"", pattern


def test_pages_of_an_account_are_kept_by_nobody_and_lead_strangers_to_the_log_in(ada: SignedIn) -> None:
    for path in ("/portfolio", f"/portfolio/{ada.house.award_of(ADA)}"):
        page = ada.get(path)
        assert page.status_code == 200
        assert page.headers["cache-control"] == "no-store"
        assert "Cookie" in page.headers["vary"]
        assert ada.house.get(path).headers["location"] == f"/login?next={path}"
        assert ada.house.get(path, cookie="session=x").headers["location"] == f"/login?next={path}"


def test_who_guesses_at_a_link_waits_for_nobody_who_writes(house: House) -> None:
    """Forty who wait for SQLite's one write lock, while a roster is imported, would have every thread of the pages."""
    guesses = [path for pattern, path in routes_of(house, "POST").items() if "{token}" in pattern]
    with house.service.engine.begin():
        assert {house.post(path).status_code for path in guesses} <= {200, 404}
