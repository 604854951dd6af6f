"""The links in the mail about a lock, from the mail to the log-in."""

from datetime import timedelta
from email.message import EmailMessage

import pytest

from badges.accounts import hash_password
from badges.links import LIFETIMES, Purpose
from tests.cheap_hashing import cheap_hashing
from tests.web.house import House, links_in

__all__ = ["cheap_hashing"]

ADA = "ada@mail.example"
PASSWORD = "a walk in the rain"

pytestmark = pytest.mark.usefixtures("cheap_hashing")


def _lock(house: House) -> EmailMessage:
    """Lock Ada's account as a stranger would; return the mail that tells her."""
    hashed = hash_password(PASSWORD)
    house.change("UPDATE account SET password_hash = :h WHERE id = :i", h=hashed, i=house.account_of(ADA))
    for _ in range(10):
        house.post("/login", address=ADA, password="a guess")
    house.settle()
    return house.mail_to(ADA, "locked")


def _path(house: House, mail: EmailMessage, page: str) -> str:
    [url] = {url for url in links_in(mail) if f"/{page}/" in url}
    return url.removeprefix(house.base_url)


def _logs_in(house: House) -> bool:
    return house.post("/login", address=ADA, password=PASSWORD).status_code == 303


@pytest.fixture
def lenient(house: House) -> House:
    """A house where earners unlock their accounts themselves."""
    house.let_owners_unlock()
    return house


def test_the_owner_unlocks_once_and_logs_in(lenient: House) -> None:
    path = _path(lenient, _lock(lenient), "unlock")
    before = lenient.dump()
    for method in ("GET", "HEAD", "GET"):
        assert lenient.client.request(method, path).status_code == 200
    assert "Unlock your account?" in lenient.get(path).text
    assert lenient.dump() == before
    assert not _logs_in(lenient)
    done = lenient.post(path)
    assert (done.status_code, done.headers["location"]) == (303, path)
    page = lenient.get(path)
    assert "Your account is not locked" in page.text
    assert "<form" not in page.text
    assert _logs_in(lenient)
    after = lenient.dump()
    assert lenient.post(path).status_code == 303
    assert lenient.dump() == after
    assert "unlocked" in lenient.mail_to(ADA, "unlocked")["Subject"]


def test_the_owner_asks_and_the_issuer_unlocks(house: House) -> None:
    mail = _lock(house)
    assert not any("/unlock/" in url for url in links_in(mail))
    path = _path(house, mail, "ask-unlock")
    before = house.dump()
    assert "Ask the issuer to unlock your account?" in house.get(path).text
    assert house.client.head(path).status_code == 200
    assert house.dump() == before
    assert house.post(path).headers["location"] == path
    assert "The issuer has been asked" in house.get(path).text
    after = house.dump()
    assert house.post(path).status_code == 303
    assert house.dump() == after, "once a lock"
    assert not _logs_in(house)
    support = str(house.one("SELECT support_email FROM issuer WHERE slug = 'fjellvik'"))
    [relayed] = [mail for mail in house.mails_to(support) if any("/grant/" in url for url in links_in(mail))]
    assert "Please unlock my account." in str(relayed.get_body(("plain",)))
    assert "It is done" in house.post(_path(house, relayed, "grant"), answer="yes").text
    assert "Your account is not locked" in house.get(path).text
    assert _logs_in(house)


def test_the_links_run_out(lenient: House) -> None:
    unlock = _path(lenient, _lock(lenient), "unlock")
    lenient.clock.pass_by(LIFETIMES[Purpose.UNLOCK] + timedelta(seconds=5))
    for answer in (lenient.get(unlock), lenient.post(unlock)):
        assert answer.status_code == 410
    assert not _logs_in(lenient)


@pytest.mark.parametrize("page", ["unlock", "ask-unlock"])
def test_hostile_tokens_open_nothing(lenient: House, page: str) -> None:
    before = lenient.dump()
    for token in ("x", "%00", "%2e%2e%2f", "<script>", "x" * 5000, "é", "%F0%9F%98%80", "a.b.c"):
        for answer in (lenient.get(f"/{page}/{token}"), lenient.post(f"/{page}/{token}")):
            assert answer.status_code == 404
            assert "<script>" not in answer.text
    for payload in ([], ["nobody", 1], [lenient.account_of(ADA), "1"]):
        purpose = Purpose.UNLOCK if page == "unlock" else Purpose.ASK_UNLOCK
        assert lenient.post(f"/{page}/{lenient.mint(purpose, *payload)}").status_code == 404
    assert lenient.dump() == before


def test_nobodys_markup_is_shown(house: House) -> None:
    path = _path(house, _lock(house), "ask-unlock")
    house.change("UPDATE issuer SET name = '<script>alert(1)</script>'")
    asked = "INSERT INTO account_event (id, earner_id, kind, made_by, source, detail, made_at)"
    asked += " SELECT 'e', earner_id, 'unlock_asked', '', '', '', locked_at FROM account WHERE locked_at IS NOT NULL"
    for statement in ("SELECT 1", asked):
        house.change(statement)
        page = house.get(path).text
        assert "&lt;script&gt;alert" in page
        assert "<script>alert" not in page
