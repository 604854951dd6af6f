"""Mail scanners open every link, by GET and HEAD, in a browser too, often and in any order: nothing may change."""

import re
from email.message import EmailMessage

import pytest

from tests.cheap_hashing import cheap_hashing
from tests.chromium import Windows
from tests.web.every_mail import write_every_kind
from tests.web.house import House, links_in
from tests.web.test_every_route import routes_of

__all__ = ["cheap_hashing"]

SCANNERS = (
    {"user-agent": "Mozilla/5.0 (compatible; scanner)", "accept-language": "de"},
    {"sec-purpose": "prefetch;prerender", "purpose": "prefetch", "sec-fetch-site": "none"},
    {"x-moz": "prefetch", "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"},
    {"x-purpose": "preview", "cookie": "session=x"},
)
LOGINS = ("/login?next=/p", "/console/login?next=/console")
FORM = {"password": "a walk in the rain", "repeated": "a walk in the rain", "answer": "yes"}
"""What makes each page act that a link opens."""


@pytest.fixture
def mails(house: House) -> list[EmailMessage]:
    house.let_owners_unlock()
    return write_every_kind(house)


def _paths(house: House, mails: list[EmailMessage]) -> list[str]:
    """Return the paths of all links of ours, and see that every page that takes a token is among them."""
    urls = set().union(*map(links_in, mails))
    paths = sorted(url.removeprefix(house.base_url) for url in urls if url.startswith(f"{house.base_url}/"))
    pages = {_page_of(path) for path in paths}
    assert pages >= _pages_with_token(house, "GET") | {"/badges"}
    assert {"/password", "/console"} <= set(paths)
    return paths


def _page_of(path: str) -> str:
    return path.rpartition("/")[0]


def _pages_with_token(house: House, method: str) -> set[str]:
    return {pattern.partition("/{token}")[0] for pattern in routes_of(house, method) if "{token}" in pattern}


@pytest.mark.usefixtures("cheap_hashing")
def test_every_link_of_every_mail_is_inert_and_works_afterwards(house: House, mails: list[EmailMessage]) -> None:
    paths = _paths(house, mails)
    before = house.dump()
    for path in paths:
        for headers in SCANNERS:
            answer = house.client.get(path, headers=headers)
            assert answer.status_code in {200, 303}, path
            assert answer.status_code == 200 or answer.headers["location"].startswith(LOGINS), path
            assert "set-cookie" not in answer.headers
            head = house.client.head(path, headers=headers)
            assert (head.status_code, head.content) == (answer.status_code, b""), path
    house.settle()
    assert house.dump() == before
    acting = _pages_with_token(house, "POST")
    by_page = {_page_of(path): path for path in paths}
    # Passwords last: whose link it is depends on random ids, and a new one unlocks the account that /unlock is about.
    for page, path in sorted(by_page.items(), key=lambda pair: pair[0] == "/p"):
        if page in acting:
            before = house.dump()
            assert house.post(path, **FORM).status_code in {200, 303}, path
            assert house.dump() != before, path
            acting.remove(page)
    assert acting == set(), "every page that acts was come to"


@pytest.mark.needs("chromium")
def test_a_scanner_with_a_browser_changes_nothing(house: House, mails: list[EmailMessage], windows: Windows) -> None:
    """It runs the scripts of a page, and fills in no form."""
    before, page = house.dump(), windows.open()
    for path in _paths(house, mails):
        if not re.search(r"\.(?:png|jpg|svg)$", path):
            page.goto(path, wait_until="load")
    page.wait_for_load_state("networkidle")
    assert page.context.cookies() == []
    house.settle()
    assert house.dump() == before
