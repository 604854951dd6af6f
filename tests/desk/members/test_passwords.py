"""Links that set a member's password, and changing one that is known."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from badges.accounts import LinkSpent, LinkVoid, PasswordFault
from badges.links import LIFETIMES, Purpose
from desk.accounts.login import LoginLocked
from desk.accounts.proving import WrongPassword
from desk.members.login import PasswordTaken
from desk.members.passwords import (
    MemberForm,
    MemberPasswordSet,
    change_member_password,
    read_member_link,
    request_member_link,
    set_member_password,
)
from desk.members.people import disable_member, enable_member
from desk.passwords import LinkExpired, LinkForged
from tests.desk.conftest import Desk
from tests.desk.members.colleagues import OPERATOR, PASSWORD, SOURCE, Colleague, invite, settle

pytestmark = pytest.mark.usefixtures("cheap_hashing")

NEW = "nine grey stones in a row"


def _link(one: Colleague, serial: int, purpose: Purpose = Purpose.INVITE) -> str:
    return one.desk.office.links.mint(purpose, [one.member_id, serial], one.desk.now)


def _set(one: Colleague, token: str, password: str = NEW) -> object:
    return set_member_password(one.desk.office, token, password, SOURCE, one.desk.now)


def test_an_invitation_works_once_and_in_time(desk: Desk) -> None:
    robin = invite(desk)
    token = _link(robin, 1)
    before = desk.dump()
    for _ in range(3):
        form = read_member_link(desk.office, token, desk.now)
        assert isinstance(form, MemberForm)
        assert form.is_first
    assert desk.dump() == before
    assert isinstance(_set(robin, token, "short"), PasswordFault)
    assert isinstance(_set(robin, token, "robin@staff.example"), PasswordFault)
    assert _set(robin, token) == MemberPasswordSet()
    assert _set(robin, token) == LinkSpent()
    assert isinstance(robin.begin(NEW), PasswordTaken)
    assert len(desk.mails("member_password_changed")) == 1
    late = desk.now + LIFETIMES[Purpose.INVITE] + timedelta(seconds=1)
    assert read_member_link(desk.office, token, late) == LinkExpired()
    assert read_member_link(desk.office, f"{token}x", desk.now) == LinkForged()


def test_of_two_who_press_at_once_one_sets_the_password(desk: Desk) -> None:
    robin = invite(desk)
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda number: _set(robin, _link(robin, 1), f"{NEW} {number}"), range(4)))
    assert sorted(type(each).__name__ for each in done) == ["LinkSpent"] * 3 + ["MemberPasswordSet"]


@pytest.mark.parametrize(
    "purpose", [purpose for purpose in Purpose if purpose not in (Purpose.INVITE, Purpose.MEMBER_PASSWORD)]
)
def test_no_other_link_of_ours_sets_a_members_password(desk: Desk, purpose: Purpose) -> None:
    robin = invite(desk)
    assert _set(robin, _link(robin, 1, purpose)) == LinkForged()


def test_a_link_ends_sessions_and_leaves_lock_and_second_factor(desk: Desk) -> None:
    robin = settle(desk)
    for _ in range(10):
        Colleague(desk, robin.member_id, robin.address).begin("a guess")
    request_member_link(desk.office, "ROBIN@staff.example", SOURCE, desk.now)
    facts = desk.facts("member_password")[0]
    assert _set(robin, _link(robin, facts["serial"], Purpose.MEMBER_PASSWORD)) == MemberPasswordSet()
    assert robin.find() is None
    assert robin.begin(NEW) == LoginLocked()
    desk.change("UPDATE member SET locked_at = NULL, failed_logins = 0")
    robin.begin(NEW)
    assert robin.session().has_second_factor
    assert not robin.session().is_proven


def test_who_asks_for_a_link_learns_nothing_and_not_too_often(desk: Desk) -> None:
    robin = settle(desk)
    for address in ("nobody@staff.example", "no address", "", "a@b" * 200):
        assert request_member_link(desk.office, address, SOURCE, desk.now) is None
    for _ in range(8):
        request_member_link(desk.office, robin.address, SOURCE, desk.now)
    assert len(desk.mails("member_password")) == 3
    assert "member_password" not in {row.kind for row in desk.rows("SELECT kind FROM message WHERE rcpt_to LIKE 'no%'")}


def test_who_is_shut_out_gets_no_link_and_an_old_one_opens_nothing_later(desk: Desk) -> None:
    robin = invite(desk)
    token = _link(robin, 1)
    disable_member(desk.office, OPERATOR, robin.member_id, desk.now)
    assert _set(robin, token) == LinkVoid()
    request_member_link(desk.office, robin.address, SOURCE, desk.now)
    assert desk.mails("member_password") == []
    enable_member(desk.office, OPERATOR, robin.member_id, desk.now)
    assert _set(robin, token) == LinkSpent()


def test_changing_a_password_takes_the_present_one_and_ends_other_sessions(desk: Desk) -> None:
    robin = settle(desk)
    elsewhere = Colleague(desk, robin.member_id, robin.address, robin.secret)
    elsewhere.begin()
    request_member_link(desk.office, robin.address, SOURCE, desk.now)
    link = _link(robin, 2, Purpose.MEMBER_PASSWORD)

    def change(present: str, new: str = NEW) -> object:
        return change_member_password(desk.office, robin.session(), robin.actor, present, new, desk.now)

    assert change("a guess") == WrongPassword(is_locked=False)
    assert isinstance(change(PASSWORD, "robin falk"), PasswordFault)
    assert change(PASSWORD) == MemberPasswordSet()
    assert robin.find() is not None
    assert elsewhere.find() is None
    assert _set(robin, link) == LinkSpent(), "links that were mailed before are void"
    assert isinstance(robin.begin(NEW), PasswordTaken)
    assert len(desk.mails("member_password_changed")) == 1


def test_a_password_cannot_be_guessed_in_a_session_either(desk: Desk) -> None:
    robin = settle(desk)
    answers = [
        change_member_password(desk.office, robin.session(), robin.actor, f"guess {number}", NEW, desk.now)
        for number in range(11)
    ]
    assert answers.count(WrongPassword(is_locked=False)) == 9
    assert change_member_password(desk.office, robin.session(), robin.actor, PASSWORD, NEW, desk.now) == WrongPassword(
        is_locked=True
    )
