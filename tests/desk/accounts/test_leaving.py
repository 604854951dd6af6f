"""Deleting an account: what goes, what stays, and coming back."""

import pytest

from badges.links import Purpose
from badges.photos import Photo
from desk.accounts.address_links import LinkState, confirm_address
from desk.accounts.details import Details
from desk.accounts.leaving import Left, delete_account
from desk.accounts.login import LoggedIn
from desk.accounts.profile import change_details, put_photo
from desk.accounts.proving import WrongPassword
from desk.accounts.sessions import SignedIn
from desk.password_requests import request_link
from desk.passwords import LinkVoid, OpenForm, PasswordSet, read_password_link, set_password
from desk.requests.answering import is_suppressed
from tests.desk.accounts.door import JANE, JANES_OTHER, PASSWORD, Door
from tests.desk.accounts.resident import SOURCE, Resident

NEW = "jane@new.example"


@pytest.fixture
def jane(door: Door) -> Resident:
    resident = Resident(door)
    engine, owner = resident.desk.office.engine, resident.owner()
    change_details(engine, owner.earner_id, Details(employer="Corp"), "de", SOURCE, door.desk.now)
    put_photo(engine, owner.earner_id, Photo(b"jpeg"), SOURCE, door.desk.now)
    resident.name(owner, NEW)
    door.pass_by(minutes=1)
    return resident


def _leave(jane: Resident, present: str = PASSWORD, *, hides: bool = False) -> object:
    return delete_account(jane.desk.office, _owner(jane), present, hides, SOURCE, jane.desk.now)


def _owner(jane: Resident) -> SignedIn:
    return jane.owner()


def test_what_the_owner_has_given_goes(jane: Resident) -> None:
    token = jane.token(NEW)
    jane.owner()
    assert _leave(jane) == Left()
    for table in ("session", "profile", "pending_address"):
        assert jane.desk.one(f"SELECT count(*) FROM {table}") == 0, table
    account = jane.door.account()
    assert (account.password_hash, account.password_set_at) == (None, None)
    assert {address for address, name in jane.on_record().items() if name == "Jane Smith"} == {JANE}
    for address in (JANE, JANES_OTHER):
        assert not isinstance(jane.door.try_login(address), LoggedIn)
    assert confirm_address(jane.desk.office, token, SOURCE, jane.desk.now).state is LinkState.GONE


def test_what_an_issuer_has_awarded_stays(jane: Resident) -> None:
    before = jane.desk.rows("SELECT * FROM assertion"), jane.desk.rows("SELECT * FROM credential")
    _leave(jane)
    assert (jane.desk.rows("SELECT * FROM assertion"), jane.desk.rows("SELECT * FROM credential")) == before
    assert jane.door.events()[-2:] == [("logged_in", "owner"), ("account_deleted", "owner")]
    assert ("address_named", "owner") in jane.door.events()


def test_badges_are_hidden_where_the_owner_wants_it(jane: Resident) -> None:
    _leave(jane, hides=True)
    assert jane.desk.one("SELECT count(*) FROM assertion WHERE hidden_at IS NULL") == 0
    assert jane.desk.one("SELECT detail FROM account_event WHERE kind = 'account_deleted'") == "1 badges hidden"


def test_the_owner_is_told_and_gets_no_more_notices(jane: Resident) -> None:
    _leave(jane)
    [told] = jane.desk.mails("account_deleted")
    assert (told.rcpt_to, told.stream) == (JANE, "account")
    suppressed = jane.desk.rows("SELECT address, issuer_id, stream FROM suppression")
    assert [tuple(row) for row in suppressed] == [(JANE, "", "notices")]
    with jane.desk.office.engine.connect() as connection:
        assert not is_suppressed(connection, JANE, None), "a new password link still comes"


def test_without_the_password_nothing_goes_and_the_try_counts(jane: Resident) -> None:
    owner = jane.owner()
    for present in ("", "not the password"):
        done = delete_account(jane.desk.office, owner, present, True, SOURCE, jane.desk.now)
        assert done == WrongPassword(is_locked=False)
    assert jane.door.account().failed_logins == 2
    assert jane.desk.one("SELECT count(*) FROM profile") == 1
    assert jane.desk.one("SELECT count(*) FROM assertion WHERE hidden_at IS NOT NULL") == 0
    assert jane.desk.mails("account_deleted") == []


def test_links_from_before_open_nothing_and_a_new_one_brings_back_the_badges(jane: Resident) -> None:
    office, now = jane.desk.office, jane.desk.now
    request_link(office, JANE, SOURCE, now)
    old = jane.desk.link(jane.desk.facts("password_link")[-1], Purpose.PASSWORD)
    assert isinstance(read_password_link(office, old, now), OpenForm)
    _leave(jane)
    assert read_password_link(office, old, now) == LinkVoid()
    jane.door.pass_by(minutes=1)
    request_link(office, JANE, SOURCE, jane.desk.now)
    new = jane.desk.link(jane.desk.facts("password_link")[-1], Purpose.PASSWORD)
    assert isinstance(set_password(office, new, PASSWORD, jane.desk.now, SOURCE), PasswordSet)
    assert isinstance(jane.door.try_login(JANE), LoggedIn)
    assert jane.desk.one("SELECT count(*) FROM profile") == 0
