"""Asking for a password link: who gets one, and that nobody can ask without end."""

from datetime import timedelta

import pytest

from badges.links import Purpose
from desk.password_requests import RequestLimits, request_link, request_link_again
from desk.passwords import OpenForm, read_password_link

ANNA = "anna@mail.example"


@pytest.fixture(autouse=True)
def _anna_holds_a_badge(desk) -> None:
    desk.issue(f"email,name\n{ANNA},Anna Müller\n", badge="mentor")


def ask(desk, address: str = ANNA, source: str = "192.0.2.1", **limits: int) -> None:
    request_link(desk.office, address, source, desk.now, RequestLimits(**limits))


def test_the_link_goes_to_the_address_on_record_and_voids_older_ones(desk) -> None:
    first = desk.link(desk.facts("issuance")[0])
    ask(desk, "Jane@Home.example")
    ask(desk, "ANNA@mail.example")
    assert {mail.rcpt_to for mail in desk.mails("password_link")} == {"j.smith@corp.example", ANNA}
    [facts] = [facts for facts in desk.facts("password_link") if facts["address"] == ANNA]
    assert facts["serial"] == 2
    assert not isinstance(read_password_link(desk.office, first, desk.now), OpenForm)
    assert isinstance(read_password_link(desk.office, desk.link(facts, Purpose.PASSWORD), desk.now), OpenForm)


@pytest.mark.parametrize("address", ["stranger@mail.example", "no address", "", "a@b\r\nBcc: c@d.example"])
def test_nobody_else_gets_mail(desk, address: str) -> None:
    ask(desk, address)
    assert desk.mails("password_link") == []


def test_a_locked_account_gets_its_link(desk) -> None:
    # OWASP Authentication Cheat Sheet: a lock-out must not keep the owner from a new password.
    assert desk.one("SELECT count(*) FROM account WHERE locked_at IS NOT NULL") == 1
    ask(desk)
    assert len(desk.mails("password_link")) == 1


def test_requests_for_one_address_are_limited_and_unknown_ones_count_too(desk) -> None:
    for number in range(5):
        ask(desk, source=f"192.0.2.{number}")
        ask(desk, "stranger@mail.example", source=f"198.51.100.{number}")
    assert len(desk.mails("password_link")) == 3
    assert desk.one("SELECT count(*) FROM password_request") == 6
    desk.now += timedelta(hours=1)
    ask(desk)
    assert len(desk.mails("password_link")) == 4


def test_requests_for_one_address_are_limited_in_a_day_too(desk) -> None:
    for _ in range(5):
        for _ in range(3):
            ask(desk)
        desk.now += timedelta(hours=2)
    assert len(desk.mails("password_link")) == 6
    desk.now += timedelta(hours=20)
    ask(desk)
    assert len(desk.mails("password_link")) == 7


def test_requests_from_one_source_are_limited(desk) -> None:
    for number in range(4):
        ask(desk, f"stranger{number}@mail.example", per_source=4)
    ask(desk, per_source=4)
    assert desk.mails("password_link") == []
    ask(desk, source="192.0.2.99", per_source=4)
    assert len(desk.mails("password_link")) == 1


def test_requests_are_forgotten_after_a_day(desk) -> None:
    ask(desk)
    desk.now += timedelta(days=1, seconds=1)
    ask(desk, "stranger@mail.example")
    assert desk.one("SELECT count(*) FROM password_request") == 1


def test_no_address_is_kept(desk) -> None:
    ask(desk, "stranger@secret.example")
    assert "secret" not in str(desk.rows("SELECT * FROM password_request"))


@pytest.mark.parametrize("age", [timedelta(0), timedelta(days=300)])
def test_an_old_link_asks_for_a_new_one_whatever_became_of_it(desk, age: timedelta) -> None:
    token = desk.link(desk.facts("issuance")[0])
    desk.now += age
    request_link_again(desk.office, token, "192.0.2.1", desk.now)
    assert [mail.rcpt_to for mail in desk.mails("password_link")] == [ANNA]


def test_a_forged_link_asks_for_nothing(desk) -> None:
    for token in ("", "x.y.z", desk.link(desk.facts("issuance")[0], Purpose.BROWSER)):
        request_link_again(desk.office, token, "192.0.2.1", desk.now)
    assert desk.mails("password_link") == []
    assert desk.rows("SELECT * FROM password_request") == []
