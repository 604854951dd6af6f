"""Reminders: who gets one, when, and how often."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection, event

from badges.accounts import LinkVoid
from desk.passwords import OpenForm, read_password_link
from desk.reminders import ReminderRules, remind

WEEK = timedelta(days=7, seconds=1)


@pytest.fixture(autouse=True)
def _issued(desk) -> None:
    desk.issue("email,name\nada@mail.example,Ada\nli@mail.example,Li\n")
    desk.mark_sent()


def test_a_week_after_the_mail_and_with_a_fresh_link(desk) -> None:
    assert remind(desk.office, desk.now) == 0
    desk.now += WEEK
    assert remind(desk.office, desk.now) == 2
    assert {mail.rcpt_to for mail in desk.mails("reminder")} == {"ada@mail.example", "li@mail.example"}
    assert {mail.stream for mail in desk.mails("reminder")} == {"notices"}
    [first] = [facts for facts in desk.facts("issuance") if facts["address"] == "ada@mail.example"]
    [fresh] = [facts for facts in desk.facts("reminder") if facts["address"] == "ada@mail.example"]
    assert (first["serial"], fresh["serial"], fresh["assertion"]) == (1, 2, first["assertion"])
    assert read_password_link(desk.office, desk.link(first), desk.now) == LinkVoid()
    assert isinstance(read_password_link(desk.office, desk.link(fresh), desk.now), OpenForm)


def test_running_it_again_reminds_nobody_twice(desk) -> None:
    desk.now += WEEK
    remind(desk.office, desk.now)
    before = desk.dump()
    assert remind(desk.office, desk.now) == 0
    assert desk.dump() == before


def test_three_reminders_and_then_peace(desk) -> None:
    for _ in range(6):
        desk.now += WEEK
        remind(desk.office, desk.now)
        desk.mark_sent("reminder")
    assert len(desk.mails("reminder")) == 6
    assert {facts["serial"] for facts in desk.facts("reminder")} == {2, 3, 4}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE account SET password_hash = 'x'",
        "UPDATE message SET state = 'bounced'",
        "UPDATE assertion SET state = 'revoked'",
        "UPDATE assertion SET held_at = 1",
        "UPDATE assertion SET expires_on = '2026-11-24'",
        "INSERT INTO suppression (address, issuer_id, stream, reason, created_at)"
        " SELECT address, '', 'notices', 'unsubscribed', 1 FROM earner_address",
    ],
)
def test_who_is_not_reminded(desk, statement: str) -> None:
    desk.change(statement)
    desk.now += WEEK
    assert remind(desk.office, desk.now) == 0


def test_earners_who_never_got_a_mail_are_left_alone(desk) -> None:
    desk.now += WEEK
    remind(desk.office, desk.now)
    assert "j.smith@corp.example" not in {mail.rcpt_to for mail in desk.mails("reminder")}


def test_one_reminder_about_the_newest_award(desk) -> None:
    desk.now += timedelta(days=1)
    desk.issue("email,name\nada@mail.example,Ada\n", badge="mentor")
    desk.mark_sent()
    desk.now += WEEK
    remind(desk.office, desk.now)
    [mail] = [mail for mail in desk.mails("reminder") if mail.rcpt_to == "ada@mail.example"]
    newest = desk.one(
        "SELECT a.id FROM assertion a JOIN badge_class b ON b.id = badge_class_id WHERE b.slug = 'mentor'"
    )
    assert mail.idempotency_key == f"reminder/{newest}/1"


def test_many_are_reminded_page_by_page_and_others_may_write_between(desk) -> None:
    rows = "".join(f"p{number}@mail.example,Person {number}\n" for number in range(1100))
    desk.issue("email,name\n" + rows)
    desk.mark_sent()
    commits: list[Connection] = []
    event.listen(desk.office.engine, "commit", commits.append)
    assert remind(desk.office, desk.now + timedelta(days=2), ReminderRules(wait=timedelta(days=1))) == 1102
    assert len(commits) == 3
