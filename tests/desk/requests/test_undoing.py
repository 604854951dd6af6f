"""Taking changes back: by the link in the receipt for a week, by staff later, only while nothing else has changed."""

from datetime import timedelta

import pytest

from badges.links import Purpose
from desk.requests.carrying_out import CarriedOut
from desk.requests.orders import Change
from desk.requests.staff import TicketDone, TicketRefused
from desk.requests.staff_decisions import approve, undo
from desk.requests.undoing import Undo, UndoRefused, UndoState, read_undo_link, undo_by_link
from desk.words import Intent, Outcome
from tests.desk.requests.conftest import DANA, JANE, ROBIN, Counter


@pytest.fixture
def renamed(counter: Counter) -> CarriedOut:
    return counter.do(Outcome.APPLY, Intent.NAME_CHANGE, changes=(counter.rename(),))


def _token(counter: Counter, done: CarriedOut) -> str:
    return counter.token(Purpose.UNDO, str(done.group_id))


def _undo(counter: Counter, done: CarriedOut, after: timedelta = timedelta()) -> Undo | UndoRefused:
    return undo_by_link(counter.desk.office, _token(counter, done), counter.desk.now + after)


def test_looking_changes_nothing(counter: Counter, renamed: CarriedOut) -> None:
    before = counter.desk.dump()
    found = read_undo_link(counter.desk.office, _token(counter, renamed), counter.desk.now)
    assert isinstance(found, Undo)
    assert found.state is UndoState.POSSIBLE
    assert (found.changes[0]["name"], found.changes[0]["new_name"]) == ("Jane Smith", "Jane Doe")
    assert counter.desk.dump() == before


def test_a_name_is_what_it_was_and_everybody_is_told_once(counter: Counter, renamed: CarriedOut) -> None:
    undone = _undo(counter, renamed)
    assert isinstance(undone, Undo)
    assert undone.state is UndoState.UNDONE
    assert counter.name_of() == "Jane Smith"
    told = {address for kind, address in counter.written() if kind == "change_undone"}
    assert told == {JANE, DANA}
    [change] = counter.desk.rows("SELECT * FROM record_change")
    assert (change.undone_by, change.undone_at is not None) == ("link", True)
    before = counter.desk.dump()
    assert _undo(counter, renamed) == undone
    assert counter.desk.dump() == before


def test_an_account_is_locked_again(counter: Counter) -> None:
    locked_at = 1_700_000_000_123_456
    counter.desk.change("UPDATE account SET locked_at = :at WHERE earner_id = :id", at=locked_at, id=counter.jane)
    done = counter.do(Outcome.APPLY, Intent.UNLOCK, changes=(Change(Intent.UNLOCK, counter.jane),))
    _undo(counter, done)
    assert counter.desk.one("SELECT locked_at FROM account WHERE earner_id = :id", id=counter.jane) == locked_at


@pytest.mark.parametrize("kind", [Intent.EMAIL_CHANGE, Intent.REVOKE])
def test_what_staff_approved_is_taken_back_whole(counter: Counter, kind: Intent) -> None:
    change = Change(kind, counter.jane, new_address="new@mail.example" if kind is Intent.EMAIL_CHANGE else None)
    asked = counter.do(Outcome.APPROVE, kind, changes=(change,))
    queries = ("SELECT * FROM earner_address ORDER BY address", "SELECT * FROM assertion ORDER BY id")
    before = [counter.desk.rows(query) for query in queries]
    approve(counter.desk.office, str(asked.reference), ROBIN, counter.desk.now)
    assert [counter.desk.rows(query) for query in queries] != before
    group_id = counter.desk.one("SELECT group_id FROM record_change")
    token = counter.token(Purpose.UNDO, group_id)
    undo_by_link(counter.desk.office, token, counter.desk.now)
    assert [counter.desk.rows(query) for query in queries] == before
    assert counter.desk.one("SELECT state FROM proposal") == "undone"


def test_nothing_is_taken_back_once_the_record_has_moved(counter: Counter, renamed: CarriedOut) -> None:
    counter.carry_out(
        counter.order(Outcome.APPLY, Intent.NAME_CHANGE, changes=(counter.rename("Jane Roe"),)), timedelta(hours=1)
    )
    found = _undo(counter, renamed)
    assert isinstance(found, Undo)
    assert found.state is UndoState.MOVED
    assert counter.name_of() == "Jane Roe"
    assert counter.ticket(renamed).state == "open"
    assert "not undone" in counter.notes(renamed)


def test_one_that_has_moved_keeps_the_others_as_they_are(counter: Counter) -> None:
    counter.give_badge("anna@mail.example", "mentor")
    anna = counter.earner("anna@mail.example")
    done = counter.do(Outcome.APPLY, Intent.NAME_CHANGE, changes=(counter.rename(), counter.rename("Anna Meyer", anna)))
    counter.desk.change("UPDATE earner SET name = 'Anna Else' WHERE id = :id", id=anna)
    found = _undo(counter, done)
    assert isinstance(found, Undo)
    assert found.state is UndoState.MOVED
    assert (counter.name_of(), counter.name_of(anna)) == ("Jane Doe", "Anna Else")


def test_an_old_primary_address_that_is_somebody_elses_now_stays_there(counter: Counter) -> None:
    change = Change(Intent.EMAIL_CHANGE, counter.jane, new_address="new@mail.example")
    asked = counter.do(Outcome.APPROVE, Intent.EMAIL_CHANGE, changes=(change,))
    approve(counter.desk.office, str(asked.reference), ROBIN, counter.desk.now)
    anna = counter.earner("anna@mail.example")
    counter.desk.change("UPDATE earner_address SET earner_id = :e WHERE address = :a", e=anna, a=JANE)
    refused = undo(counter.desk.office, str(asked.reference), ROBIN, counter.desk.now)
    assert isinstance(refused, TicketRefused)
    assert counter.desk.one("SELECT is_primary FROM earner_address WHERE address = 'new@mail.example'") == 1


def test_after_a_week_only_staff_take_it_back(counter: Counter, renamed: CarriedOut) -> None:
    late = timedelta(days=7, seconds=1)
    assert _undo(counter, renamed, late) == UndoRefused(expired=True)
    later_token = counter.token(Purpose.UNDO, str(renamed.group_id), at=late)
    assert undo_by_link(counter.desk.office, later_token, counter.desk.now + late) == UndoRefused(expired=True)
    assert counter.name_of() == "Jane Doe"
    done = undo(counter.desk.office, str(renamed.reference), ROBIN, counter.desk.now + late)
    assert done == TicketDone(str(renamed.reference))
    assert counter.name_of() == "Jane Smith"
    again = undo(counter.desk.office, str(renamed.reference), ROBIN, counter.desk.now + late)
    assert isinstance(again, TicketRefused)


def test_links_that_are_none_open_nothing(counter: Counter, renamed: CarriedOut) -> None:
    before = counter.desk.dump()
    for token in (
        "",
        "é",
        counter.token(Purpose.UNDO),
        counter.token(Purpose.UNDO, "nosuchgroup"),
        counter.token(Purpose.UNDO, str(renamed.group_id), "more"),
        counter.token(Purpose.GRANT, str(renamed.group_id)),
    ):
        assert undo_by_link(counter.desk.office, token, counter.desk.now) == UndoRefused(expired=False)
        assert read_undo_link(counter.desk.office, token, counter.desk.now) == UndoRefused(expired=False)
    assert counter.desk.dump() == before
