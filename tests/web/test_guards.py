"""What holds for every answer: headers, hosts, sizes, methods, errors in words."""

import re
from itertools import product
from time import process_time

import httpx
import pytest

from tests.web.house import House
from tests.web.signed_in import sign_in
from tests.web.test_every_route import routes_of

PATHS = [
    "/",
    "/password",
    "/healthz",
    "/nothing",
    "/p/x",
    "/badges/x",
    "/images/x",
    "/outbox",
    "/mail/x",
    "/robots.txt",
]
ADA = "ada@mail.example"
CHARSETS = [
    ("charset=utf-8", True),
    ('Charset = "UTF-8"; x=y', True),
    ("charset=punycode", False),
    ("charset=unicode_escape", False),
    ("charset=undefined", False),
    ("charset=utf-8; charset=idna", False),
    ("charset=utf-8-sig", False),
    ("charset*=utf-8''punycode", False),
    ("charset*0=puny; charset*1=code", False),
]


def test_every_answer_restrains_the_browser(house: House) -> None:
    for path in PATHS:
        _check_headers(house.get(path).headers)


def _check_headers(headers: httpx.Headers) -> None:
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == "no-store"
    assert "server" not in headers
    assert "set-cookie" not in headers
    assert "strict-transport-security" not in headers


def test_crawlers_are_asked_to_leave_every_link_of_a_mail_alone(house: House) -> None:
    tokens = {pattern.partition("{token}")[0] for pattern in routes_of(house, "GET") if "{token}" in pattern}
    closed = set(re.findall("Disallow: (.+)", house.get("/robots.txt").text))
    assert len(tokens) > 10
    assert closed == tokens


class TestOverTls:
    @pytest.fixture
    def base_url(self) -> str:
        return "https://badges.school.example/under"

    def test_browsers_are_told_to_insist_on_it(self, house: House) -> None:
        assert house.get("/").headers["strict-transport-security"].startswith("max-age=")
        assert house.get("/nothing").headers["strict-transport-security"].startswith("max-age=")

    def test_links_bear_the_path_that_the_proxy_takes_off(self, house: House) -> None:
        page = house.get(f"/badges/{house.award_of(ADA)}").text
        assert 'href="/under/assets/pages.' in page
        assert 'src="/under/images/' in page
        assert 'content="https://badges.school.example/under/badges/' in page
        sent = house.post(house.first_link(ADA), password="a walk in the rain", repeated="a walk in the rain")
        assert sent.headers["location"].startswith("/under/password/set/")


def test_the_host_of_a_request_is_repeated_nowhere(house: House) -> None:
    forged = {"host": "evil.example", "x-forwarded-host": "evil.example", "forwarded": "host=evil.example"}
    for path in ("/", "/password", f"/badges/{house.award_of(ADA)}", "/p/x", "/nothing"):
        page = house.get(path, **forged)
        assert "evil.example" not in page.text, path
        assert "evil.example" not in str(page.headers), path


def test_nothing_redirects_elsewhere(house: House) -> None:
    for path in ("/password/", "//evil.example", "//evil.example/%2e%2e", "/\\evil.example", "/badges/"):
        answer = house.client.get(f"{house.base_url}{path}")
        assert answer.status_code == 404, path
        assert "location" not in answer.headers, path


def test_nobody_chooses_how_a_form_is_decoded(house: House) -> None:
    """Python has codecs that take a minute for a megabyte, or make of it what can be encoded in nothing."""
    body = b'--b\r\nContent-Disposition: form-data; name="address"\r\n\r\n\\ud800@x.example\r\n--b--\r\n'
    for (charset, is_taken), path in product(CHARSETS, ("/password", "/profile/photo")):
        headers = {"content-type": f"multipart/form-data; boundary=b; {charset}"}
        answer = house.client.post(path, content=body, headers=headers)
        assert (answer.status_code != 415) is is_taken, charset
        assert answer.status_code < 500, charset


def test_cookies_are_read_in_no_time(house: House) -> None:
    """CVE-2024-7592: Python's own reader would take ten seconds for this one, and with it every page."""
    evil = 'a="' + "\\" * 60_000 + '"'
    ada = sign_in(house, ADA)
    begun = process_time()
    assert house.get("/", cookie=evil).status_code == 200
    assert house.get("/portfolio", cookie=f"{evil}; {ada.cookie}; b=c").status_code == 200
    assert process_time() - begun < 2


def test_long_bodies_are_refused(house: House) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert house.client.post("/password", data={"address": "a" * 20_000}).status_code == 413
    assert (
        house.client.post("/password", content=iter([b"address="] + [b"a" * 1000] * 20), headers=form).status_code
        == 413
    )


def test_a_photo_may_be_longer_than_a_form(house: House) -> None:
    for size, is_refused in ((100_000, False), (2_000_000, False), (2_200_000, True)):
        answer = house.client.post("/profile/photo", files={"photo": b"x" * size})
        assert (answer.status_code == 413) is is_refused


class TestOverPlainHttpToAnotherMachine:
    @pytest.fixture
    def base_url(self) -> str:
        return "http://badges.internal.example:8000"

    def test_forms_still_say_where_they_come_from(self, house: House) -> None:
        """A browser sends no Sec-Fetch-Site there, and with no-referrer it would send the Origin `null`."""
        assert house.get("/login").headers["referrer-policy"] == "same-origin"
        form = {"address": ADA, "password": "a guess"}
        for origin, status in (("http://badges.internal.example:8000", 422), ("null", 403)):
            assert house.client.post("/login", data=form, headers={"origin": origin}).status_code == status


def test_a_form_may_come_in_chunks(house: House) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    answer = house.client.post("/password", content=iter([b"address=", ADA.encode()]), headers=form)
    assert answer.status_code == 200


def test_other_methods_are_refused_in_words(house: House) -> None:
    for method in ("PUT", "DELETE", "PATCH", "POST"):
        page = house.client.request(method, "/badges/x")
        assert page.status_code == 405, method
        assert "GET" in page.headers["allow"]
        assert "This page cannot do that" in page.text


def test_what_cannot_be_read_is_said_in_words(house: House) -> None:
    page = house.get("/outbox/x?view=../../etc")
    assert page.status_code == 422
    assert "We could not read that" in page.text
    assert "etc" not in page.text


def test_errors_speak_the_visitors_language(house: House) -> None:
    assert "Hier ist nichts" in house.get("/nothing", **{"accept-language": "de-CH"}).text


@pytest.fixture
def broken(house: House) -> House:
    house.change("ALTER TABLE assertion RENAME TO gone")
    return house


def test_a_fault_of_ours_shows_a_reference_and_no_detail(broken: House) -> None:
    page = broken.get("/badges/aaaaaaaaaaaaaaaa")
    assert page.status_code == 500
    assert "It is our fault" in page.text
    assert "quote this reference:" in page.text
    for detail in ("Traceback", "sqlite", "assertion"):
        assert detail not in page.text
    assert page.headers["referrer-policy"] == "no-referrer"


def test_health_tells_whether_the_database_answers(house: House) -> None:
    assert house.get("/healthz").json() == {"status": "ok"}


def test_files_of_pages_may_be_kept_for_good(house: House) -> None:
    page = house.get("/").text
    path = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
    sheet = house.get(path)
    assert sheet.headers["content-type"].startswith("text/css")
    assert "immutable" in sheet.headers["cache-control"]
    assert house.get("/assets/brand-1f4e79.css").status_code == 200
    assert house.get("/assets/none.css").status_code == 404


def test_nothing_is_called_by_a_name_with_a_nul_in_it(house: House) -> None:
    for path in ("/badges/%00", "/healthz?x=%00", "/login?next=a%00"):
        assert house.get(path).status_code == 404, path
