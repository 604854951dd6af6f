"""Unlocking: by the owner's link, by the issuer whom the owner has asked, by the issuer's mail. Each clears all."""

import pytest

from badges.links import LIFETIMES, Purpose
from desk.accounts.login import LoggedIn, LoginLocked, WrongLogin
from desk.accounts.unlocking import (
    LockLinkRefused,
    LockState,
    NamedLock,
    ask_to_unlock,
    read_lock_link,
    unlock_by_link,
)
from desk.requests.orders import Change
from desk.requests.proposal_links import OpenProposal, agree_by_link
from desk.requests.undoing import Undo, UndoState, undo_by_link
from desk.words import Intent, Outcome
from tests.desk.accounts.door import JANE, Door
from tests.desk.requests.conftest import Counter

SOURCE = "192.0.2.1"


def _state(door: Door, purpose: Purpose, token: str) -> LockState | LockLinkRefused:
    found = read_lock_link(door.desk.office, purpose, token, door.desk.now)
    return found.state if isinstance(found, NamedLock) else found


def _is_clear(door: Door) -> bool:
    account = door.account()
    return (account.locked_at, account.failed_logins, account.failed_at) == (None, 0, None)


class TestByTheOwner:
    @pytest.fixture
    def token(self, door: Door) -> str:
        door.let_owners_unlock()
        return door.link(Purpose.UNLOCK, door.lock())

    def test_looking_changes_nothing_and_pressing_unlocks(self, door: Door, token: str) -> None:
        before = door.desk.dump()
        for _ in range(3):
            assert _state(door, Purpose.UNLOCK, token) is LockState.LOCKED
        assert door.desk.dump() == before
        unlock_by_link(door.desk.office, token, SOURCE, door.desk.now)
        assert _state(door, Purpose.UNLOCK, token) is LockState.LIFTED
        assert _is_clear(door)
        assert door.events()[-1] == ("unlocked", "owner")
        assert len(door.desk.mails("account_unlocked")) == 1
        assert isinstance(door.try_login(), LoggedIn)

    def test_it_works_once(self, door: Door, token: str) -> None:
        unlock_by_link(door.desk.office, token, SOURCE, door.desk.now)
        door.fail(3)
        before = door.desk.dump()
        unlock_by_link(door.desk.office, token, SOURCE, door.desk.now)
        assert door.desk.dump() == before
        door.pass_by(minutes=1)
        facts = door.lock()
        assert _state(door, Purpose.UNLOCK, token) is LockState.REPLACED
        unlock_by_link(door.desk.office, token, SOURCE, door.desk.now)
        assert door.try_login() == LoginLocked()
        assert _state(door, Purpose.UNLOCK, door.link(Purpose.UNLOCK, facts)) is LockState.LOCKED

    def test_it_runs_out(self, door: Door, token: str) -> None:
        door.desk.now += LIFETIMES[Purpose.UNLOCK]
        assert _state(door, Purpose.UNLOCK, token) is LockState.LOCKED
        door.pass_by(seconds=1)
        assert unlock_by_link(door.desk.office, token, SOURCE, door.desk.now) == LockLinkRefused(expired=True)
        assert door.try_login() == LoginLocked()


def test_where_the_issuer_unlocks_no_link_of_the_owner_does(door: Door) -> None:
    token = door.link(Purpose.UNLOCK, door.lock())
    assert unlock_by_link(door.desk.office, token, SOURCE, door.desk.now) == LockLinkRefused(expired=False)
    assert door.try_login() == LoginLocked()


@pytest.mark.parametrize("payload", [[], ["x"], ["x", "y"], [1, 2], ["nobody", 1], ["x", 1, 2]])
def test_a_genuine_link_with_another_payload_is_no_link(door: Door, payload: list[str | int]) -> None:
    door.let_owners_unlock()
    for purpose in (Purpose.UNLOCK, Purpose.ASK_UNLOCK):
        token = door.desk.office.links.mint(purpose, payload, door.desk.now)
        assert _state(door, purpose, token) == LockLinkRefused(expired=False)


def test_links_are_no_good_for_each_other(door: Door) -> None:
    door.let_owners_unlock()
    facts = door.lock()
    asking = door.link(Purpose.ASK_UNLOCK, facts)
    assert unlock_by_link(door.desk.office, asking, SOURCE, door.desk.now) == LockLinkRefused(expired=False)
    assert door.try_login() == LoginLocked()


class TestByTheIssuer:
    @pytest.fixture
    def token(self, door: Door) -> str:
        return door.link(Purpose.ASK_UNLOCK, door.lock())

    def test_the_wish_is_passed_on_once_a_lock_and_granted_by_a_click(self, door: Door, token: str) -> None:
        before = door.desk.dump()
        assert _state(door, Purpose.ASK_UNLOCK, token) is LockState.LOCKED
        assert door.desk.dump() == before
        for _ in range(3):
            ask_to_unlock(door.desk.office, token, SOURCE, door.desk.now)
            assert _state(door, Purpose.ASK_UNLOCK, token) is LockState.ASKED
        [relayed] = door.desk.mails("relayed_request")
        assert relayed.rcpt_to == "credentials@asee.example"
        [facts] = door.desk.facts("relayed_request")
        assert (facts["name"], facts["text"]) == ("Jane Smith", "Please unlock my account.")
        [told] = door.desk.mails("request_relayed")
        assert told.rcpt_to == JANE
        assert door.try_login() == LoginLocked(), "asking alone opens nothing"
        grant = door.desk.office.links.mint(Purpose.GRANT, [facts["proposal"]], door.desk.now)
        assert isinstance(agree_by_link(door.desk.office, Purpose.GRANT, grant, door.desk.now), OpenProposal)
        assert _is_clear(door)
        assert _state(door, Purpose.ASK_UNLOCK, token) is LockState.LIFTED
        assert door.events()[-2:] == [("unlock_asked", "owner"), ("unlocked", "credentials@asee.example")]
        assert len(door.desk.mails("account_unlocked")) == 1
        assert isinstance(door.try_login(), LoggedIn)

    def test_after_another_lock_it_may_be_asked_again(self, door: Door, token: str) -> None:
        ask_to_unlock(door.desk.office, token, SOURCE, door.desk.now)
        door.desk.change("UPDATE account SET locked_at = NULL, failed_logins = 0")
        door.pass_by(days=1)
        again = door.link(Purpose.ASK_UNLOCK, door.lock())
        assert _state(door, Purpose.ASK_UNLOCK, token) is LockState.REPLACED
        ask_to_unlock(door.desk.office, token, SOURCE, door.desk.now)
        assert len(door.desk.mails("relayed_request")) == 1
        ask_to_unlock(door.desk.office, again, SOURCE, door.desk.now)
        assert len(door.desk.mails("relayed_request")) == 2

    def test_an_unlocking_by_mail_clears_everything_and_can_be_taken_back(self, door: Door, token: str) -> None:
        locked_at = door.account().locked_at
        counter = Counter(door.desk)
        unlock = Change(Intent.UNLOCK, counter.jane)
        group_id = str(counter.do(Outcome.APPLY, Intent.UNLOCK, changes=(unlock,)).group_id)
        assert _is_clear(door)
        assert door.events()[-1] == ("unlocked", "dana.reyes@asee.example")
        assert door.fail(9) == WrongLogin()
        undo = door.desk.office.links.mint(Purpose.UNDO, [group_id], door.desk.now)
        undone = undo_by_link(door.desk.office, undo, door.desk.now)
        assert isinstance(undone, Undo)
        assert undone.state is UndoState.UNDONE
        assert door.account().locked_at == locked_at
        assert door.events()[-1] == ("locked", "link")
        assert door.try_login() == LoginLocked()
