"""Every page stays under 50 KB as transferred, with its style sheets and scripts, without its images."""

import re
from datetime import date, timedelta
from urllib.parse import urljoin, urlsplit

import pytest
from sqlalchemy import Date, bindparam, text

from badges.links import Purpose
from tests.web.house import House
from tests.web.signed_in import SignedIn, sign_in

ADA = "ada@mail.example"
MOST_BYTES = 50_000
_ID = re.compile(r"[a-z0-9]{16,}|(?<=page=)[0-9]+")


def _award_more(house: House, count: int) -> None:
    """Give Ada so many badges more, with names as long as they may reasonably be."""
    house.change("UPDATE badge_class SET name = substr(name || :more, 1, 120)", more=" of the Northern Association" * 4)
    award = text(
        "INSERT INTO assertion (id, badge_class_id, earner_id, state, issued_on, created_at)"
        " SELECT :id, b.id, e.earner_id, 'issued', :day, 1"
        " FROM badge_class b, earner_address e WHERE b.slug = 'winter-navigation' AND e.address = :a"
    ).bindparams(bindparam("day", type_=Date))
    first = date(2020, 1, 2)
    rows = [{"id": f"more{n:012d}", "day": first + timedelta(n), "a": ADA} for n in range(count)]
    with house.service.engine.begin() as connection:
        connection.execute(award, rows)


def _starts(house: House) -> list[str]:
    return [
        "/",
        "/login",
        "/password",
        "/portfolio",
        "/portfolio?page=2",
        "/profile",
        "/withheld",
        "/outbox",
        "/nothing",
        f"/badges/{house.award_of(ADA)}",
        house.first_link(ADA),
        f"/not-me/{house.mint(Purpose.NOT_ME, house.award_of(ADA))}",
        f"/unsubscribe/{house.mint(Purpose.UNSUBSCRIBE, house.message_to(ADA))}",
    ]


def _weigh(ada: SignedIn, path: str, page: str) -> int:
    files = re.findall(r'<link rel="stylesheet" href="([^"]+)"|<script src="([^"]+)"', page)
    return len(page.encode()) + sum(_count_bytes(ada.house, "".join(names)) for names in set(files))


def _count_bytes(house: House, path: str) -> int:
    """Return the bytes of the body on the wire."""
    with house.client.stream("GET", path, headers={"accept-encoding": "gzip"}) as answer:
        assert answer.status_code == 200
        return sum(map(len, answer.iter_raw()))


@pytest.fixture
def ada(house: House) -> SignedIn:
    _award_more(house, 200)
    return sign_in(house, ADA)


def test_no_page_is_heavier(ada: SignedIn) -> None:
    """Opens every page that links lead to; of those that differ in an id only, one."""
    waiting, seen, weights = _starts(ada.house), set[str](), dict[str, int]()
    while waiting:
        path = waiting.pop()
        if (kind := _ID.sub("*", path)) in seen:
            continue
        seen.add(kind)
        page = ada.get(path)
        if not page.headers.get("content-type", "").startswith("text/html"):
            continue
        weights[kind] = _weigh(ada, path, page.text)
        links = (urljoin(path, link) for link in re.findall(r'<a [^>]*href="([^"#]+)', page.text))
        waiting += [link for link in links if not urlsplit(link).netloc and not urlsplit(link).scheme]
    assert {"/portfolio", "/portfolio/*", "/portfolio/*/signature", "/badges/*/verify"} <= weights.keys()
    assert {kind: weight for kind, weight in weights.items() if weight >= MOST_BYTES} == {}
