""" "This is not me": the award is held, its issuer told once, and nothing is shown."""

import dataclasses
from datetime import timedelta

import pytest

from badges.links import Purpose
from desk.correcting import Corrected, correct_address
from desk.not_me import AwardHeld, NotMeLink, NotMeRefused, read_not_me_link, report_not_me
from desk.renaming import Renamed, rename_earner


@pytest.fixture
def assertion(desk) -> str:
    return desk.assertion_of("j.smith@corp.example")


@pytest.fixture
def token(desk, assertion: str) -> str:
    return desk.office.links.mint(Purpose.NOT_ME, [assertion], desk.now)


def test_looking_changes_nothing(desk, assertion: str, token: str) -> None:
    before = desk.dump()
    assert read_not_me_link(desk.office.links, token, desk.now) == NotMeLink(assertion, desk.now)
    assert desk.dump() == before


def test_the_award_is_held_and_the_issuer_told(desk, assertion: str, token: str) -> None:
    assert report_not_me(desk.office, token, desk.now) == AwardHeld()
    assert desk.one("SELECT held_at IS NOT NULL FROM assertion WHERE id = :id", id=assertion)
    [mail] = desk.mails("not_me_report")
    assert mail.rcpt_to == "credentials@asee.example"
    assert desk.facts("not_me_report") == [
        {
            "name": "Jane Smith",
            "address": "j.smith@corp.example",
            "issued": "2026-05-02",
            "assertion": assertion,
            "reported": "2026-11-23T12:00Z",
        }
    ]


def test_saying_it_again_changes_nothing(desk, token: str) -> None:
    report_not_me(desk.office, token, desk.now)
    before = desk.dump()
    assert report_not_me(desk.office, token, desk.now + timedelta(days=1)) == AwardHeld(again=True)
    assert desk.dump() == before


def test_what_waits_about_the_award_is_not_sent(desk) -> None:
    desk.issue("email,name\nada@mail.example,Ada\n")
    token = desk.office.links.mint(Purpose.NOT_ME, [desk.assertion_of("ada@mail.example")], desk.now)
    report_not_me(desk.office, token, desk.now)
    assert [mail.state for mail in desk.mails("issuance")] == ["cancelled"]


@pytest.mark.parametrize(
    ("key", "state"),
    [
        ("issuance/{id}", "cancelled"),
        ("issuance/{id}/1", "cancelled"),
        ("reminder/{id}/2", "cancelled"),
        ("expiry/{id}/2026-12-01/7", "cancelled"),
        ("not-me/{id}/2026-11-23T09:00:00+00:00", "queued"),
        ("issuance/{id}x", "queued"),
        ("password-link/{id}/3", "queued"),
    ],
)
def test_each_kind_of_mail_about_the_award_and_no_other(desk, key: str, state: str) -> None:
    desk.issue("email,name\nada@mail.example,Ada\n")
    assertion = desk.assertion_of("ada@mail.example")
    desk.change("UPDATE message SET idempotency_key = :key", key=key.format(id=assertion))
    report_not_me(desk.office, desk.office.links.mint(Purpose.NOT_ME, [assertion], desk.now), desk.now)
    assert [mail.state for mail in desk.mails("issuance")] == [state]


def test_a_mail_under_way_is_not_tried_again(desk) -> None:
    desk.issue("email,name\nada@mail.example,Ada\n")
    desk.change("UPDATE message SET state = 'sending'")
    token = desk.office.links.mint(Purpose.NOT_ME, [desk.assertion_of("ada@mail.example")], desk.now)
    report_not_me(desk.office, token, desk.now)
    assert [(mail.state, mail.withdrawn_at is not None) for mail in desk.mails("issuance")] == [("sending", True)]


def test_old_and_forged_links(desk, token: str) -> None:
    before = desk.dump()
    late = desk.now + timedelta(days=365, seconds=1)
    assert report_not_me(desk.office, token, late) == NotMeRefused(expired=True)
    unknown = desk.office.links.mint(Purpose.NOT_ME, ["nosuchassertion"], desk.now)
    other = desk.office.links.mint(Purpose.BROWSER, [desk.assertion_of("j.smith@corp.example")], desk.now)
    for forged in (other, "", "x", desk.office.links.mint(Purpose.NOT_ME, [1, 2], desk.now)):
        assert report_not_me(desk.office, forged, desk.now) == NotMeRefused(expired=False)
    assert report_not_me(desk.office, unknown, desk.now) == AwardHeld(again=True)
    assert desk.dump() == before


def test_outcomes_say_nothing_of_the_earner() -> None:
    assert [field.name for field in dataclasses.fields(AwardHeld)] == ["again"]


def test_who_got_the_mail_by_mistake_says_nothing_of_the_award_once_the_address_is_corrected(desk) -> None:
    desk.issue("email,name\nada@mial.example,Ada\n")
    award = desk.assertion_of("ada@mial.example")
    old = desk.office.links.mint(Purpose.NOT_ME, [award], desk.now)
    corrected = correct_address(desk.office, "ada@mial.example", "ada@mail.example", desk.now + timedelta(hours=1))
    assert isinstance(corrected, Corrected)
    late = desk.now + timedelta(hours=2)
    before = desk.dump()
    assert report_not_me(desk.office, old, late) == NotMeRefused(expired=True)
    assert desk.dump() == before
    ada = desk.one("SELECT earner_id FROM assertion WHERE id = :id", id=award)
    assert isinstance(rename_earner(desk.office, ada, "Ada Berg", late), Renamed)
    new = desk.office.links.mint(Purpose.NOT_ME, [award], late - timedelta(minutes=30))
    assert report_not_me(desk.office, new, late) == AwardHeld(), "another name is the same person"
