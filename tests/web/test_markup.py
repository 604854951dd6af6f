"""Names, badges and issuers may hold markup: no page, and no header, may take it for its own."""

from html import unescape
from html.parser import HTMLParser

import pytest

from badges.links import Purpose
from tests.web.house import House
from tests.web.signed_in import sign_in

NASTY = "\"><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7777 * 7 }}{% raw %}'&amp;"
ADA = "ada@mail.example"


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


@pytest.fixture
def nasty(house: House) -> House:
    house.change("UPDATE earner SET name = :n", n=NASTY)
    house.change("UPDATE issuer SET name = :n, website = 'javascript:alert(1)'", n=NASTY)
    house.change("UPDATE badge_class SET name = :n, description = :n, criteria = :n, image_caption = :n", n=NASTY)
    house.change(
        "UPDATE assertion SET revocation_reason = :n, state = 'revoked' WHERE id = :i", n=NASTY, i=house.award_of(ADA)
    )
    return house


def _tags(html: str) -> _Tags:
    tags = _Tags()
    tags.feed(html)
    return tags


def test_no_page_holds_anybodys_markup(nasty: House) -> None:
    award = nasty.award_of(ADA)
    paths = [
        f"/badges/{award}",
        f"/badges/{award}/verify",
        f"/password/set/{award}",
        nasty.first_link(ADA),
        f"/unsubscribe/{nasty.mint(Purpose.UNSUBSCRIBE, nasty.message_to(ADA))}",
        f"/not-me/{nasty.mint(Purpose.NOT_ME, award)}",
        "/<script>alert(1)</script>",
        "/?lang=<script>alert(1)</script>",
    ]
    for path in paths:
        page = nasty.get(path)
        tags = _tags(page.text)
        assert "<script>" not in page.text, path
        assert "54439" not in page.text, path
        assert tags.tags.count("script") <= 1, path
        assert not [name for name, _ in tags.attributes if name.startswith("on") or name == "style"], path
        assert "style" not in tags.tags, path


def test_no_page_of_an_account_holds_anybodys_markup(nasty: House) -> None:
    nasty.change("UPDATE assertion SET state = 'issued'")
    ada, award = sign_in(nasty, ADA), nasty.award_of(ADA)
    for path in ("/portfolio", f"/portfolio/{award}", f"/portfolio/{award}/signature", f"/portfolio/{award}/resume"):
        page = ada.get(path)
        tags = _tags(page.text)
        assert page.status_code == 200, path
        assert "<script>" not in page.text, path
        assert "54439" not in page.text, path
        assert tags.tags.count("script") <= 2, path
        assert not [name for name, _ in tags.attributes if name.startswith("on")], path
        assert not [value for name, value in tags.attributes if name == "href" and "script:" in value.lower()], path


def test_a_website_that_is_no_website_is_no_link(nasty: House) -> None:
    links = [
        value for name, value in _tags(nasty.get(f"/badges/{nasty.award_of(ADA)}").text).attributes if name == "href"
    ]
    assert not [link for link in links if link.lower().startswith("javascript")]


def test_evidence_is_text_and_a_link_to_the_web_only(house: House) -> None:
    ada, award = sign_in(house, ADA), house.award_of(ADA)
    for url, is_link in [
        ('https://work.example/"onclick="alert(1)', True),
        ("javascript:alert(1)//https://", False),
        (" https://work.example/", False),
        ("data:text/html,x", False),
    ]:
        house.change("UPDATE assertion SET narrative = :n, evidence_url = :u WHERE id = :i", n=NASTY, u=url, i=award)
        for page in (house.get(f"/badges/{award}"), ada.get(f"/portfolio/{award}")):
            tags = _tags(page.text)
            assert "54439" not in page.text
            assert "<script>" not in page.text
            assert NASTY in unescape(page.text)
            assert (("href", url) in tags.attributes) is is_link
            assert not [name for name, _ in tags.attributes if name.startswith("on")]


def test_criteria_become_a_link_only_if_they_are_one(house: House) -> None:
    path = f"/badges/{house.award_of(ADA)}"
    for criteria, is_link in [
        ("https://school.example/how?a=1&b=2", True),
        ("https://school.example/ and more", False),
        ("javascript:alert(1)", False),
        ("HTTPS are letters", False),
    ]:
        house.change("UPDATE badge_class SET criteria = :c WHERE slug = 'first-aid'", c=criteria)
        links = [value for name, value in _tags(house.get(path).text).attributes if name == "href"]
        assert (criteria in links) is is_link


def test_the_shown_mail_holds_nobodys_markup(house: House) -> None:
    house.change_json("message", "facts", name=NASTY)
    page = house.get(f"/mail/{house.mint(Purpose.BROWSER, house.message_to(ADA))}")
    assert page.status_code == 200
    assert "script" not in _tags(page.text).tags
    assert not [name for name, _ in _tags(page.text).attributes if name.startswith("on")]
