"""Logging in: who is let in, and that everybody else gets the same answer."""

import pytest
from argon2 import PasswordHasher

from badges.accounts import is_outdated
from desk.accounts.login import LoggedIn, WrongLogin
from desk.accounts.sessions import find_session
from desk.accounts.throttling import Throttled
from tests.desk.accounts.door import ANNA, JANE, JANES_OTHER, NOBODY, PASSWORD, Door


def _owner(door: Door, token: str) -> str | None:
    with door.desk.office.engine.connect() as connection:
        found = find_session(connection, token, door.desk.now)
    return found.address if found else None


@pytest.mark.parametrize("address", [JANE, JANES_OTHER, JANE.upper(), f" {JANE} "])
def test_every_address_on_record_opens_the_account(door: Door, address: str) -> None:
    done = door.try_login(address)
    assert isinstance(done, LoggedIn)
    assert _owner(door, done.token) == JANE
    assert door.events() == [("logged_in", "owner")]


@pytest.mark.parametrize(
    "address", [JANE, ANNA, NOBODY, "", "no address", "a" * 5000, "x\x00@mail.example", "\ud800", "<script>"]
)
def test_everything_else_gets_one_answer(door: Door, address: str) -> None:
    door.desk.change("UPDATE account SET locked_at = NULL")
    assert door.try_login(address, "not the password") == WrongLogin()
    assert door.desk.one("SELECT count(*) FROM session") == 0
    assert door.desk.one("SELECT count(*) FROM login_failure") == 1


@pytest.mark.parametrize("password", ["", PASSWORD[:-1], PASSWORD + " ", PASSWORD.upper(), "x" * 20_000, "\ud800"])
def test_only_the_very_password_is_right(door: Door, password: str) -> None:
    assert door.try_login(JANE, password) == WrongLogin()


def test_a_password_may_be_typed_on_another_keyboard(door: Door) -> None:
    """Full-width letters, as a Japanese keyboard sends them, are the same characters (NFKC)."""
    wide = "".join(chr(ord(sign) + 0xFEE0) if sign.isalpha() else sign for sign in PASSWORD)
    assert isinstance(door.try_login(JANE, wide), LoggedIn)


def test_an_account_without_a_password_is_opened_by_none(door: Door) -> None:
    door.desk.change("UPDATE account SET password_hash = NULL, locked_at = NULL")
    for password in ("", "None", PASSWORD):
        assert door.try_login(ANNA, password) == WrongLogin()


def test_each_log_in_has_a_token_of_its_own_and_ends_the_one_before(door: Door) -> None:
    first = door.try_login()
    assert isinstance(first, LoggedIn)
    second = door.try_login(old_token=first.token)
    assert isinstance(second, LoggedIn)
    assert _owner(door, first.token) is None
    assert _owner(door, second.token) == JANE
    planted = door.try_login(old_token="a token that somebody planted")
    assert isinstance(planted, LoggedIn)
    assert _owner(door, "a token that somebody planted") is None
    assert _owner(door, second.token) == JANE, "another browser stays logged in"


def test_the_database_holds_no_token(door: Door) -> None:
    done = door.try_login()
    assert isinstance(done, LoggedIn)
    assert done.token not in str(door.desk.dump())


def test_an_outdated_hash_is_made_anew(door: Door) -> None:
    old = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash(PASSWORD)
    door.desk.change("UPDATE account SET password_hash = :h", h=old)
    assert is_outdated(old)
    assert door.try_login(JANE, "not the password") == WrongLogin()
    assert door.account().password_hash == old
    assert isinstance(door.try_login(), LoggedIn)
    assert not is_outdated(door.account().password_hash)
    assert isinstance(door.try_login(), LoggedIn)


def test_a_hash_that_cannot_be_read_opens_nothing(door: Door) -> None:
    door.desk.change("UPDATE account SET password_hash = 'plain text'")
    assert door.try_login(JANE, "plain text") == WrongLogin()


def test_one_network_fails_thirty_times_an_hour(door: Door) -> None:
    here, same_house, elsewhere = "2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"
    for number in range(30):
        assert door.try_login(f"person{number}@mail.example", "a guess", here) == WrongLogin()
    limited = door.try_login(source=same_house)
    assert isinstance(limited, Throttled), "even with the right password"
    assert (limited.until - door.desk.now).total_seconds() == 3600
    assert door.try_login(NOBODY, "a guess", here) == limited
    assert door.desk.one("SELECT count(*) FROM login_failure") == 30
    assert isinstance(door.try_login(source=elsewhere), LoggedIn)
    door.pass_by(hours=1)
    assert isinstance(door.try_login(source=here), LoggedIn)
