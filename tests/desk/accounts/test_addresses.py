"""The addresses of an account: removing one, making another the primary, and what each does to links and mail."""

import pytest

from badges.links import Purpose
from desk.accounts.addresses import PrimaryChange, make_primary, remove_address
from desk.accounts.login import LoggedIn, LoginLocked
from desk.accounts.proving import WrongPassword
from desk.accounts.throttling import Throttled
from desk.passwords import LinkVoid, read_password_link
from desk.requests.records import stop_notices
from mailer.queue.suppressions import Suppressed, suppress
from tests.desk.accounts.door import ANNA, JANE, JANES_OTHER, PASSWORD, Door
from tests.desk.accounts.resident import SOURCE, Resident

Made = PrimaryChange | WrongPassword | Throttled


@pytest.fixture
def jane(door: Door) -> Resident:
    resident = Resident(door)
    resident.confirm_all()
    return resident


def _make_primary(jane: Resident, address: str = JANES_OTHER, present: str = PASSWORD) -> Made:
    return make_primary(jane.desk.office, jane.owner(), address, present, SOURCE, jane.desk.now)


def test_another_primary_is_told_to_both_and_logs_in_with_either(jane: Resident) -> None:
    assert _make_primary(jane) is PrimaryChange.MADE
    assert jane.primary() == JANES_OTHER
    assert {mail.rcpt_to for mail in jane.desk.mails("primary_changed")} == {JANE, JANES_OTHER}
    for facts in jane.desk.facts("primary_changed"):
        assert (facts["old_address"], facts["new_address"]) == (JANE, JANES_OTHER)
    assert jane.door.events()[-1] == ("primary_changed", "owner")
    for address in (JANE, JANES_OTHER):
        assert isinstance(jane.door.try_login(address), LoggedIn)
    assert jane.desk.one("SELECT count(*) FROM earner_address WHERE is_primary") == 2, "one each"


def test_who_wants_no_notices_gets_none_at_the_new_address(jane: Resident) -> None:
    with jane.desk.office.engine.begin() as connection:
        stop_notices(connection, JANE, jane.desk.now)
    _make_primary(jane)
    rows = jane.desk.rows("SELECT address, issuer_id, stream, reason FROM suppression ORDER BY address")
    assert [tuple(row) for row in rows] == [(each, "", "notices", "unsubscribed") for each in (JANE, JANES_OTHER)]


def test_password_links_that_were_mailed_before_are_void(jane: Resident) -> None:
    jane.desk.issue(f"email,name\n{JANE},Jane Smith\n", badge="mentor")
    jane.desk.change("UPDATE account SET link_serial = 1, link_spent_serial = 0")
    token = jane.desk.office.links.mint(Purpose.PASSWORD, [jane.door.account().id, 1], jane.desk.now)
    _make_primary(jane)
    assert read_password_link(jane.desk.office, token, jane.desk.now) == LinkVoid()


@pytest.mark.parametrize("unconfirmed", [JANE, JANES_OTHER])
def test_both_addresses_must_have_been_confirmed(jane: Resident, unconfirmed: str) -> None:
    jane.desk.change("UPDATE earner_address SET confirmed_at = NULL WHERE address = :a", a=unconfirmed)
    assert _make_primary(jane) is PrimaryChange.UNCONFIRMED
    assert jane.primary() == JANE
    assert jane.desk.mails("primary_changed") == []


def test_an_address_that_takes_no_mail_is_refused(jane: Resident) -> None:
    with jane.desk.office.engine.begin() as connection:
        stop_notices(connection, JANES_OTHER, jane.desk.now)
    with jane.desk.office.engine.begin() as connection:
        suppress(connection, [Suppressed(JANES_OTHER, "550 no such user", jane.desk.now)])
    assert _make_primary(jane) is PrimaryChange.UNDELIVERABLE
    assert jane.primary() == JANE


def test_other_peoples_and_pending_addresses_are_unknown(jane: Resident) -> None:
    jane.name(jane.owner(), "jane@new.example")
    for address in (ANNA, "jane@new.example", "nobody@mail.example", "", "' OR 1=1"):
        assert _make_primary(jane, address) is PrimaryChange.UNKNOWN
    assert jane.primary() == JANE
    assert jane.primary(ANNA) == ANNA


def test_a_wrong_password_counts_as_a_failed_login(jane: Resident) -> None:
    owner = jane.owner()
    answers = [
        make_primary(jane.desk.office, owner, JANES_OTHER, "not the password", SOURCE, jane.desk.now) for _ in range(10)
    ]
    assert answers == [WrongPassword(is_locked=False)] * 9 + [WrongPassword(is_locked=True)]
    assert make_primary(jane.desk.office, owner, JANES_OTHER, PASSWORD, SOURCE, jane.desk.now) == WrongPassword(
        is_locked=True
    )
    assert jane.primary() == JANE
    assert jane.door.try_login() == LoginLocked()


def test_an_alternate_address_is_removed_and_the_primary_told(jane: Resident) -> None:
    assert remove_address(jane.desk.office, jane.owner(), JANES_OTHER, SOURCE, jane.desk.now)
    assert not isinstance(jane.door.try_login(JANES_OTHER), LoggedIn)
    [told] = jane.desk.mails("address_removed")
    assert told.rcpt_to == JANE
    assert jane.desk.facts("address_removed")[0]["old_address"] == JANES_OTHER
    assert jane.door.events()[-1] == ("address_removed", "owner")


def test_nothing_else_is_removed(jane: Resident) -> None:
    owner = jane.owner()
    before = jane.desk.dump()
    for address in (JANE, JANE.upper(), ANNA, "nobody@mail.example", "", "%"):
        assert not remove_address(jane.desk.office, owner, address, SOURCE, jane.desk.now)
    assert jane.desk.dump() == before
