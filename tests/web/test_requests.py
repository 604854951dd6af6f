"""`/confirm`, `/grant` and `/undo`: what a contact, an issuer and the bearer of a receipt see and do."""

from datetime import timedelta

import pytest

from badges.links import Purpose
from desk.requests.carrying_out import CarriedOut
from desk.words import Outcome, Role
from tests.web.house import House, links_in
from tests.web.orders import ADA, CONTACT, order_rename

YES = {"answer": "yes"}


def _do(house: House, outcome: Outcome, role: Role = Role.ISSUER, new_name: str = "Ada Lindkvist") -> CarriedOut:
    return house.carry_out(order_rename(house, outcome, role, new_name))


def _name(house: House) -> object:
    return house.one("SELECT name FROM earner JOIN earner_address ON earner_id = earner.id WHERE address = :a", a=ADA)


def _link(house: House, to: str, path: str) -> str:
    [url] = {url for mail in house.mails_to(to) for url in links_in(mail) if f"/{path}/" in url}
    return url.removeprefix(house.base_url)


@pytest.fixture
def contact(house: House) -> House:
    """Return a house whose issuer has one contact."""
    house.change("DELETE FROM issuer_contact")
    issuer = house.one("SELECT id FROM issuer WHERE slug = 'fjellvik'")
    house.change("INSERT INTO issuer_contact (id, issuer_id, address) VALUES ('c', :i, :a)", i=issuer, a=CONTACT)
    return house


def test_a_contact_sees_the_change_and_makes_it_once(contact: House) -> None:
    _do(contact, Outcome.CONFIRM, Role.CLAIMED_ISSUER)
    path = _link(contact, CONTACT, "confirm")
    before = contact.dump()
    page = contact.get(path)
    assert page.status_code == 200
    assert "Ada Lindkvist" in page.text
    assert CONTACT in page.text
    assert 'name="answer" value="yes"' in page.text
    assert contact.post(path).status_code == 200, "a form without an answer decides nothing"
    assert contact.post(path, answer="maybe").status_code == 200
    assert contact.dump() == before
    assert "It is done" in contact.post(path, **YES).text
    assert _name(contact) == "Ada Lindkvist"
    after = contact.dump()
    for again in (contact.get(path), contact.post(path, **YES), contact.post(path, answer="no")):
        assert "It is done" in again.text
        assert "<form" not in again.text
    assert contact.dump() == after


def test_a_contact_says_no(contact: House) -> None:
    _do(contact, Outcome.CONFIRM, Role.CLAIMED_ISSUER)
    path = _link(contact, CONTACT, "confirm")
    assert "declined" in contact.post(path, answer="no").text
    assert "declined" in contact.post(path, **YES).text
    assert _name(contact) == "Ada Lindqvist"


def test_the_issuer_grants_what_its_earner_asks(contact: House) -> None:
    support = str(contact.one("SELECT support_email FROM issuer WHERE slug = 'fjellvik'"))
    _do(contact, Outcome.REDIRECT, Role.EARNER)
    path = _link(contact, support, "grant")
    assert f"{ADA} asks for this" in contact.get(path).text
    assert "It is done" in contact.post(path, **YES).text
    assert _name(contact) == "Ada Lindkvist"


def test_a_receipts_link_takes_it_back_once(contact: House) -> None:
    _do(contact, Outcome.APPLY)
    path = _link(contact, CONTACT, "undo")
    before = contact.dump()
    page = contact.get(path)
    assert "Take this back?" in page.text
    assert "Ada Lindkvist" in page.text
    assert contact.dump() == before
    assert "It is taken back" in contact.post(path).text
    assert _name(contact) == "Ada Lindqvist"
    after = contact.dump()
    assert "It is taken back" in contact.post(path).text
    assert "<form" not in contact.get(path).text
    assert contact.dump() == after


def test_what_has_changed_since_is_said_and_looked_at(contact: House) -> None:
    done = _do(contact, Outcome.APPLY)
    path = _link(contact, CONTACT, "undo")
    contact.change("UPDATE earner SET name = 'Ada Else' WHERE name = 'Ada Lindkvist'")
    assert "Have it looked at" in contact.get(path).text
    assert "Our staff look at it" in contact.post(path).text
    assert _name(contact) == "Ada Else"
    assert contact.one("SELECT state FROM ticket WHERE id = :id", id=done.ticket_id) == "open"


TOKENS = ("x", "%00", "%2e%2e%2f", "<script>", "x" * 5000, "é", "%F0%9F%98%80", "a.b.c")


@pytest.mark.parametrize("path", ["confirm", "grant", "undo"])
def test_hostile_tokens_open_nothing(house: House, path: str) -> None:
    before = house.dump()
    for token in TOKENS:
        for answer in (house.get(f"/{path}/{token}"), house.post(f"/{path}/{token}", **YES)):
            assert answer.status_code == 404, token
            assert "<script>" not in answer.text, token
    assert house.dump() == before


def test_links_run_out(contact: House) -> None:
    _do(contact, Outcome.CONFIRM, Role.CLAIMED_ISSUER)
    _do(contact, Outcome.APPLY, new_name="Ada Lindquist")
    confirm, undo = _link(contact, CONTACT, "confirm"), _link(contact, CONTACT, "undo")
    contact.clock.pass_by(timedelta(days=7, seconds=5))
    assert contact.get(undo).status_code == contact.post(undo).status_code == 410
    contact.clock.pass_by(timedelta(days=23))
    assert contact.get(confirm).status_code == contact.post(confirm, **YES).status_code == 410
    proposal = contact.one("SELECT id FROM proposal")
    fresh = f"/confirm/{contact.mint(Purpose.CONFIRM, str(proposal), 'c')}"
    page = contact.post(fresh, **YES)
    assert page.status_code == 410
    assert "run out" in page.text
    assert _name(contact) == "Ada Lindquist"


@pytest.mark.parametrize(("language", "words"), [("es", "¿Lo hacemos?"), ("fr", "le faire"), ("de", "Sollen wir")])
def test_pages_speak_the_visitors_language(contact: House, language: str, words: str) -> None:
    _do(contact, Outcome.CONFIRM, Role.CLAIMED_ISSUER)
    assert words in contact.get(f"{_link(contact, CONTACT, 'confirm')}?lang={language}").text


def test_scanners_open_every_link_and_nothing_changes(contact: House) -> None:
    support = str(contact.one("SELECT support_email FROM issuer WHERE slug = 'fjellvik'"))
    _do(contact, Outcome.APPLY)
    _do(contact, Outcome.CONFIRM, Role.CLAIMED_ISSUER, "Ada Lindquist")
    _do(contact, Outcome.REDIRECT, Role.EARNER, "Ada Lindquest")
    paths = [_link(contact, CONTACT, "undo"), _link(contact, CONTACT, "confirm"), _link(contact, support, "grant")]
    before = contact.dump()
    for path in paths * 2:
        assert contact.get(path).status_code == 200
        head = contact.client.head(path)
        assert (head.status_code, head.content) == (200, b"")
        assert "set-cookie" not in head.headers
    assert contact.dump() == before


def test_nobodys_markup_is_shown(contact: House) -> None:
    nasty = "<script>alert(1)</script>{{ 7 * 7 }}"
    contact.change("UPDATE issuer SET name = :n", n=nasty)
    contact.change("UPDATE earner SET name = :n WHERE name = 'Ada Lindqvist'", n=nasty)
    _do(contact, Outcome.CONFIRM, Role.CLAIMED_ISSUER)
    _do(contact, Outcome.APPLY)
    proposal, group = contact.one("SELECT id FROM proposal"), contact.one("SELECT group_id FROM record_change")
    for path in (
        f"/confirm/{contact.mint(Purpose.CONFIRM, str(proposal), 'c')}",
        f"/undo/{contact.mint(Purpose.UNDO, str(group))}",
    ):
        page = contact.get(path)
        assert page.status_code == 200
        assert "<script>" not in page.text
        assert "{{ 7 * 7 }}" in page.text
