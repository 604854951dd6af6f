"""Password, code, recovery code: what each is worth, to whom, and how often."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from desk.accounts.chores import see_to_logins
from desk.accounts.login import LoginLocked, WrongLogin
from desk.accounts.throttling import MOST_FAILURES as MOST_OF_A_NETWORK
from desk.accounts.throttling import Throttled
from desk.members.enrolling import Enrolled, Offered, confirm_factor, offer_another, read_offer
from desk.members.factor import PERIOD
from desk.members.login import PasswordTaken
from desk.members.people import disable_member, reset_factor, unlock_member
from desk.members.proving import CodeTry, Proven, SessionOver, WrongCode, prove_by_code, prove_by_recovery
from tests.desk.conftest import Desk
from tests.desk.members.colleagues import (
    BROWSER,
    OPERATOR,
    PASSWORD,
    SOURCE,
    Colleague,
    invite,
    join,
    read_offered,
    settle,
)

pytestmark = pytest.mark.usefixtures("cheap_hashing")

STEP = timedelta(seconds=PERIOD)


@pytest.fixture
def robin(desk: Desk) -> Colleague:
    return settle(desk)


def _later(robin: Colleague, steps: int = 2) -> Colleague:
    robin.desk.now += STEP * steps
    return robin


def test_a_code_is_taken_once(robin: Colleague) -> None:
    used = robin.code()
    robin.begin()
    assert robin.give(used) == WrongCode(), "it has set up the app"
    _later(robin)
    code = robin.code()
    assert isinstance(robin.give(code), Proven)
    robin.begin()
    assert robin.give(code) == WrongCode()
    assert robin.give(robin.code(robin.desk.now - STEP)) == WrongCode(), "nor one from before it"
    assert isinstance(robin.give(robin.code(robin.desk.now + STEP)), Proven), "a clock may be half a minute ahead"


@pytest.mark.parametrize("steps", [-2, 2, 100])
def test_codes_of_other_minutes_are_wrong(robin: Colleague, steps: int) -> None:
    _later(robin, 200).begin()
    assert robin.give(robin.code(robin.desk.now + STEP * steps)) == WrongCode()


@pytest.mark.parametrize(
    "typed", ["", "12345", "1234567", "١٢٣٤٥٦", "abcdef", "0x1234", "9" * 5000, "\0" * 6, "-12345"]
)
def test_what_is_no_code_is_wrong(robin: Colleague, typed: str) -> None:
    robin.begin()
    assert robin.give(typed) == WrongCode()


def test_a_code_may_be_typed_in_groups(robin: Colleague) -> None:
    _later(robin).begin()
    code = robin.code()
    assert isinstance(robin.give(f" {code[:3]} {code[3:]} "), Proven)


def test_each_step_gives_another_token_and_ends_the_one_before(robin: Colleague) -> None:
    _later(robin).begin()
    unproven = robin.token
    assert not robin.session().is_proven
    robin.give(robin.code())
    assert robin.session().is_proven
    robin.token, proven = unproven, robin.token
    assert robin.find() is None
    assert unproven != proven


def test_a_stolen_half_session_is_worth_little_and_not_for_long(robin: Colleague) -> None:
    robin.begin()
    robin.desk.now += timedelta(minutes=16)
    assert robin.find() is None
    assert see_to_logins(robin.desk.office, robin.desk.now) >= 1


def test_a_session_that_was_ended_meanwhile_is_not_proven(robin: Colleague) -> None:
    _later(robin).begin()
    session = robin.session()
    robin.desk.change("DELETE FROM member_session")
    done = prove_by_code(robin.desk.office, session, CodeTry(robin.code(), SOURCE, BROWSER), robin.desk.now)
    assert done == SessionOver()
    assert robin.desk.rows("SELECT id FROM member_session") == []


def test_ten_wrong_passwords_and_codes_lock_whoever_is_right_then(robin: Colleague) -> None:
    for _ in range(5):
        assert robin.begin("a guess") == WrongLogin()
    _later(robin).begin()
    for _ in range(4):
        assert robin.give("000 00") == WrongCode()
        assert isinstance(robin.begin(), PasswordTaken), "a right password forgets no failure"
    assert robin.give("000 00") == LoginLocked()
    assert robin.give(robin.code()) == LoginLocked()
    assert robin.begin() == LoginLocked()
    assert robin.desk.one("SELECT count(*) FROM audit_event WHERE act = 'locked'") == 1
    unlock_member(robin.desk.office, OPERATOR, robin.member_id, robin.desk.now)
    assert isinstance(robin.begin(), PasswordTaken)
    assert isinstance(robin.give(robin.code()), Proven)
    assert robin.desk.one("SELECT failed_logins FROM member") == 0


def test_a_lock_throws_nobody_out_who_is_in(robin: Colleague) -> None:
    for _ in range(11):
        Colleague(robin.desk, robin.member_id, robin.address).begin("a guess")
    assert robin.session().is_proven


def test_twenty_guesses_at_once_count_as_ten(robin: Colleague) -> None:
    robin.begin()
    session = robin.session()

    def guess(number: int) -> object:
        given = CodeTry("000000x", f"198.51.{number}.7", BROWSER)
        return prove_by_code(robin.desk.office, session, given, robin.desk.now)

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(guess, range(20)))
    assert answers.count(WrongCode()) == 9
    assert answers.count(LoginLocked()) == 11


def test_one_code_sent_twice_at_once_lets_in_once(robin: Colleague) -> None:
    _later(robin)
    sessions = []
    for _ in range(2):
        robin.begin()
        sessions.append(robin.session())
    given = CodeTry(robin.code(), SOURCE, BROWSER)
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda one: prove_by_code(robin.desk.office, one, given, robin.desk.now), sessions))
    assert sorted(type(each).__name__ for each in done) == ["Proven", "WrongCode"]


def test_a_network_that_guesses_at_many_is_slowed_down(desk: Desk) -> None:
    for number in range(MOST_OF_A_NETWORK):
        assert Colleague(desk, "", f"n{number}@staff.example").begin("a guess") == WrongLogin()
    robin = join(desk)
    assert isinstance(robin.begin(), Throttled)
    assert isinstance(robin.begin(source="203.0.113.1"), PasswordTaken)
    robin.secret = read_offered(robin)
    given = CodeTry(robin.code(), SOURCE, BROWSER)
    assert isinstance(confirm_factor(desk.office, robin.session(), given, desk.now), Throttled)


def test_recovery_codes_work_once_each_however_they_are_typed(robin: Colleague) -> None:
    first, second = robin.recovery_codes[:2]

    def recover(code: str) -> object:
        robin.begin()
        return prove_by_recovery(robin.desk.office, robin.session(), CodeTry(code, SOURCE, BROWSER), robin.desk.now)

    done = recover(first)
    assert isinstance(done, Proven)
    assert done.codes_left == 9
    assert recover(first) == WrongCode()
    assert isinstance(recover(second.replace("-", " ").lower()), Proven)
    for wrong in ("", "A" * 16, first[:-1], "é" * 16, robin.code()):
        assert recover(wrong) == WrongCode()
    stored = " ".join(map(str, robin.desk.dump()))
    assert not any(code in stored or code.replace("-", "") in stored for code in robin.recovery_codes)


def test_nobodys_recovery_code_opens_another_account(robin: Colleague) -> None:
    lee = settle(robin.desk, "lee@staff.example")
    lee.begin()
    given = CodeTry(robin.recovery_codes[0], SOURCE, BROWSER)
    assert prove_by_recovery(lee.desk.office, lee.session(), given, lee.desk.now) == WrongCode()


def test_each_browser_is_offered_a_secret_of_its_own_and_the_first_code_decides(desk: Desk) -> None:
    """Who knows the password must not learn the secret that somebody else confirms."""
    robin = join(desk)
    robin.begin()
    mallory = Colleague(desk, robin.member_id, robin.address)
    mallory.begin()
    robin.secret, mallory.secret = read_offered(robin), read_offered(mallory)
    assert robin.secret != mallory.secret
    stale = mallory.session()
    given = CodeTry(robin.code(), SOURCE, BROWSER)
    assert isinstance(confirm_factor(desk.office, robin.session(), given, desk.now), Enrolled)
    assert mallory.find() is None, "every other session has ended"
    desk.now += STEP * 2
    assert confirm_factor(desk.office, stale, CodeTry(mallory.code(), SOURCE, BROWSER), desk.now) == SessionOver()
    assert desk.office.vault.open(desk.one("SELECT totp_secret FROM member")) == robin.secret


def test_a_secret_in_force_is_shown_to_nobody(robin: Colleague) -> None:
    robin.begin()
    assert read_offer(robin.desk.office, robin.session()) is None


def test_another_app_takes_a_password_and_ends_what_the_old_one_opened(robin: Colleague) -> None:
    office, now = robin.desk.office, robin.desk.now
    assert not isinstance(offer_another(office, robin.session(), robin.actor, "a guess", now), Offered)
    assert read_offer(office, robin.session()) is None
    assert isinstance(offer_another(office, robin.session(), robin.actor, PASSWORD, now), Offered)
    elsewhere = Colleague(robin.desk, robin.member_id, robin.address, robin.secret)
    _later(elsewhere).begin()
    assert isinstance(elsewhere.give(elsewhere.code()), Proven), "the old app counts until the new one does"
    old, robin.secret = robin.secret, read_offered(robin)
    _later(robin)
    done = confirm_factor(office, robin.session(), CodeTry(robin.code(), SOURCE, BROWSER), robin.desk.now)
    assert isinstance(done, Enrolled)
    assert elsewhere.find() is None
    assert robin.desk.facts("member_factor_reset")[0]["changed_by"] == robin.address
    _later(robin).begin()
    assert robin.give(Colleague(robin.desk, "", "", old).code()) == WrongCode()
    assert isinstance(robin.give(robin.code()), Proven)


def test_a_reset_ends_everything_and_begins_anew(robin: Colleague) -> None:
    reset_factor(robin.desk.office, OPERATOR, robin.member_id, robin.desk.now)
    assert robin.find() is None
    assert robin.desk.facts("member_factor_reset")[0]["changed_by"] == "operator"
    robin.begin()
    given = CodeTry(robin.recovery_codes[0], SOURCE, BROWSER)
    assert prove_by_recovery(robin.desk.office, robin.session(), given, robin.desk.now) == WrongCode()
    assert robin.give(robin.code()) == WrongCode()
    assert read_offered(robin) != robin.secret


def test_a_lost_key_makes_codes_wrong_and_recovery_codes_work(robin: Colleague) -> None:
    robin.desk.change("UPDATE member SET totp_secret = 'not sealed with our key'")
    _later(robin).begin()
    assert robin.give(robin.code()) == WrongCode()
    given = CodeTry(robin.recovery_codes[0], SOURCE, BROWSER)
    assert isinstance(prove_by_recovery(robin.desk.office, robin.session(), given, robin.desk.now), Proven)


def test_who_is_shut_out_while_typing_stays_out(robin: Colleague) -> None:
    _later(robin).begin()
    session = robin.session()
    disable_member(robin.desk.office, OPERATOR, robin.member_id, robin.desk.now)
    given = CodeTry(robin.code(), SOURCE, BROWSER)
    assert not isinstance(prove_by_code(robin.desk.office, session, given, robin.desk.now), Proven)
    assert robin.begin() == WrongLogin(), "as if nobody had this address"


def test_unknown_shut_out_and_invited_are_answered_alike_to_the_lock(desk: Desk) -> None:
    invited, gone = invite(desk), join(desk, "gone@staff.example")
    disable_member(desk.office, OPERATOR, gone.member_id, desk.now)
    everybody = [invited, gone, join(desk, "lee@staff.example"), Colleague(desk, "", "nobody@staff.example")]
    for number in range(12):
        answers = {repr(one.begin("a guess", f"10.{number}.{place}.1")) for place, one in enumerate(everybody)}
        assert len(answers) == 1, number
    assert answers == {repr(LoginLocked())}


def test_no_secret_stands_in_the_database_or_the_trail(robin: Colleague) -> None:
    stored = " ".join(map(str, robin.desk.dump()))
    for secret in (PASSWORD, robin.secret, robin.token, *robin.recovery_codes):
        assert secret not in stored
