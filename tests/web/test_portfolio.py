"""`/portfolio`: what an earner sees of their badges, shows of them, and shares."""

import re
from datetime import date, timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from badges.ids import make_id
from badges.rendering.sizes import SIZES
from badges.transactions import reading
from desk.accounts.showing import ShareCount, count_shares
from tests.web.house import House
from tests.web.signed_in import SignedIn, sign_in

ADA = "ada@mail.example"
MAXI = "maxi@beispiel.example"


@pytest.fixture
def ada(house: House) -> SignedIn:
    return sign_in(house, ADA)


def _own(house: House) -> str:
    return f"/portfolio/{house.award_of(ADA)}"


def _set(house: House, change: str) -> None:
    house.change(f"UPDATE assertion SET {change} WHERE id = :i", i=house.award_of(ADA))


def _award_more(house: House, count: int) -> None:
    """Give Ada so many badges more, one a day."""
    row = "INSERT INTO assertion (id, badge_class_id, earner_id, state, issued_on, created_at)"
    earner = house.one("SELECT earner_id FROM earner_address WHERE address = :a", a=ADA)
    badge = house.one("SELECT id FROM badge_class WHERE slug = 'winter-navigation'")
    for number in range(count):
        day = (date(2020, 1, 1) + timedelta(number)).isoformat()
        values = {"i": make_id(), "b": badge, "e": earner, "d": day}
        house.change(f"{row} VALUES (:i, :b, :e, 'issued', :d, 1)", **values)


def test_each_badge_is_shown_with_its_state(ada: SignedIn) -> None:
    for change, said in [
        ("expires_on = '2027-01-01'", ">Valid<"),
        ("expires_on = '2026-11-22'", ">Expired on Nov 22, 2026<"),
        ("state = 'expired', expires_on = NULL", ">Expired<"),
        ("state = 'revoked'", ">Revoked<"),
        ("hidden_at = 1", ">Hidden<"),
    ]:
        _set(ada.house, change)
        page = ada.get("/portfolio")
        assert said in page.text
        assert "One badge" in page.text
        assert said in ada.get(_own(ada.house)).text


def test_who_has_no_badge_is_told_what_to_expect(ada: SignedIn) -> None:
    _set(ada.house, "held_at = 1")
    page = ada.get("/portfolio")
    assert page.status_code == 200
    assert "No badges yet" in page.text
    assert "Mountain First Aid" not in page.text


def test_many_badges_come_in_pages(ada: SignedIn) -> None:
    _award_more(ada.house, 49)
    first, last = ada.get("/portfolio"), ada.get("/portfolio?page=3")
    assert "50 badges" in first.text
    shown = [re.findall(r'href="/portfolio/(\w+)"', page.text) for page in (first, ada.get("/portfolio?page=2"), last)]
    assert [len(page) for page in shown] == [24, 24, 2]
    assert len(set().union(*shown)) == 50
    assert 'rel="next"' in first.text
    assert 'rel="prev"' not in first.text
    assert 'rel="next"' not in last.text
    assert ada.get("/portfolio?page=4").status_code == 404


def test_a_page_that_cannot_be_is_refused(ada: SignedIn) -> None:
    for page in ("0", "-1", "1001", "9" * 400, "x", "1' OR 1"):
        assert ada.get(f"/portfolio?page={page}").status_code == 422


def test_the_fields_of_linkedin_stand_in_its_order_in_the_readers_words(ada: SignedIn) -> None:
    badge = ada.house.award_of(ADA)
    fields = re.findall(r'<input class="field" id="field-[a-z]+" value="([^"]*)"', ada.get(_own(ada.house)).text)
    assert [unescape(field) for field in fields] == [
        "Mountain First Aid",
        "Fjellvik Mountain School",
        "November 2026",
        "November 2028",
        badge,
        f"{ada.house.base_url}/badges/{badge}",
    ]
    assert "noviembre de 2026" in ada.get(f"{_own(ada.house)}?lang=es").text


def test_a_badge_that_never_expires_leaves_that_field_empty(ada: SignedIn) -> None:
    _set(ada.house, "expires_on = NULL")
    page = ada.get(_own(ada.house)).text
    assert 'id="field-expires"' not in page
    assert "Leave it empty" in page


def test_add_to_profile_leads_to_linkedin_with_all_that_is_known(ada: SignedIn) -> None:
    badge = ada.house.award_of(ADA)
    answer = ada.post(f"{_own(ada.house)}/add-to-profile")
    assert answer.status_code == 303
    url = urlsplit(answer.headers["location"])
    assert (url.scheme, url.netloc, url.path) == ("https", "www.linkedin.com", "/profile/add")
    assert parse_qs(url.query) == {
        "startTask": ["CERTIFICATION_NAME"],
        "name": ["Mountain First Aid"],
        "organizationId": ["90210417"],
        "issueYear": ["2026"],
        "issueMonth": ["11"],
        "expirationYear": ["2028"],
        "expirationMonth": ["11"],
        "certUrl": [f"{ada.house.base_url}/badges/{badge}"],
        "certId": [badge],
    }


def test_add_to_stream_leads_to_linkedin_with_the_public_page(ada: SignedIn) -> None:
    url = urlsplit(ada.post(f"{_own(ada.house)}/add-to-stream").headers["location"])
    assert (url.netloc, url.path) == ("www.linkedin.com", "/sharing/share-offsite/")
    assert parse_qs(url.query) == {"url": [f"{ada.house.base_url}/badges/{ada.house.award_of(ADA)}"]}


def test_browsers_may_follow_the_share_buttons_and_nothing_else(ada: SignedIn) -> None:
    def form_action(path: str) -> str:
        policy = ada.get(path).headers["content-security-policy"]
        return next(part.strip() for part in policy.split(";") if part.strip().startswith("form-action"))

    assert form_action(_own(ada.house)) == "form-action 'self' https://www.linkedin.com"
    assert form_action("/portfolio") == "form-action 'self'"


def test_presses_are_counted_once_a_minute(ada: SignedIn) -> None:
    badge = ada.house.award_of(ADA)
    for way, wait in [("profile", 0), ("profile", 59), ("stream", 0), ("profile", 61), ("stream", 3600)]:
        ada.house.clock.pass_by(timedelta(seconds=wait))
        assert ada.post(f"/portfolio/{badge}/add-to-{way}").status_code == 303
    with reading(ada.house.service.engine).connect() as connection:
        counts = count_shares(connection, [badge, "another"])
    assert counts == {badge: ShareCount(2, 2, ada.house.clock())}


@pytest.mark.parametrize("change", ["state = 'revoked', revocation_reason = 'Awarded twice.'", "hidden_at = 1"])
def test_what_should_not_be_shared_is_not(ada: SignedIn, change: str) -> None:
    _set(ada.house, change)
    page = ada.get(_own(ada.house)).text
    assert "add-to-profile" not in page
    assert "add-to-stream" not in page
    for way in ("add-to-profile", "add-to-stream"):
        assert ada.post(f"{_own(ada.house)}/{way}").headers["location"] == _own(ada.house)
    assert ada.house.one("SELECT count(*) FROM share_click") == 0


def test_a_revoked_badge_says_why(ada: SignedIn) -> None:
    _set(ada.house, "state = 'revoked', revocation_reason = 'Awarded twice.'")
    page = ada.get(_own(ada.house)).text
    assert "has taken this badge back" in page
    assert "Awarded twice." in page


def test_a_hidden_badge_looks_to_others_like_one_that_never_was(ada: SignedIn) -> None:
    badge = ada.house.award_of(ADA)
    paths = ["/badges/{}", "/badges/{}/verify", "/badges/{}/badge.png", "/badges/{}/badge.svg", "/credentials/{}"]
    page = ada.house.get(f"/badges/{badge}").text
    paths += [path.replace(badge, "{}") for path in re.findall(rf"/badges/{badge}/card-\w+\.png", page)[:1]]
    paths += [f"/badges/{{}}/image-{SIZES[0]}.png", f"/badges/{{}}/image-{SIZES[0]}.jpg"]
    for path in paths:
        assert ada.house.get(path.format(badge)).status_code == 200, path
    answer = ada.post(f"/portfolio/{badge}/visibility", visibility="hidden")
    assert answer.headers["location"] == f"/portfolio/{badge}#visibility"
    for path in paths:
        hidden, unknown = ada.house.get(path.format(badge)), ada.house.get(path.format("a" * 16))
        assert (hidden.status_code, hidden.text) == (404, unknown.text), path
        assert hidden.headers.keys() == unknown.headers.keys(), path
    assert "Show this badge in public" in ada.get(_own(ada.house)).text
    ada.post(f"/portfolio/{badge}/visibility", visibility="public")
    assert ada.house.get(f"/badges/{badge}").status_code == 200


def test_hiding_is_noted_once_however_often_it_is_asked_for(ada: SignedIn) -> None:
    for visibility in ("public", "hidden", "hidden", "public"):
        assert ada.post(f"{_own(ada.house)}/visibility", visibility=visibility).status_code == 303
    kinds = ada.house.column("SELECT kind FROM account_event WHERE kind LIKE 'badge_%'")
    assert sorted(kinds) == ["badge_hidden", "badge_shown"]


def test_only_two_visibilities_are_known(ada: SignedIn) -> None:
    before = ada.house.dump()
    for form in ({"visibility": "gone"}, {"visibility": ""}, {}):
        assert ada.post(f"{_own(ada.house)}/visibility", **form).status_code == 422
    assert ada.house.dump() == before


@pytest.mark.parametrize("way", ["visibility", "add-to-profile", "add-to-stream"])
def test_what_acts_wants_the_word_of_our_own_page(ada: SignedIn, way: str) -> None:
    before = ada.house.dump()
    assert ada.post(f"{_own(ada.house)}/{way}", word="x", visibility="hidden").status_code == 403
    assert ada.house.post(f"{_own(ada.house)}/{way}", visibility="hidden").headers["location"].startswith("/login")
    assert ada.get(f"{_own(ada.house)}/{way}").status_code == 405
    assert ada.house.dump() == before


def test_other_peoples_badges_are_unknown_on_every_route(ada: SignedIn) -> None:
    before = ada.house.dump()
    for path in ("", "/visibility", "/add-to-profile", "/add-to-stream"):
        theirs, unknown = f"/portfolio/{ada.house.award_of(MAXI)}{path}", f"/portfolio/{'a' * 16}{path}"
        answers = [ada.post(each, visibility="hidden") if path else ada.get(each) for each in (theirs, unknown)]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].text == answers[1].text
    assert ada.house.dump() == before


def test_a_held_badge_is_unknown_to_its_earner_too(ada: SignedIn) -> None:
    _set(ada.house, "held_at = 1")
    before = ada.house.dump()
    assert ada.get(_own(ada.house)).status_code == 404
    for path in ("visibility", "add-to-profile", "add-to-stream"):
        assert ada.post(f"{_own(ada.house)}/{path}", visibility="hidden").status_code == 404
    assert ada.house.dump() == before


def test_looking_changes_nothing(ada: SignedIn) -> None:
    before = ada.house.dump()
    for path in ("/portfolio", _own(ada.house)):
        assert ada.get(path).status_code == ada.head(path).status_code == 200
        assert ada.head(path).content == b""
        assert ada.get(path).headers["cache-control"] == "no-store"
    assert ada.house.dump() == before
