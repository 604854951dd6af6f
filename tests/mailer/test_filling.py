from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from badges.links import Genuine, LinkMaker, Purpose
from mailer.filling import Site, fill_slots
from mailer.notices import NOTICES
from mailer.templates.published import Traits

TRAITS = Traits("en", "Sender", "C <Basics> & more", "cid:x@y.example", "ab" * 32, "Müller & Söhne", 1234567)
LINKS = LinkMaker(["key"])
Facts = dict[str, Any]
Fill = Callable[..., dict[str, str]]


@pytest.fixture
def fill(site: Site, now: datetime, all_facts: Facts) -> Fill:
    """Return the slots of a kind that have a value; facts are changed by keyword."""

    def make(kind: str = "issuance", traits: Traits = TRAITS, at: datetime = now, **changed: Any) -> dict[str, str]:
        values = fill_slots(kind, {**all_facts, **changed}, traits, site, LINKS, "messageid", at)
        return {name: value for name, value in values.items() if value is not None}

    return make


def unsign(url: str, prefix: str, purpose: Purpose, now: datetime) -> list[str | int]:
    assert url.startswith(f"https://badges.example/{prefix}/")
    verdict = LINKS.unsign(purpose, url.rpartition("/")[2], now)
    assert isinstance(verdict, Genuine)
    return verdict.payload


@pytest.mark.parametrize("kind", NOTICES)
def test_every_slot_of_every_kind_is_filled_and_nothing_else(
    kind: str, site: Site, now: datetime, all_facts: Facts
) -> None:
    values = fill_slots(kind, all_facts, TRAITS, site, LINKS, "messageid", now)
    assert list(values) == [slot.name for slot in NOTICES[kind].slots]
    assert [name for name in values if not values[name]] == (["unlock_url"] if kind == "account_locked" else [])


@pytest.mark.parametrize(
    ("language", "day", "month"),
    [
        ("en", "January 1, 2026", "January 2026"),
        ("es", "1 de enero de 2026", "enero de 2026"),
        ("fr", "1er janvier 2026", "janvier 2026"),
        ("de", "1. Januar 2026", "Januar 2026"),
    ],
)
def test_dates_are_in_the_language_of_the_mail(language: str, day: str, month: str, fill: Fill) -> None:
    values = fill(traits=Traits(language, "S", "B", None, None, "O", None))
    assert values["issued_on"] == day
    assert values["linkedin_issued"] == month


def test_a_moment_is_told_with_its_time(fill: Fill) -> None:
    assert fill("password_changed")["changed_on"] == "November 23, 2026, 10:05 UTC"
    assert fill("not_me_report")["reported_on"] == "November 23, 2026, 23:30 UTC"


def test_links_carry_what_their_page_needs(fill: Fill, now: datetime) -> None:
    values = fill("reminder")
    account = ["qrstuvwxyz234567", 4]
    assert unsign(values["password_url"], "p", Purpose.FIRST_PASSWORD, now) == account
    assert unsign(values["not_me_url"], "not-me", Purpose.NOT_ME, now) == ["abcdefghijklmnop"]
    assert unsign(values["unsubscribe_url"], "unsubscribe", Purpose.UNSUBSCRIBE, now) == ["messageid"]
    assert unsign(values["browser_url"], "mail", Purpose.BROWSER, now) == ["messageid"]
    asked_for = fill("password_link")["password_url"]
    assert unsign(asked_for, "p", Purpose.PASSWORD, now) == account
    assert values["badge_url"] == "https://badges.example/badges/abcdefghijklmnop"
    assert values["portfolio_badge_url"] == "https://badges.example/portfolio/abcdefghijklmnop"
    assert values["signature_url"] == "https://badges.example/portfolio/abcdefghijklmnop/signature"
    assert values["resume_url"] == "https://badges.example/portfolio/abcdefghijklmnop/resume"


def test_links_about_an_account_carry_what_their_page_needs(fill: Fill, now: datetime) -> None:
    lock, pending = ["qrstuvwxyz234567", 1], ["pendingid2345672"]
    locked = fill("account_locked")
    assert "unlock_url" not in locked
    assert unsign(locked["ask_unlock_url"], "ask-unlock", Purpose.ASK_UNLOCK, now) == lock
    locked = fill("account_locked", policy="earner")
    assert "ask_unlock_url" not in locked
    assert unsign(locked["unlock_url"], "unlock", Purpose.UNLOCK, now) == lock
    confirm = fill("confirm_address")["confirm_address_url"]
    assert unsign(confirm, "confirm-address", Purpose.CONFIRM_ADDRESS, now) == pending
    stop = fill("address_named")["stop_url"]
    assert unsign(stop, "stop-address", Purpose.STOP_ADDRESS, now) == pending


def test_links_are_minted_when_the_mail_is_made(fill: Fill, now: datetime) -> None:
    assert fill()["password_url"] != fill(at=now + timedelta(hours=1))["password_url"]


def test_who_has_a_password_gets_no_password_link(fill: Fill) -> None:
    assert "password_url" not in fill(serial=None)


def test_a_badge_without_an_end(fill: Fill) -> None:
    values = fill(expires=None)
    assert "expires_on" not in values
    assert "linkedin_expires" not in values
    assert "expirationYear" not in values["linkedin_url"]


def test_linkedin_gets_every_field_encoded_and_the_months_as_issued(fill: Fill) -> None:
    url = fill()["linkedin_url"]
    assert parse_qs(urlsplit(url).query) == {
        "startTask": ["CERTIFICATION_NAME"],
        "name": ["C <Basics> & more"],
        "organizationId": ["1234567"],
        "issueYear": ["2026"],
        "issueMonth": ["1"],
        "expirationYear": ["2028"],
        "expirationMonth": ["12"],
        "certUrl": ["https://badges.example/badges/abcdefghijklmnop"],
        "certId": ["abcdefghijklmnop"],
    }


@pytest.mark.parametrize("kind", NOTICES)
def test_without_authority_no_link_allows_anything(kind: str, site: Site, now: datetime, all_facts: Facts) -> None:
    values = fill_slots(kind, all_facts, TRAITS, site, LINKS, "messageid", now, with_authority=False)
    for value in filter(None, values.values()):
        token = value.rpartition("/")[2]
        for purpose in set(Purpose) - {Purpose.BROWSER}:
            assert not isinstance(LINKS.unsign(purpose, token, now), Genuine)
    with_it = fill_slots(kind, all_facts, TRAITS, site, LINKS, "messageid", now)
    assert values.keys() == with_it.keys()
    required = [slot.name for slot in NOTICES[kind].slots if not slot.optional]
    assert all(values[name] for name in required)


def test_a_missing_fact_is_a_fault(site: Site, now: datetime) -> None:
    with pytest.raises(KeyError, match="issued"):
        fill_slots("issuance", {"name": "x", "address": "y"}, TRAITS, site, LINKS, "messageid", now)
