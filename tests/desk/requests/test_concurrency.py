"""Many at once, in PostgreSQL, where they really are at once: limits hold, and each decision is made once."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from badges.links import Purpose
from desk.credentials.status_bits import find_set_bits
from desk.renaming import rename_earner
from desk.requests.orders import Change
from desk.requests.proposal_links import OpenProposal, agree_by_link, decline_by_link
from desk.requests.proposals import ProposalState
from desk.requests.replies import ANSWERS
from desk.requests.staff import TicketDone
from desk.requests.staff_decisions import approve, undo
from desk.requests.undoing import Undo, UndoState, undo_by_link
from desk.words import Intent, Outcome, Role
from tests.desk.conftest import Desk
from tests.desk.requests.conftest import JANE, ROBIN, STRANGER, Counter
from tests.mailer.postgresql import PROGRAMS

pytestmark = pytest.mark.needs(*PROGRAMS)

AT_ONCE = 8
NEW = "new@mail.example"


@pytest.fixture
def counter(on_postgresql: None, desk: Desk) -> Counter:
    return Counter(desk)


def _at_once(acts: Sequence[Callable[[], Any]]) -> list[Any]:
    with ThreadPoolExecutor(len(acts)) as threads:
        return [done.result() for done in [threads.submit(act) for act in acts]]


def _kinds(counter: Counter, kind: str) -> int:
    return len(counter.desk.mails(kind))


def test_one_answer_about_the_same(counter: Counter) -> None:
    orders = [counter.order(Outcome.ANSWER, Intent.UNLOCK, Role.UNKNOWN) for _ in range(AT_ONCE)]
    done = _at_once([lambda order=order: counter.carry_out(order) for order in orders])
    assert sum(one.is_answered for one in done) == 1
    assert counter.written() == [("answer_unlock", STRANGER)]
    assert len({one.reference for one in done}) == AT_ONCE


def test_five_answers_in_all(counter: Counter) -> None:
    orders = [counter.order(Outcome.ANSWER, intent, Role.UNKNOWN) for intent in list(ANSWERS)[:AT_ONCE]]
    done = _at_once([lambda order=order: counter.carry_out(order) for order in orders])
    assert sum(one.is_answered for one in done) == 5


def test_three_links_an_hour_whoever_asks(counter: Counter) -> None:
    change = Change(Intent.PASSWORD_RESET, counter.jane)
    orders = [
        counter.order(Outcome.SEND_LINK, Intent.PASSWORD_RESET, role, changes=(change,))
        for role in (Role.ISSUER, Role.EARNER) * (AT_ONCE // 2)
    ]
    _at_once([lambda order=order: counter.carry_out(order) for order in orders])
    assert _kinds(counter, "password_link") == 3


def test_a_proposal_is_decided_once(counter: Counter) -> None:
    counter.desk.change(
        "INSERT INTO issuer_contact (id, issuer_id, address) VALUES ('second', :i, 'lee@asee.example')",
        i=counter.issuer_id,
    )
    asked = counter.do(Outcome.CONFIRM, Intent.NAME_CHANGE, Role.CLAIMED_ISSUER, changes=(counter.rename(),))
    tokens = [
        counter.token(Purpose.CONFIRM, str(asked.proposal_id), contact) for contact in ("second", counter.contact_id())
    ]
    acts = [
        lambda act=act, token=token: act(counter.desk.office, Purpose.CONFIRM, token, counter.desk.now)
        for act in (agree_by_link, decline_by_link)
        for token in tokens * 2
    ]
    found = _at_once(acts)
    assert all(isinstance(one, OpenProposal) for one in found)
    [state] = {one.state for one in found}
    was_made = state is ProposalState.APPLIED
    assert counter.name_of() == ("Jane Doe" if was_made else "Jane Smith")
    assert len(counter.desk.rows("SELECT * FROM record_change")) == was_made
    assert _kinds(counter, "change_receipt") == _kinds(counter, "name_changed") == was_made


def test_a_change_is_taken_back_once(counter: Counter) -> None:
    done = counter.do(Outcome.APPLY, Intent.NAME_CHANGE, changes=(counter.rename(),))
    token = counter.token(Purpose.UNDO, str(done.group_id))
    found = _at_once([lambda: undo_by_link(counter.desk.office, token, counter.desk.now)] * AT_ONCE)
    assert {one.state for one in found if isinstance(one, Undo)} == {UndoState.UNDONE}
    assert counter.name_of() == "Jane Smith"
    assert _kinds(counter, "change_undone") == 2


def test_one_address_goes_to_one_earner(counter: Counter) -> None:
    counter.give_badge("anna@mail.example", "mentor")
    anna = counter.earner("anna@mail.example")
    asked = [
        counter.do(Outcome.APPROVE, Intent.EMAIL_CHANGE, changes=(Change(Intent.EMAIL_CHANGE, who, new_address=NEW),))
        for who in (counter.jane, anna)
    ]
    acts = [lambda one=one: approve(counter.desk.office, str(one.reference), ROBIN, counter.desk.now) for one in asked]
    assert sum(isinstance(done, TicketDone) for done in _at_once(acts)) == 1
    assert len(counter.desk.rows("SELECT * FROM earner_address WHERE is_primary AND address = :a", a=NEW)) == 1


def test_nobody_waits_in_a_circle(counter: Counter) -> None:
    """Contacts, earners, staff and links at the same few records and tickets: all come through, and nothing is lost."""
    addresses = ("anna@mail.example", JANE)
    counter.give_badge("anna@mail.example", "mentor")
    earners = [counter.earner(address) for address in addresses]
    office, now = counter.desk.office, counter.desk.now
    acts: list[Callable[[], Any]] = []
    for number in range(6):
        one, two = earners if number % 2 else earners[::-1]
        renames = (
            counter.rename(f"Jane {chr(65 + number)}lpha", one),
            counter.rename(f"Jo {chr(65 + number)}eta", two),
        )
        resends = tuple(Change(Intent.RESEND, who) for who in (one, two))
        applied = counter.do(Outcome.APPLY, Intent.NAME_CHANGE, changes=renames)
        self_asker = replace(counter.asker(Role.EARNER, addresses[number % 2]), earner_id=earners[number % 2])
        orders = [
            counter.order(Outcome.APPLY, Intent.NAME_CHANGE, changes=renames, ticket_id=applied.ticket_id),
            counter.order(Outcome.RESEND, Intent.RESEND, changes=resends),
            counter.order(Outcome.SEND_LINK, Intent.PASSWORD_RESET, Role.EARNER, asker=self_asker),
        ]
        acts += [lambda order=order: counter.carry_out(order) for order in orders]
        acts += [lambda applied=applied: undo(office, str(applied.reference), ROBIN, now)]
    before = len(counter.desk.rows("SELECT * FROM ticket_entry WHERE kind = 'mail_in'"))
    _at_once(acts)
    assert len(counter.desk.rows("SELECT * FROM ticket_entry WHERE kind = 'mail_in'")) == before + 18
    for row in counter.desk.rows(
        "SELECT ticket_id, count(DISTINCT created_at) a, count(*) b FROM ticket_entry GROUP BY 1"
    ):
        assert row.a == row.b, "entries of a ticket have an order"


def test_credentials_are_numbered_one_after_the_other(counter: Counter) -> None:
    desk, jane = counter.desk, counter.jane
    acts: list[Callable[[], Any]] = [
        lambda name=name: rename_earner(desk.office, jane, name, desk.now) for name in ("Jane Doe", "Jane Roe")
    ]
    acts += [lambda at=at: desk.issue(f"email,name\nnew{at}@mail.example,New {at}\n") for at in "abc"]
    order = counter.order(Outcome.APPLY, Intent.NAME_CHANGE, changes=(counter.rename("Jane Poe"),))
    _at_once([*acts, lambda: counter.carry_out(order)])
    rows = desk.rows("SELECT * FROM credential ORDER BY status_index")
    assert [row.status_index for row in rows] == list(range(len(rows))) == list(range(7))
    [last] = [row for row in rows if row.replaced_by is None and row.earner_name.startswith("Jane")]
    assert last.earner_name == counter.name_of()
    with desk.office.engine.connect() as connection:
        unset = {row.status_index for row in rows if row.replaced_by is None}
        assert set(find_set_bits(connection, rows[0].issuer_id, 0)) == set(range(7)) - unset
