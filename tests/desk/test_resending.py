"""Sending again: to one person, to those whom it did not reach, to a corrected address, to oneself."""

import pytest

from badges.accounts import LinkVoid
from desk.accounts.login import LoggedIn, LoginTry, WrongLogin, log_in
from desk.accounts.sessions import find_session
from desk.correcting import Corrected, NotCorrected, correct_address
from desk.passwords import OpenForm, PasswordSet, read_password_link, set_password
from desk.resending import NotResent, Resent, resend_failed, resend_to
from desk.sampling import SampleQueued, SampleRefused, send_sample

ROSTER = "email,name\nada@mail.example,Ada\nli@mail.example,Li\nzoe@mail.example,Zoe\n"


@pytest.fixture
def batch(desk) -> str:
    return desk.issue(ROSTER).batch_id


def test_a_new_mail_with_a_new_link(desk, batch: str) -> None:
    desk.mark_sent()
    assert resend_to(desk.office, "ADA@mail.example", desk.now) == Resent(1, 0)
    first, again = [facts for facts in desk.facts("issuance") if facts["address"] == "ada@mail.example"]
    assert (again["serial"], again["assertion"]) == (2, first["assertion"])
    assert read_password_link(desk.office, desk.link(first), desk.now) == LinkVoid()
    assert desk.one("SELECT count(*) FROM assertion WHERE issued_on = '2026-11-23'") == 3


def test_what_is_on_its_way_is_not_doubled(desk, batch: str) -> None:
    before = desk.dump()
    assert resend_to(desk.office, "ada@mail.example", desk.now) == Resent(0, 1)
    assert desk.dump() == before


def test_an_imported_award_gets_its_first_mail(desk) -> None:
    assert resend_to(desk.office, "jane@home.example", desk.now) == Resent(1, 0)
    assert desk.mails("issuance")[0].rcpt_to == "j.smith@corp.example"


def test_every_further_mail_has_a_key_of_its_own(desk, batch: str) -> None:
    for _ in range(3):
        desk.mark_sent()
        assert resend_to(desk.office, "ada@mail.example", desk.now) == Resent(1, 0)
    keys = {mail.idempotency_key for mail in desk.mails("issuance") if mail.rcpt_to == "ada@mail.example"}
    assert len(keys) == 4


@pytest.mark.parametrize("address", ["stranger@mail.example", "no address", "anna@mail.example"])
def test_nothing_to_send(desk, address: str) -> None:
    assert isinstance(resend_to(desk.office, address, desk.now), NotResent)
    assert desk.rows("SELECT * FROM message") == []


def test_only_those_whom_the_mail_did_not_reach(desk, batch: str) -> None:
    desk.mark_sent()
    desk.change("UPDATE message SET state = 'bounced' WHERE rcpt_to LIKE 'ada%'")
    desk.change("UPDATE message SET state = 'unknown' WHERE rcpt_to LIKE 'li%'")
    assert resend_failed(desk.office, batch, desk.now) == Resent(2, 0)
    assert resend_failed(desk.office, batch, desk.now) == Resent(0, 2)
    desk.change("UPDATE message SET state = 'sent' WHERE rcpt_to LIKE 'ada%' AND state = 'queued'")
    assert resend_failed(desk.office, batch, desk.now) == Resent(0, 1), "a second mail has reached Ada"
    assert isinstance(resend_failed(desk.office, "nosuchbatch", desk.now), NotResent)


def test_a_corrected_address_gets_the_mail_and_the_old_links_are_void(desk, batch: str) -> None:
    [old] = [facts for facts in desk.facts("issuance") if facts["address"] == "ada@mail.example"]
    outcome = correct_address(desk.office, "ada@mail.example", "Ada@Mail2.example", desk.now)
    assert outcome == Corrected("ada@mail2.example", 1)
    assert read_password_link(desk.office, desk.link(old), desk.now) == LinkVoid()
    [new] = [facts for facts in desk.facts("issuance") if facts["address"] == "ada@mail2.example"]
    assert isinstance(read_password_link(desk.office, desk.link(new), desk.now), OpenForm)
    states = {mail.rcpt_to: mail.state for mail in desk.mails("issuance")}
    assert (states["ada@mail.example"], states["ada@mail2.example"]) == ("cancelled", "queued")
    assert desk.one("SELECT count(*) FROM earner_address WHERE address = 'ada@mail.example'") == 0


def test_who_got_the_mail_by_mistake_is_in_no_longer(desk, batch: str) -> None:
    [old] = [facts for facts in desk.facts("issuance") if facts["address"] == "ada@mail.example"]
    assert isinstance(set_password(desk.office, desk.link(old), "wet granite under moss", desk.now), PasswordSet)
    done = log_in(desk.office, LoginTry("ada@mail.example", "wet granite under moss", "192.0.2.1"), desk.now)
    assert isinstance(done, LoggedIn)
    correct_address(desk.office, "ada@mail.example", "ada@mail2.example", desk.now)
    with desk.office.engine.connect() as connection:
        assert find_session(connection, done.token, desk.now) is None
    again = LoginTry("ada@mail2.example", "wet granite under moss", "192.0.2.1")
    assert log_in(desk.office, again, desk.now) == WrongLogin()


def test_a_mail_under_way_to_the_wrong_address_does_not_stand_for_one_to_the_right(desk, batch: str) -> None:
    desk.change("UPDATE message SET state = 'sending' WHERE rcpt_to = 'ada@mail.example'")
    outcome = correct_address(desk.office, "ada@mail.example", "ada@mail2.example", desk.now)
    assert outcome == Corrected("ada@mail2.example", 1)
    assert [mail.state for mail in desk.mails("issuance") if mail.rcpt_to == "ada@mail2.example"] == ["queued"]


def test_a_correction_may_name_an_alternate_address(desk) -> None:
    assert correct_address(desk.office, "j.smith@corp.example", "jane@home.example", desk.now) == Corrected(
        "jane@home.example", 1
    )
    assert desk.one("SELECT is_primary FROM earner_address WHERE address = 'jane@home.example'")


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("nobody@mail.example", "x@mail.example"),
        ("jane@home.example", "x@mail.example"),
        ("j.smith@corp.example", "anna@mail.example"),
        ("j.smith@corp.example", "no address"),
    ],
)
def test_corrections_that_are_refused(desk, wrong: str, right: str) -> None:
    before = desk.dump()
    assert isinstance(correct_address(desk.office, wrong, right, desk.now), NotCorrected)
    assert desk.dump() == before


def test_a_test_mail_names_nobody(desk) -> None:
    assert send_sample(desk.office, "bridge", "Me@corp.example", desk.now) == SampleQueued("me@corp.example")
    [mail] = desk.mails("issuance")
    assert (mail.rcpt_to, mail.earner_id, mail.batch_id) == ("me@corp.example", None, None)
    [facts] = desk.facts("issuance")
    assert facts["test"]
    assert not isinstance(read_password_link(desk.office, desk.link(facts), desk.now), OpenForm)


def test_test_mails_that_are_refused(desk) -> None:
    assert isinstance(send_sample(desk.office, "nosuch", "me@corp.example", desk.now), SampleRefused)
    assert isinstance(send_sample(desk.office, "bridge", "nobody", desk.now), SampleRefused)
    assert desk.rows("SELECT * FROM message") == []


@pytest.mark.parametrize("right", ["ada@mail.example", "Ada@MAIL.example"])
def test_an_address_corrected_to_itself_stays(desk, right: str) -> None:
    desk.issue("email,name\nada@mail.example,Ada\n")
    before = desk.dump()
    assert isinstance(correct_address(desk.office, "ada@mail.example", right, desk.now), NotCorrected)
    assert desk.dump() == before


def test_nothing_that_a_stranger_has_given_stays(desk, batch: str) -> None:
    """Who got the mail by mistake has named addresses of theirs, told of themselves, and waits for one more."""
    [old] = [facts for facts in desk.facts("issuance") if facts["address"] == "ada@mail.example"]
    assert isinstance(set_password(desk.office, desk.link(old), "wet granite under moss", desk.now), PasswordSet)
    ada = desk.one("SELECT earner_id FROM earner_address WHERE address = 'ada@mail.example'")
    rows = (
        "INSERT INTO earner_address (address, earner_id, confirmed_at, is_primary)"
        " VALUES ('me@spy.example', :e, 1, false)",
        "INSERT INTO earner_address (address, earner_id, is_primary) VALUES ('ada@school.example', :e, false)",
        "INSERT INTO pending_address (id, earner_id, address, asked_at) VALUES ('p', :e, 'me2@spy.example', 1)",
        "INSERT INTO profile (earner_id, employer, title, phone, website, changed_at) VALUES (:e, 'I', '', '', '', 1)",
    )
    for row in rows:
        desk.change(row, e=ada)
    assert isinstance(correct_address(desk.office, "ada@mail.example", "ada@mail2.example", desk.now), Corrected)
    known = desk.rows("SELECT address FROM earner_address WHERE earner_id = :e ORDER BY address", e=ada)
    assert [row.address for row in known] == ["ada@mail2.example", "ada@school.example"]
    assert desk.rows("SELECT * FROM pending_address") == []
    assert desk.rows("SELECT * FROM profile") == []


def test_an_address_that_nobody_has_read_brought_nobody_in(desk, batch: str) -> None:
    desk.change("UPDATE earner_address SET confirmed_at = 1 WHERE address = 'jane@home.example'")
    assert isinstance(correct_address(desk.office, "j.smith@corp.example", "j@corp2.example", desk.now), Corrected)
    assert desk.one("SELECT count(*) FROM earner_address WHERE address = 'jane@home.example'") == 1


def test_staff_are_told_which_address_is_the_primary_one(desk) -> None:
    outcome = correct_address(desk.office, "jane@home.example", "x@mail.example", desk.now)
    assert isinstance(outcome, NotCorrected)
    assert "j.smith@corp.example" in outcome.reason
