"""`/not-me`, `/unsubscribe` and `/mail`: what else a mail's links open."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from badges.links import LIFETIMES, Purpose
from desk.mailing import Letter, write_letter
from mailer.notices import NOTICES
from mailer.samples import Sample, sample_facts
from tests.web.house import House, links_in

ADA = "ada@mail.example"


def _not_me(house: House) -> str:
    return f"/not-me/{house.mint(Purpose.NOT_ME, house.award_of(ADA))}"


def _unsubscribe(house: House) -> str:
    return f"/unsubscribe/{house.mint(Purpose.UNSUBSCRIBE, house.message_to(ADA))}"


def _browser(house: House) -> str:
    return f"/mail/{house.mint(Purpose.BROWSER, house.message_to(ADA))}"


def test_not_me_explains_without_showing_anything(house: House) -> None:
    page = house.get(_not_me(house))
    assert page.status_code == 200
    assert "This is not me" in page.text
    for secret in (ADA, "Lindqvist", "First Aid", "Fjellvik"):
        assert secret not in page.text


def test_not_me_hides_the_badge_and_tells_the_issuer_once(house: House) -> None:
    badge = f"/badges/{house.award_of(ADA)}"
    assert house.get(badge).status_code == 200
    for _ in range(2):
        assert "Thank you" in house.client.post(_not_me(house)).text
    assert house.get(badge).status_code == 404
    reports = house.mails_to("office@fjellvik.example")
    assert len(reports) == 1


def test_not_me_of_another_purpose_or_too_old_does_nothing(house: House) -> None:
    old = _not_me(house)
    house.clock.pass_by(LIFETIMES[Purpose.NOT_ME] + timedelta(days=1))
    before = house.dump()
    assert house.client.post(old).status_code == 410
    assert house.client.post(f"/not-me/{house.mint(Purpose.BROWSER, house.award_of(ADA))}").status_code == 404
    assert house.dump() == before


@pytest.mark.parametrize("encoding", ["urlencoded", "form-data", "none"])
def test_one_click_unsubscribe_in_either_encoding(house: House, encoding: str) -> None:
    """RFC 8058 section 3.1: a POST without cookies, as application/x-www-form-urlencoded or multipart/form-data."""
    path = _unsubscribe(house)
    fields = ("List-Unsubscribe", "One-Click")
    if encoding == "urlencoded":
        answer = house.client.post(path, data=dict([fields]))
    elif encoding == "form-data":
        answer = house.client.post(path, files={fields[0]: (None, fields[1])})
    else:
        answer = house.client.post(path)
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert house.one("SELECT stream FROM suppression WHERE address = :a", a=ADA) == "notices"
    assert house.client.post(path).status_code == 200


def test_unsubscribe_page_names_the_issuer_and_not_the_address(house: House) -> None:
    page = house.get(_unsubscribe(house))
    assert "Fjellvik Mountain School" in page.text
    assert ADA not in page.text
    assert '<form method="post">' in page.text


def test_the_copy_of_a_mail_carries_no_authority(house: House) -> None:
    mail = next(mail for mail in house.mails_to(ADA))
    own = next(url for url in links_in(mail) if "/mail/" in url).removeprefix(house.base_url)
    page = house.get(own)
    assert page.status_code == 200
    assert "Ada Lindqvist" in page.text
    assert "/p/" not in page.text
    assert f'href="{house.base_url}/password"' in page.text
    assert "/not-me/" not in page.text
    assert f"{house.base_url}/withheld" in page.text
    assert own in page.text
    assert "cid:" not in page.text
    assert house.get("/withheld").status_code == 200


def test_no_copy_of_any_mail_leads_anywhere_with_authority(house: House) -> None:
    inert = {"", "password", "login", "portfolio", "profile", "badges", "withheld", "console"}
    now, office = house.clock(), house.service.office
    for kind in [kind for kind, notice in NOTICES.items() if not notice.shows_badge]:
        facts = sample_facts(kind, Sample(address=ADA), now)
        with house.service.engine.begin() as connection:
            assert write_letter(connection, office, Letter(kind, f"copied/{kind}", None, None, ADA, facts), now)
        message = house.one("SELECT id FROM message WHERE idempotency_key = :key", key=f"copied/{kind}")
        page = house.get(f"/mail/{house.mint(Purpose.BROWSER, str(message))}")
        assert page.status_code == 200
        links = [link for link in re.findall(r'href="([^"]+)"', page.text) if link.startswith(house.base_url)]
        assert {urlsplit(link).path.split("/")[1] for link in links if urlsplit(link).path} <= inert, kind
        assert f"{house.base_url}/console/" not in page.text, kind
    assert "withheld" in page.text


def test_the_copy_may_bring_styles_and_nothing_else(house: House) -> None:
    policy = house.get(_browser(house)).headers["content-security-policy"]
    rules = dict(rule.strip().partition(" ")[::2] for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["style-src"] == "'unsafe-inline'"
    assert "script-src" not in rules
    assert "allow-scripts" not in rules["sandbox"]
    assert "allow-same-origin" not in rules["sandbox"]


def test_the_copys_image_is_served(house: House) -> None:
    page = house.get(_browser(house)).text
    digest = house.one("SELECT image_digest FROM badge_class WHERE slug = 'first-aid'")
    assert f'src="/images/{digest}.png"' in page
    assert house.get(f"/images/{digest}.png").headers["content-type"] == "image/png"


def test_a_copy_is_shown_for_a_time_only(house: House) -> None:
    path = _browser(house)
    house.clock.pass_by(LIFETIMES[Purpose.BROWSER] + timedelta(days=1))
    assert house.get(path).status_code == 410
    assert house.get("/mail/forged").status_code == 404
    assert house.get(f"/mail/{house.mint(Purpose.BROWSER, 'nosuchmessage')}").status_code == 410
