"""Lock-out: ten failures lock an account, and an address that nobody has; who is told, and what opens it."""

from datetime import UTC, datetime

import pytest

from badges.accounts import LockoutPolicy
from badges.links import Purpose
from desk.accounts import lockout
from desk.accounts.chores import see_to_logins
from desk.accounts.lock_letter import tell_of_lock
from desk.accounts.login import LoggedIn, LoginLocked, WrongLogin
from desk.passwords import PasswordSet, set_password
from tests.desk.accounts.door import ANNA, JANE, JANES_OTHER, NOBODY, PASSWORD, Door


@pytest.mark.parametrize("address", [JANE, NOBODY, "no address", ANNA])
def test_the_tenth_failure_locks_whoever_it_is(door: Door, address: str) -> None:
    door.desk.change("UPDATE account SET locked_at = NULL")
    assert door.fail(9, address) == WrongLogin()
    assert door.fail(1, address) == LoginLocked()
    assert door.fail(3, address) == LoginLocked()
    assert door.try_login(address) == LoginLocked(), "even with the right password"
    assert door.desk.one("SELECT count(*) FROM session") == 0


def test_all_addresses_of_an_account_count_together(door: Door) -> None:
    door.fail(5, JANE)
    door.fail(4, JANES_OTHER)
    assert door.fail(1, JANE.upper()) == LoginLocked()
    assert door.try_login(JANES_OTHER) == LoginLocked()


def test_a_log_in_that_succeeds_starts_anew(door: Door) -> None:
    door.fail(9)
    assert isinstance(door.try_login(), LoggedIn)
    assert (door.account().failed_logins, door.account().failed_at) == (0, None)
    assert door.fail(9) == WrongLogin()
    assert door.fail(1) == LoginLocked()


def test_a_locked_account_counts_no_further_and_keeps_its_moment(door: Door) -> None:
    door.fail(10)
    before = door.account()
    door.pass_by(minutes=5)
    door.fail(3)
    assert door.account() == before
    assert before.failed_logins == 10
    assert door.events() == [("locked", "rules")]


def test_the_owner_is_told_once_a_lock(door: Door) -> None:
    facts = door.lock()
    assert facts["address"] == JANE
    assert facts["issuer_support"] == "credentials@asee.example"
    assert (facts["policy"], facts["locked"]) == ("issuer", "2026-11-23T12:00Z")
    for address in (JANE, JANES_OTHER, NOBODY, "no address", ANNA):
        tell_of_lock(door.desk.office, address, door.desk.now)
    assert [mail.rcpt_to for mail in door.desk.mails("account_locked")] == [JANE]
    door.desk.change("UPDATE account SET locked_at = NULL, failed_logins = 0")
    tell_of_lock(door.desk.office, JANE, door.desk.now)
    door.pass_by(minutes=1)
    assert door.lock()["stamp"] > facts["stamp"]
    assert len(door.desk.mails("account_locked")) == 2


def test_who_was_not_told_for_a_crash_is_told_later(door: Door) -> None:
    door.desk.issue(f"email,name\n{ANNA},Anna Müller\n")
    assert door.account(ANNA).locked_at is not None, "by the programme that was imported: no news to anybody"
    door.fail(10)
    see_to_logins(door.desk.office, door.desk.now)
    see_to_logins(door.desk.office, door.desk.now)
    assert [mail.rcpt_to for mail in door.desk.mails("account_locked")] == [JANE]


def test_a_new_password_does_not_unlock_where_the_issuer_does(door: Door) -> None:
    facts = door.lock()
    _set_new_password(door, facts["account"])
    assert door.try_login(password="another long password") == LoginLocked()
    assert ("unlocked", "owner") not in door.events()


def test_a_new_password_unlocks_where_owners_may(door: Door) -> None:
    door.let_owners_unlock()
    facts = door.lock()
    assert facts["policy"] == LockoutPolicy.EARNER
    _set_new_password(door, facts["account"])
    assert isinstance(door.try_login(password="another long password"), LoggedIn)
    assert ("unlocked", "owner") in door.events()


def _set_new_password(door: Door, account_id: str) -> None:
    door.desk.change("UPDATE account SET link_serial = link_serial + 1 WHERE id = :a", a=account_id)
    token = door.desk.link({"account": account_id, "serial": door.account().link_serial}, Purpose.PASSWORD)
    assert isinstance(set_password(door.desk.office, token, "another long password", door.desk.now), PasswordSet)


def test_strangers_are_forgotten_when_nobody_has_tried_them_for_long(door: Door) -> None:
    door.fail(10, NOBODY)
    door.pass_by(days=89)
    see_to_logins(door.desk.office, door.desk.now)
    assert door.fail(1, NOBODY) == LoginLocked()
    door.pass_by(days=2)
    assert see_to_logins(door.desk.office, door.desk.now) > 0
    assert door.fail(1, NOBODY) == WrongLogin()
    assert door.desk.one("SELECT count(*) FROM login_failure") == 1


def test_only_so_many_strangers_are_kept(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lockout, "MOST_STRANGERS", 3)
    for number in range(6):
        door.fail(1, f"person{number}@mail.example")
        door.pass_by(seconds=1)
    see_to_logins(door.desk.office, door.desk.now)
    assert door.desk.one("SELECT count(*) FROM stranger_login") == 3


def test_no_typed_address_is_kept(door: Door) -> None:
    door.fail(2, "somebody.secret@mail.example")
    assert "somebody.secret" not in str(door.desk.dump())
    assert PASSWORD not in str(door.desk.dump())


def test_moments_are_kept_to_the_microsecond(door: Door) -> None:
    door.desk.now = datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC)
    assert door.lock()["stamp"] % 1_000_000 == 123456
