"""What is done with tickets as a whole: merging, splitting, linking, urgency, proposing; and two who act at once."""

from dataclasses import replace

import pytest
from sqlalchemy import insert

from badges.columns import from_microseconds
from badges.transactions import reading
from desk.members.audit import Actor
from desk.members.tables import Member
from desk.requests.arranging import merge, prioritise, split
from desk.requests.carrying_out import CarriedOut
from desk.requests.linking import link, propose_change
from desk.requests.orders import Change
from desk.requests.staff import TicketDone, TicketRefused, add_note, close, reopen, reply
from desk.requests.staff_decisions import approve
from desk.requests.threads import Joined, find_thread
from desk.words import Intent, Outcome, Role
from tests.desk.requests.conftest import DANA, JANE, ROBIN, Counter


def _reference(done: CarriedOut) -> str:
    return str(done.reference)


def _ask(counter: Counter, role: Role = Role.EARNER, **more: object) -> CarriedOut:
    return counter.do(Outcome.TICKET, Intent.OTHER, role, **more)


def _find(counter: Counter, role: Role, subject: str) -> object:
    order = counter.order(Outcome.TICKET, Intent.OTHER, role)
    with reading(counter.desk.office.engine).connect() as connection:
        return find_thread(connection, replace(order.thread, subject=subject), order.asker)


def test_a_merged_ticket_goes_on_elsewhere(counter: Counter) -> None:
    office, now = counter.desk.office, counter.desk.now
    one, two, three = _ask(counter), _ask(counter), _ask(counter)
    mails = counter.written()
    assert merge(office, _reference(one), _reference(two), ROBIN, now) == TicketDone(_reference(one))
    assert counter.written() == mails, "the requester is told nothing"
    assert (counter.ticket(one).state, counter.ticket(one).merged_into) == ("closed", two.ticket_id)
    assert _reference(one) in counter.notes(two)
    assert _reference(two) in counter.notes(one)
    assert _find(counter, Role.EARNER, _reference(one)) == Joined(str(two.ticket_id), _reference(two))
    # What is merged further takes along what was merged into it: a mail follows one step.
    assert isinstance(merge(office, _reference(two), _reference(three), ROBIN, now), TicketDone)
    assert _find(counter, Role.EARNER, _reference(one)) == Joined(str(three.ticket_id), _reference(three))
    for again in (_reference(one), _reference(two)):
        assert isinstance(merge(office, _reference(three), again, ROBIN, now), TicketRefused)
    assert isinstance(reply(office, _reference(one), "Hello", ROBIN, now), TicketRefused)
    assert isinstance(reopen(office, _reference(one), ROBIN, now), TicketDone)
    assert counter.ticket(one).merged_into is None
    assert _find(counter, Role.EARNER, _reference(one)) == Joined(str(one.ticket_id), _reference(one))


def test_nobody_gets_answers_to_what_somebody_else_asked(counter: Counter) -> None:
    office, now = counter.desk.office, counter.desk.now
    of_earner, of_issuer, of_stranger = _ask(counter), _ask(counter, Role.ISSUER), _ask(counter, Role.UNKNOWN)
    pairs = [(a, b) for a in (of_earner, of_issuer, of_stranger) for b in (of_earner, of_issuer, of_stranger)]
    before = counter.desk.rows("SELECT * FROM ticket ORDER BY id")
    for one, other in pairs:
        assert isinstance(merge(office, _reference(one), _reference(other), ROBIN, now), TicketRefused)
    assert isinstance(merge(office, _reference(of_earner), "BP-000000", ROBIN, now), TicketRefused)
    assert counter.desk.rows("SELECT * FROM ticket ORDER BY id") == before


def test_one_contact_s_request_goes_on_with_a_colleague_s(counter: Counter) -> None:
    office, now = counter.desk.office, counter.desk.now
    colleague = counter.asker(Role.CLAIMED_ISSUER, "lee@asee.example")
    one, two = _ask(counter, Role.ISSUER), _ask(counter, Role.CLAIMED_ISSUER, asker=colleague)
    assert isinstance(merge(office, _reference(one), _reference(two), ROBIN, now), TicketDone)


def test_a_mail_of_two_requests_becomes_two_tickets(counter: Counter) -> None:
    office, now = counter.desk.office, counter.desk.now
    first = _ask(counter, text="A name. And my PDF?")
    mail = str(counter.desk.one("SELECT id FROM ticket_entry WHERE kind = 'mail_in'"))
    done = split(office, _reference(first), mail, "My PDF", "And my PDF?", ROBIN, now)
    assert isinstance(done, TicketDone)
    [new] = counter.desk.rows("SELECT * FROM ticket WHERE reference = :r", r=done.reference)
    assert (new.state, new.subject, new.requester_address) == ("open", "My PDF", JANE)
    query = "SELECT raw_mail_id, text FROM ticket_entry WHERE kind = 'mail_in' AND ticket_id = :t"
    [mail_there] = counter.desk.rows(query, t=new.id)
    assert mail_there == (counter.desk.one("SELECT raw_mail_id FROM ticket_entry WHERE id = :i", i=mail), "And my PDF?")
    for refused in (
        split(office, done.reference, mail, "x", "x", ROBIN, now),
        split(office, _reference(first), mail, "x", " \n", ROBIN, now),
        split(office, _reference(first), mail, " ", "x", ROBIN, now),
    ):
        assert isinstance(refused, TicketRefused)


def test_linking_judges_anew_and_never_gives_a_say(counter: Counter) -> None:
    office, now = counter.desk.office, counter.desk.now
    counter.give_badge("anna@mail.example", "mentor")
    asked = counter.do(Outcome.APPROVE, Intent.NAME_CHANGE, changes=(counter.rename("Anna Mayer"),))
    reference = _reference(asked)
    assert isinstance(link(office, reference, "anna@mail.example", "norte", ROBIN, now), TicketRefused)
    assert isinstance(link(office, reference, "nobody@mail.example", "asee", ROBIN, now), TicketRefused)
    assert isinstance(link(office, reference, "anna@mail.example", "asee", ROBIN, now), TicketDone)
    assert isinstance(approve(office, reference, ROBIN, now), TicketDone)
    assert counter.name_of(counter.earner("anna@mail.example")) == "Anna Mayer"
    assert counter.name_of() == "Jane Smith"


def test_a_stranger_s_ticket_about_an_issuer_is_not_answered_in_its_name(counter: Counter) -> None:
    office, now = counter.desk.office, counter.desk.now
    asked = _ask(counter, Role.UNKNOWN)
    assert isinstance(link(office, _reference(asked), JANE, "norte", ROBIN, now), TicketDone)
    wanted = Change(Intent.NAME_CHANGE, counter.jane, new_name="Jane Doe")
    refused = propose_change(office, _reference(asked), wanted, ROBIN, now)
    assert isinstance(refused, TicketRefused), "she holds no badge of that issuer"
    assert isinstance(link(office, _reference(asked), JANE, "asee", ROBIN, now), TicketDone)
    assert isinstance(propose_change(office, _reference(asked), wanted, ROBIN, now), TicketDone)
    assert isinstance(approve(office, _reference(asked), ROBIN, now), TicketDone)
    assert counter.name_of() == "Jane Doe"
    assert [mail.issuer_id for mail in counter.desk.mails("change_receipt")] == [None]


def test_whoever_was_slower_does_nothing(counter: Counter) -> None:
    office, now = counter.desk.office, counter.desk.now
    asked = counter.do(Outcome.APPROVE, Intent.NAME_CHANGE, changes=(counter.rename("Jane Jones"),))
    reference, seen = _reference(asked), counter.ticket(asked).updated_at
    moment = from_microseconds(seen)
    assert isinstance(add_note(office, reference, "Look.", ROBIN, now, seen=moment), TicketDone)
    before = counter.desk.rows("SELECT * FROM ticket_entry ORDER BY id")
    for late in (
        approve(office, reference, ROBIN, now, seen=moment),
        close(office, reference, ROBIN, now, seen=moment),
        prioritise(office, reference, 2, ROBIN, now, seen=moment),
        merge(office, reference, reference, ROBIN, now, seen=moment),
        link(office, reference, JANE, "asee", ROBIN, now, seen=moment),
    ):
        assert isinstance(late, TicketRefused)
        assert late.is_overtaken
    assert counter.desk.rows("SELECT * FROM ticket_entry ORDER BY id") == before
    assert counter.name_of() == "Jane Smith"


@pytest.fixture
def two(counter: Counter) -> Counter:
    """A counter where two members have to agree to a new name; three members."""
    office = replace(counter.desk.office, second_approval=frozenset({Intent.NAME_CHANGE}))
    counter.desk.office = office
    with office.engine.begin() as connection:
        for name in ("kim", "lee", "max"):
            member = Member(
                id=name,
                address=f"{name}@staff.example",
                name=name,
                is_support=name != "max",
                created_at=counter.desk.now,
            )
            connection.execute(insert(Member).values(member.model_dump()))
    return counter


def test_two_members_make_a_change(two: Counter) -> None:
    office, now = two.desk.office, two.desk.now
    kim, lee, max_ = (Actor(f"{name}@staff.example", name) for name in ("kim", "lee", "max"))
    asked = two.do(Outcome.APPROVE, Intent.NAME_CHANGE, changes=(two.rename("Jane Jones"),))
    reference = _reference(asked)
    for nobody in (ROBIN, Actor("kim@staff.example"), max_, Actor("a token", token_id="t")):
        assert isinstance(approve(office, reference, nobody, now), TicketRefused)
    assert approve(office, reference, kim, now) == TicketDone(reference, waits=True)
    assert two.name_of() == "Jane Smith"
    for again in (kim, Actor("lee@staff.example", "kim"), ROBIN):
        assert isinstance(approve(office, reference, again, now), TicketRefused)
    # Who agrees to something else is the first again.
    other = approve(office, reference, lee, now, [two.rename("Jane Brown")])
    assert other == TicketDone(reference, waits=True)
    assert isinstance(approve(office, reference, lee, now), TicketRefused)
    two.desk.change("UPDATE member SET disabled_at = 1 WHERE id = 'lee'")
    assert approve(office, reference, kim, now) == TicketDone(reference, waits=True), "Lee's word counts no more"
    two.desk.change("UPDATE member SET disabled_at = NULL WHERE id = 'lee'")
    assert approve(office, reference, lee, now) == TicketDone(reference)
    assert two.name_of() == "Jane Brown"
    kinds = [row.act for row in two.desk.rows("SELECT act FROM audit_event ORDER BY made_at, id")]
    assert kinds.count("change_approved") == 4


def test_what_is_changed_counts_and_not_what_it_was_called(two: Counter) -> None:
    office, now = two.desk.office, two.desk.now
    asked = two.do(Outcome.APPROVE, Intent.UNLOCK, changes=(Change(Intent.UNLOCK, two.jane),))
    renamed = [two.rename("Jane Jones")]
    done = approve(office, _reference(asked), Actor("kim@staff.example", "kim"), now, renamed)
    assert done == TicketDone(_reference(asked), waits=True)
    assert two.name_of() == "Jane Smith"


def test_an_act_is_in_the_audit_trail(counter: Counter) -> None:
    office, now = counter.desk.office, counter.desk.now
    asked = _ask(counter)
    prioritise(office, _reference(asked), 2, Actor("kim@staff.example", None, source="192.0.2.8"), now)
    assert isinstance(prioritise(office, _reference(asked), 3, ROBIN, now), TicketRefused)
    [event] = counter.desk.rows("SELECT act, made_by, subject_id, detail FROM audit_event")
    assert (event.act, event.made_by, event.subject_id) == ("ticket_priority_set", "kim@staff.example", asked.ticket_id)
    assert counter.ticket(asked).priority == 2
    assert DANA not in event.detail
