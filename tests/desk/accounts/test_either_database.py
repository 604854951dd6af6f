"""What an owner does with an account, once through, in SQLite and in PostgreSQL."""

import json

from badges.photos import Photo
from desk.accounts.address_links import LinkState, confirm_address
from desk.accounts.addresses import PrimaryChange, make_primary, remove_address
from desk.accounts.asking_name import NameAsked, NameRefused, ask_for_name, find_wish
from desk.accounts.changing_password import PasswordChanged, change_password
from desk.accounts.details import Details
from desk.accounts.leaving import Left, delete_account
from desk.accounts.naming_addresses import Naming, list_waiting
from desk.accounts.own_data import take_own_data
from desk.accounts.profile import change_details, put_photo, read_photo, read_profile
from desk.accounts.sessions import list_sessions, log_out_elsewhere
from desk.accounts.trail import list_events
from tests.desk.accounts.door import JANE, JANES_OTHER, PASSWORD, Door
from tests.desk.accounts.resident import SOURCE, Resident
from tests.desk.accounts.test_at_once import busy

__all__ = ["busy"]

NEW, NEW_PASSWORD = "jane@third.example", "dry granite under snow"


def test_an_account_lives_and_ends(busy: Door) -> None:
    jane, office, now = Resident(busy), busy.desk.office, busy.desk.now
    jane.owner()
    owner = jane.owner()
    for title in ("Engineer", "Chief Engineer"):
        change_details(office.engine, owner.earner_id, Details("Corp", title), "fr", SOURCE, now)
        put_photo(office.engine, owner.earner_id, Photo(title.encode()), SOURCE, now)
    assert jane.name(owner, NEW) is Naming.NAMED
    with office.engine.connect() as connection:
        assert read_profile(connection, owner.earner_id).details.title == "Chief Engineer"
        assert read_photo(connection, owner.earner_id) == b"Chief Engineer"
        assert list_sessions(connection, owner, now)[0].is_this
        assert NEW in {each.address for each in list_waiting(connection, owner.earner_id, now)}
        assert len(list_events(connection, owner.earner_id, 3)) == 3
    assert confirm_address(office, jane.token(NEW), SOURCE, now).state is LinkState.OPEN
    jane.confirm_all()
    assert make_primary(office, owner, NEW, PASSWORD, SOURCE, now) is PrimaryChange.MADE
    for hostile in ("\0", "\ud800", "a" * 10_000):
        assert not remove_address(office, owner, hostile, SOURCE, now)
        assert make_primary(office, owner, hostile, PASSWORD, SOURCE, now) is PrimaryChange.UNKNOWN
        assert jane.name(owner, hostile) is Naming.NO_ADDRESS
        assert ask_for_name(office, owner, "Jane Doe", hostile, SOURCE, now) == NameRefused("badge")
    assert remove_address(office, owner, JANES_OTHER, SOURCE, now)
    assert isinstance(ask_for_name(office, owner, "Jane Smith-Doe", "", SOURCE, now), NameAsked)
    assert find_wish(office, owner, now) is not None
    assert log_out_elsewhere(office, owner, SOURCE, now) >= 1
    assert change_password(office, owner, PASSWORD, NEW_PASSWORD, SOURCE, now) == PasswordChanged()
    data = json.loads(take_own_data(office, owner, SOURCE, now))
    assert {each["address"] for each in data["earner_address"]} >= {JANE, NEW}
    assert delete_account(office, owner, NEW_PASSWORD, True, SOURCE, now) == Left()
    assert jane.primary(NEW) == NEW
    assert JANE not in jane.on_record()
