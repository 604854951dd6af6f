"""Sessions: what ends them, and that reading prolongs them without a write each time."""

from datetime import timedelta

import pytest

from badges.accounts import PasswordFault
from badges.links import Purpose
from desk.accounts.changing_password import PasswordChanged, change_password
from desk.accounts.chores import see_to_logins
from desk.accounts.login import LoggedIn, LoginLocked, log_out
from desk.accounts.proving import WrongPassword
from desk.accounts.sessions import LONGEST, LONGEST_IDLE, SignedIn, find_session, prolong_session
from desk.accounts.throttling import Throttled
from desk.passwords import LinkSpent, PasswordSet, set_password
from tests.desk.accounts.door import JANE, PASSWORD, Door

NEW = "another long password"
SOURCE = "192.0.2.1"


def _find(door: Door, token: str) -> SignedIn | None:
    with door.desk.office.engine.connect() as connection:
        return find_session(connection, token, door.desk.now)


def _enter(door: Door, password: str = PASSWORD) -> str:
    done = door.try_login(password=password)
    assert isinstance(done, LoggedIn)
    return done.token


def _owner(door: Door, token: str) -> SignedIn:
    found = _find(door, token)
    assert found is not None
    return found


def test_a_session_ends_when_it_lies_idle(door: Door) -> None:
    token = _enter(door)
    door.desk.now += LONGEST_IDLE
    assert _find(door, token) is not None
    door.pass_by(seconds=1)
    assert _find(door, token) is None


def test_what_is_over_is_forgotten(door: Door) -> None:
    _enter(door)
    door.pass_by(days=4)
    token = _enter(door)
    door.pass_by(days=4)
    assert see_to_logins(door.desk.office, door.desk.now) == 1
    assert _find(door, token) is not None
    assert door.desk.one("SELECT count(*) FROM session") == 1


def test_use_prolongs_it_but_not_for_ever(door: Door) -> None:
    token = _enter(door)
    for _ in range(int(LONGEST / timedelta(days=5))):
        prolong_session(door.desk.office, _owner(door, token).session_id, door.desk.now)
        door.pass_by(days=5)
    assert _find(door, token) is not None
    door.pass_by(seconds=1)
    assert _find(door, token) is None


def test_use_is_written_every_ten_minutes(door: Door) -> None:
    owner = _owner(door, _enter(door))
    assert not owner.is_due(door.desk.now + timedelta(minutes=10))
    assert owner.is_due(door.desk.now + timedelta(minutes=10, seconds=1))


def test_a_clock_that_goes_back_shortens_nothing(door: Door) -> None:
    owner = _owner(door, _enter(door))
    before = door.desk.dump()
    prolong_session(door.desk.office, owner.session_id, door.desk.now - timedelta(hours=1))
    assert door.desk.dump() == before


def test_a_stolen_cookie_opens_nothing_after_the_log_out(door: Door) -> None:
    token, other = _enter(door), _enter(door)
    log_out(door.desk.office, _owner(door, token), SOURCE, door.desk.now)
    assert _find(door, token) is None
    assert _find(door, other) is not None


def test_a_password_that_a_link_has_set_logs_everybody_out(door: Door) -> None:
    tokens = [_enter(door), _enter(door)]
    door.desk.change("UPDATE account SET link_serial = 7")
    link = door.desk.link({"account": door.account().id, "serial": 7}, Purpose.PASSWORD)
    assert isinstance(set_password(door.desk.office, link, NEW, door.desk.now), PasswordSet)
    assert [_find(door, token) for token in tokens] == [None, None]
    assert door.desk.one("SELECT count(*) FROM session") == 0, "and nobody in"
    assert ("password_set", "owner") in door.events()


def test_changing_a_password_keeps_the_session_that_does_it(door: Door) -> None:
    mine, other = _enter(door), _enter(door)
    door.desk.change("UPDATE account SET link_serial = 7")
    link = door.desk.link({"account": door.account().id, "serial": 7}, Purpose.PASSWORD)
    done = change_password(door.desk.office, _owner(door, mine), PASSWORD, NEW, SOURCE, door.desk.now)
    assert done == PasswordChanged()
    assert _find(door, mine) is not None
    assert _find(door, other) is None
    assert set_password(door.desk.office, link, "a third long password", door.desk.now) == LinkSpent()
    assert ("password_changed", "owner") in door.events()
    assert [mail.rcpt_to for mail in door.desk.mails("password_changed")] == [JANE]
    _enter(door, NEW)


def test_the_present_password_is_asked_for_and_cannot_be_guessed(door: Door) -> None:
    owner = _owner(door, _enter(door))
    answers = [change_password(door.desk.office, owner, f"guess {n}", NEW, SOURCE, door.desk.now) for n in range(10)]
    assert answers == [WrongPassword(is_locked=False)] * 9 + [WrongPassword(is_locked=True)]
    done = change_password(door.desk.office, owner, PASSWORD, NEW, SOURCE, door.desk.now)
    assert done == WrongPassword(is_locked=True)
    assert door.try_login() == LoginLocked()


def test_a_throttled_network_changes_no_password(door: Door) -> None:
    owner = _owner(door, _enter(door))
    for number in range(30):
        door.try_login(f"person{number}@mail.example", "a guess", SOURCE)
    done = change_password(door.desk.office, owner, PASSWORD, NEW, SOURCE, door.desk.now)
    assert isinstance(done, Throttled)


@pytest.mark.parametrize("new", ["short", JANE, "password1234"])
def test_a_weak_password_is_refused_before_anything(door: Door, new: str) -> None:
    owner = _owner(door, _enter(door))
    before = door.desk.dump()
    assert isinstance(change_password(door.desk.office, owner, PASSWORD, new, SOURCE, door.desk.now), PasswordFault)
    assert door.desk.dump() == before


def test_a_lock_leaves_those_in_who_are_in(door: Door) -> None:
    token = _enter(door)
    door.fail(10)
    assert _find(door, token) is not None
