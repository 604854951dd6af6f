"""Twenty guesses at once count as twenty one after the other, and other acts alike: in SQLite and in PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from badges.transactions import take_turn
from desk.accounts.address_links import LinkState, confirm_address
from desk.accounts.leaving import Left, delete_account
from desk.accounts.login import LoginLocked, WrongLogin
from desk.accounts.naming_addresses import MOST_NAMED_A_DAY, Naming
from desk.accounts.throttling import Throttled
from desk.correcting import Corrected, correct_address
from desk.members.inviting import Roles
from desk.members.people import MemberRefused, disable_member, set_roles
from desk.members.proving import CodeTry, prove_by_code
from tests.desk.accounts.door import ANNA, JANE, NOBODY, PASSWORD, Answer, Door, set_password_of
from tests.desk.accounts.resident import SOURCE, Resident
from tests.desk.conftest import NOW
from tests.desk.members.colleagues import OPERATOR, Colleague, join, settle
from tests.mailer.postgresql import PROGRAMS, wait_until_waiting

AT_ONCE = 20


@pytest.fixture
def busy(either_database: str, door: Door) -> Door:
    """A door where everybody tries at once."""
    return door


def _guess_at_once(door: Door, address: str, source: str = "") -> list[Answer]:
    def guess(number: int) -> Answer:
        return door.try_login(address, f"guess {number}", source or f"203.0.113.{number}")

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(guess, range(AT_ONCE)))


@pytest.mark.parametrize("address", [JANE, NOBODY])
def test_ten_are_counted_and_the_account_is_locked_once(busy: Door, address: str) -> None:
    answers = _guess_at_once(busy, address)
    assert answers.count(WrongLogin()) == 9
    assert answers.count(LoginLocked()) == AT_ONCE - 9
    if address == JANE:
        assert busy.account().failed_logins == 10
        assert busy.desk.one("SELECT count(*) FROM account_event WHERE kind = 'locked'") == 1
    else:
        assert busy.desk.one("SELECT max(failed_logins) FROM stranger_login") == 10


def test_a_network_fails_no_more_often_than_it_may(busy: Door) -> None:
    _guess_at_once(busy, "one@mail.example", "203.0.113.7")
    answers = _guess_at_once(busy, "two@mail.example", "203.0.113.7")
    assert sum(isinstance(answer, Throttled) for answer in answers) == 10
    assert busy.desk.one("SELECT count(*) FROM login_failure") == 30


def test_of_two_who_confirm_the_same_address_one_has_it(busy: Door) -> None:
    resident, new = Resident(busy), "both@new.example"
    set_password_of(busy.desk, ANNA)
    busy.desk.change("UPDATE account SET locked_at = NULL")
    for who in (JANE, ANNA):
        assert resident.name(resident.owner(who), new) is Naming.NAMED
    tokens = [resident.token(new, owner=who) for who in (JANE, ANNA)] * 4

    def confirm(token: str) -> LinkState:
        return confirm_address(busy.desk.office, token, SOURCE, busy.desk.now).state

    with ThreadPoolExecutor(len(tokens)) as threads:
        states = list(threads.map(confirm, tokens))
    assert (states.count(LinkState.OPEN), states.count(LinkState.GONE), states.count(LinkState.TAKEN)) == (1, 3, 4)
    assert busy.desk.one("SELECT count(*) FROM earner_address WHERE address = :a", a=new) == 1


def test_no_more_addresses_are_named_at_once_than_may_be(busy: Door) -> None:
    resident = Resident(busy)
    owner = resident.owner()

    def name(number: int) -> Naming:
        return resident.name(owner, f"s{number % 8}@new.example")

    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(name, range(AT_ONCE)))
    assert answers.count(Naming.NAMED) == MOST_NAMED_A_DAY
    assert answers.count(Naming.OFTEN) == AT_ONCE - MOST_NAMED_A_DAY


def test_administrators_who_shut_each_other_out_leave_one(busy: Door) -> None:
    desk = busy.desk
    everybody = [join(desk, f"a{number}@staff.example", is_administrator=True) for number in range(6)]

    def act(one: Colleague) -> object:
        if one.address < "a3":
            return disable_member(desk.office, OPERATOR, one.member_id, desk.now)
        return set_roles(desk.office, OPERATOR, one.member_id, Roles(), desk.now)

    with ThreadPoolExecutor(len(everybody)) as threads:
        answers = list(threads.map(act, everybody))
    assert answers.count(MemberRefused("last")) == 1
    assert desk.one("SELECT count(*) FROM member WHERE is_administrator AND disabled_at IS NULL") == 1


def test_codes_of_members_are_counted_and_taken_once(busy: Door) -> None:
    robin = settle(busy.desk)
    busy.desk.now += timedelta(minutes=1)
    robin.begin()
    codes = [robin.code(), *["000000x"] * 8]

    def give(number: int) -> str:
        given = CodeTry(codes[number % len(codes)], f"198.51.{number}.7", "a browser")
        return type(prove_by_code(busy.desk.office, session, given, busy.desk.now)).__name__

    session = robin.session()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(give, range(AT_ONCE)))
    assert answers.count("Proven") <= 1
    assert busy.desk.one("SELECT failed_logins FROM member") == 10
    assert busy.desk.one("SELECT count(*) FROM audit_event WHERE act = 'locked'") == 1


@pytest.mark.needs(*PROGRAMS)
def test_who_corrects_an_address_holds_the_account_first(on_postgresql: None, door: Door) -> None:
    """As whoever sets a password does: in the other order the two would stop each other."""
    office, new = door.desk.office, "anna@new.example"
    with (
        ThreadPoolExecutor(1) as thread,
        door.desk.office.engine.connect() as setting,
        door.desk.office.engine.connect() as observer,
    ):
        setting.execute(text("UPDATE account SET failed_logins = failed_logins"))
        correcting = thread.submit(correct_address, office, ANNA, new, NOW)
        wait_until_waiting(observer)
        setting.execute(text("UPDATE earner_address SET confirmed_at = NULL"))
        setting.commit()
        assert isinstance(correcting.result(), Corrected)
    assert isinstance(correct_address(office, new, ANNA, NOW), Corrected)


@pytest.mark.needs(*PROGRAMS)
def test_who_leaves_waits_for_everybodys_turn_before_the_account(on_postgresql: None, door: Door) -> None:
    set_password_of(door.desk, JANE)
    owner = Resident(door).owner()
    with (
        ThreadPoolExecutor(1) as thread,
        door.desk.office.engine.connect() as correcting,
        door.desk.office.engine.connect() as observer,
    ):
        take_turn(correcting)
        leaving = thread.submit(delete_account, door.desk.office, owner, PASSWORD, False, SOURCE, NOW)
        wait_until_waiting(observer)
        correcting.execute(text("UPDATE account SET failed_logins = failed_logins"))
        correcting.commit()
        assert leaving.result() == Left()
