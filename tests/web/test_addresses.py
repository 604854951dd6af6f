"""`/profile/addresses…` and the two links: what they do, for whom, and what they tell nobody."""

import re
from datetime import timedelta
from email.message import EmailMessage
from urllib.parse import urlsplit

import pytest

from badges.accounts import hash_password
from badges.links import LIFETIMES, Purpose
from tests.cheap_hashing import cheap_hashing
from tests.web.house import House, links_in
from tests.web.signed_in import SignedIn, sign_in

ADA, MAXI, NEW = "ada@mail.example", "maxi@beispiel.example", "ada@work.example"
PASSWORD = "a walk in the rain"

__all__ = ["cheap_hashing"]


@pytest.fixture
def ada(house: House, cheap_hashing: None) -> SignedIn:
    hashed = hash_password(PASSWORD)
    house.change("UPDATE account SET password_hash = :h WHERE id = :i", h=hashed, i=house.account_of(ADA))
    house.change("UPDATE earner_address SET confirmed_at = 1")
    return sign_in(house, ADA)


def _link(house: House, address: str, way: str) -> str:
    """Return the path of the one link to `way` in the mails to `address`."""
    mails: list[EmailMessage] = house.mails_to(address)
    paths = {urlsplit(url).path for mail in mails for url in links_in(mail)}
    [path] = [path for path in paths if path.startswith(f"/{way}/")]
    return path


def test_an_address_is_added_by_its_reader_from_another_device(ada: SignedIn) -> None:
    house = ada.house
    assert ada.post("/profile/addresses", address=NEW).headers["location"] == "/profile?said=address-named#addresses"
    assert "Waits for confirmation" in ada.get("/profile").text
    path = _link(house, NEW, "confirm-address")
    page = house.get(path)
    assert page.status_code == 200
    assert NEW in page.text
    assert "Ada" not in page.text.replace(NEW, ""), "whoever reads it may be a stranger"
    before = house.dump()
    assert house.client.head(path).status_code == 200
    assert house.dump() == before
    done = house.post(path)
    assert done.headers["location"] == "/address-confirmed"
    assert "set-cookie" not in done.headers
    assert "The address is confirmed" in house.get("/address-confirmed").text
    assert house.post("/login", address=NEW, password=PASSWORD).headers["location"] == "/portfolio"
    assert house.post(path).status_code == house.get(path).status_code == 410
    assert "used or stopped before" in house.get(path).text


def test_the_primary_mailbox_stops_it(ada: SignedIn) -> None:
    house = ada.house
    ada.post("/profile/addresses", address=NEW)
    confirming, stopping = _link(house, NEW, "confirm-address"), _link(house, ADA, "stop-address")
    before = house.dump()
    assert NEW in house.get(stopping).text
    assert house.dump() == before
    assert house.post(stopping).headers["location"] == "/address-stopped"
    assert house.post(confirming).status_code == 410
    assert NEW not in re.findall(r"<bdi class=\"strong\">([^<]*)", ada.get("/profile").text)


def test_a_link_is_no_good_for_the_other_page(ada: SignedIn) -> None:
    ada.post("/profile/addresses", address=NEW)
    pending = str(ada.house.one("SELECT id FROM pending_address"))
    for way, purpose in (("stop-address", Purpose.CONFIRM_ADDRESS), ("confirm-address", Purpose.STOP_ADDRESS)):
        path = f"/{way}/{ada.house.mint(purpose, pending)}"
        assert ada.house.get(path).status_code == ada.house.post(path).status_code == 404
    assert ada.house.post(f"/confirm-address/{pending}").status_code == 404


def test_an_expired_link_says_what_to_do(ada: SignedIn) -> None:
    ada.post("/profile/addresses", address=NEW)
    path = _link(ada.house, NEW, "confirm-address")
    ada.house.clock.pass_by(LIFETIMES[Purpose.CONFIRM_ADDRESS] * 2)
    page = ada.house.get(path)
    assert page.status_code == ada.house.post(path).status_code == 410
    assert NEW in page.text
    again = re.search(r'<form method="post" action="([^"]+)"', page.text)
    assert again
    for _ in range(8):
        assert ada.house.post(again[1]).headers["location"] == "/address-mailed"
        ada.house.clock.pass_by(timedelta(minutes=1))
    assert "Another email is on its way" in ada.house.get("/address-mailed").text
    assert ada.house.one("SELECT count(*) FROM message WHERE kind = 'confirm_address'") == 1 + 3, "within the limits"
    ada.house.clock.pass_by(LIFETIMES[Purpose.CONFIRM_ADDRESS] * 2)
    ada = sign_in(ada.house, ADA)
    assert "Link has expired" in ada.get("/profile").text
    pending = ada.house.one("SELECT id FROM pending_address")
    assert ada.post(f"/profile/addresses/{pending}/again").status_code == 303
    assert ada.house.one("SELECT count(*) FROM message WHERE kind = 'confirm_address'") == 5
    ada.post(f"/profile/addresses/{pending}/withdraw")
    assert ada.house.post(again[1]).status_code == 410


def test_naming_somebody_elses_address_answers_like_any_other(ada: SignedIn) -> None:
    answers = [ada.post("/profile/addresses", address=address) for address in (MAXI, NEW)]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    assert (answers[0].status_code, answers[0].text) == (answers[1].status_code, answers[1].text)
    page = ada.get("/profile").text
    rows = [
        re.search(rf'<li>\s*<p class="entry"><bdi class="strong">{address}.*?</li>', page, re.DOTALL)
        for address in (MAXI, NEW)
    ]
    shown = [re.sub(r"addresses/\w+/", "", row[0]).replace(MAXI, NEW) for row in rows if row]
    assert len(shown) == 2
    assert shown[0] == shown[1]
    path = _link(ada.house, MAXI, "confirm-address")
    assert ada.house.get(path).status_code == ada.house.post(path).status_code == 409
    assert "belongs to another account" in ada.house.get(path).text


@pytest.mark.parametrize(
    "address", ["", "x", "a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example", "<script>@x.example"]
)
def test_what_is_no_address_is_said_beside_the_field(ada: SignedIn, address: str) -> None:
    before = ada.house.dump()
    answer = ada.post("/profile/addresses", address=address)
    assert answer.status_code == 422
    assert 'id="address-fault" role="alert"' in answer.text
    assert "<script>@" not in answer.text
    assert ada.house.dump() == before


def test_other_peoples_pending_addresses_are_unknown(ada: SignedIn) -> None:
    maxi = sign_in(ada.house, MAXI)
    maxi.post("/profile/addresses", address="maxi@neu.example")
    pending, before = ada.house.one("SELECT id FROM pending_address"), ada.house.dump()
    for way in ("again", "withdraw"):
        theirs, unknown = (ada.post(f"/profile/addresses/{each}/{way}") for each in (pending, "a" * 16))
        assert (theirs.status_code, theirs.text) == (404, unknown.text)
    assert ada.house.dump() == before
    assert maxi.post(f"/profile/addresses/{pending}/withdraw").status_code == 303


def test_forged_forms_remove_nothing(ada: SignedIn) -> None:
    before = ada.house.dump()
    for address in (ADA, MAXI, "", "%", "nobody@mail.example"):
        assert ada.post("/profile/addresses/remove", address=address).status_code == 404, address
    for address in (MAXI, "nobody@mail.example"):
        assert ada.post("/profile/addresses/primary", address=address, password=PASSWORD).status_code == 404
    assert ada.house.dump() == before


def _add(ada: SignedIn) -> None:
    ada.post("/profile/addresses", address=NEW)
    ada.house.post(_link(ada.house, NEW, "confirm-address"))


def test_another_primary_needs_the_password(ada: SignedIn) -> None:
    _add(ada)
    wrong = ada.post("/profile/addresses/primary", address=NEW, password="a guess")
    assert wrong.status_code == 422
    assert re.search(r'<details class="more" open>\s*<summary>Make it the primary', wrong.text)
    assert "This is not your password" in wrong.text
    done = ada.post("/profile/addresses/primary", address=NEW, password=PASSWORD)
    assert done.headers["location"] == "/profile?said=address-primary#addresses"
    for address in (ADA, NEW):
        assert ada.house.mail_to(address, "primary")
    assert ada.post("/profile/addresses/remove", address=NEW).status_code == 404, "it is the primary one now"
    assert ada.post("/profile/addresses/remove", address=ADA).status_code == 303


def test_an_unconfirmed_primary_is_said_in_words(ada: SignedIn) -> None:
    _add(ada)
    ada.house.change("UPDATE earner_address SET confirmed_at = NULL WHERE address = :a", a=ADA)
    answer = ada.post("/profile/addresses/primary", address=NEW, password=PASSWORD)
    assert answer.status_code == 422
    assert "Confirm both addresses first" in answer.text
    assert "Not confirmed" in answer.text
