"""Password links: what they open, that they set one password once, that a newer one voids an older one."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest

from badges.accounts import LinkSpent, LinkVoid, PasswordFault, is_password
from badges.links import Purpose
from desk.passwords import LinkExpired, LinkForged, OpenForm, PasswordSet, read_password_link, set_password

PASSWORD = "wet granite under moss"


@pytest.fixture
def token(desk) -> str:
    desk.issue("email,name\nada@mail.example,Ada Lindqvist\n")
    return desk.link(desk.facts("issuance")[0])


def test_opening_changes_nothing_however_often(desk, token: str) -> None:
    before = desk.dump()
    for _ in range(5):
        form = read_password_link(desk.office, token, desk.now)
        assert isinstance(form, OpenForm)
    assert (form.person.name, form.person.address) == ("Ada Lindqvist", "ada@mail.example")
    assert desk.dump() == before


def test_setting_a_password_spends_the_link_and_tells_the_owner(desk, token: str) -> None:
    outcome = set_password(desk.office, token, PASSWORD, desk.now)
    assert isinstance(outcome, PasswordSet)
    [account] = desk.rows("SELECT * FROM account WHERE password_hash IS NOT NULL")
    assert is_password(PASSWORD, account.password_hash)
    assert (account.link_serial, account.link_spent_serial) == (1, 1)
    [mail] = desk.mails("password_changed")
    assert (mail.rcpt_to, mail.stream) == ("ada@mail.example", "account")
    assert desk.facts("password_changed") == [
        {"name": "Ada Lindqvist", "address": "ada@mail.example", "changed": "2026-11-23T12:00Z"}
    ]
    assert desk.one("SELECT confirmed_at IS NOT NULL FROM earner_address WHERE address = 'ada@mail.example'")
    assert set_password(desk.office, token, "another long password", desk.now) == LinkSpent()
    assert is_password(PASSWORD, desk.one("SELECT password_hash FROM account WHERE password_hash IS NOT NULL"))


def test_a_link_that_was_asked_for_opens_too(desk, token: str) -> None:
    asked = desk.link(desk.facts("issuance")[0], Purpose.PASSWORD)
    assert isinstance(read_password_link(desk.office, asked, desk.now), OpenForm)


def test_a_weak_password_leaves_the_link_alive(desk, token: str) -> None:
    before = desk.dump()
    outcome = set_password(desk.office, token, "short", desk.now)
    assert isinstance(outcome, PasswordFault)
    assert outcome.code == "short"
    assert desk.dump() == before


def test_a_newer_link_voids_an_older_one(desk, token: str) -> None:
    desk.issue("email,name\nada@mail.example,Ada Lindqvist\n", badge="mentor")
    assert read_password_link(desk.office, token, desk.now) == LinkVoid()
    assert set_password(desk.office, token, PASSWORD, desk.now) == LinkVoid()


@pytest.mark.parametrize(
    ("purpose", "life"), [(Purpose.FIRST_PASSWORD, timedelta(days=7)), (Purpose.PASSWORD, timedelta(hours=1))]
)
def test_links_expire(desk, token: str, purpose: Purpose, life: timedelta) -> None:
    link = desk.link(desk.facts("issuance")[0], purpose)
    assert isinstance(read_password_link(desk.office, link, desk.now + life), OpenForm)
    late = desk.now + life + timedelta(seconds=1)
    assert read_password_link(desk.office, link, late) == LinkExpired()
    assert set_password(desk.office, link, PASSWORD, late) == LinkExpired()


@pytest.mark.parametrize("payload", [[], ["x"], ["x", "y"], [1, 2], ["nobody", 1], ["x", 1, 2]])
def test_a_genuine_link_with_another_payload_is_no_link(desk, payload: list) -> None:
    token = desk.office.links.mint(Purpose.PASSWORD, payload, desk.now)
    assert read_password_link(desk.office, token, desk.now) == LinkForged()


@pytest.mark.parametrize("purpose", [Purpose.NOT_ME, Purpose.UNSUBSCRIBE, Purpose.BROWSER])
def test_links_for_other_purposes_open_nothing(desk, token: str, purpose: Purpose) -> None:
    other = desk.link(desk.facts("issuance")[0], purpose)
    assert read_password_link(desk.office, other, desk.now) == LinkForged()


def test_a_damaged_link_is_no_link(desk, token: str) -> None:
    for damaged in (token[:-1], token + "x", "", "..", "é", token.upper()):
        assert read_password_link(desk.office, damaged, desk.now) == LinkForged()


def test_of_two_at_once_one_sets_the_password(desk, token: str) -> None:
    start, outcomes = Barrier(2), []

    def press(password: str) -> None:
        start.wait()
        outcomes.append(set_password(desk.office, token, password, desk.now))

    presses = [Thread(target=press, args=(password,)) for password in (PASSWORD, "dry sandstone in sun")]
    for thread in presses:
        thread.start()
    for thread in presses:
        thread.join()
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["LinkSpent", "PasswordSet"]
    assert len(desk.mails("password_changed")) == 1
