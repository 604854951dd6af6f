"""Tickets: what joins which, what is asked and answered, what staff do."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from badges.transactions import reading
from desk.requests.asking import OpenRequest, read_open_request
from desk.requests.carrying_out import CarriedOut
from desk.requests.filed import TicketFile
from desk.requests.orders import Asker, MailThread
from desk.requests.references import find_references, make_reference, read_reference
from desk.requests.staff import TicketDone, TicketRefused, add_note, assign, close, reopen, reply
from desk.requests.threads import Joined, NamesAnother, NoThread, find_thread
from desk.requests.ticket_file import open_file
from desk.requests.ticket_list import TicketFilter, list_tickets
from desk.requests.tickets import TicketState
from desk.words import Intent, Outcome, Role
from tests.desk.requests.conftest import DANA, JANE, ROBIN, STRANGER, Counter


def test_references_read_well_and_are_found() -> None:
    made = {make_reference() for _ in range(500)}
    assert len(made) == 500
    for reference in made:
        assert find_references(f"Re: AW: [{reference}] your badge") == (reference,)
        assert find_references(f"re {reference.lower()}, please") == (reference,)
        assert read_reference(reference.removeprefix("BP-").lower()) == reference
    assert find_references("bp-o0iL19") == ("BP-001119",)
    assert find_references("XBP-7K2Q9M BP-7K2Q9 BP-7K2Q9M8 ABP-7K2Q9M") == ()


@given(st.text())
def test_no_subject_breaks_the_search(text: str) -> None:
    assert len(find_references(text)) <= 5
    read_reference(text)


def _find(counter: Counter, asker: Asker, **thread: object) -> Joined | NamesAnother | NoThread:
    values = {"raw_mail_id": "r", "message_id": "new@else.example", "references": (), "subject": "", **thread}
    with reading(counter.desk.office.engine).connect() as connection:
        return find_thread(connection, MailThread(**values), asker)  # type: ignore[arg-type]


@pytest.fixture
def first(counter: Counter) -> CarriedOut:
    return counter.do(Outcome.ASK, Intent.NAME_CHANGE, changes=(counter.rename("x"),), lacks=("new_name",))


@pytest.fixture
def ways(counter: Counter, first: CarriedOut) -> list[dict[str, object]]:
    """Return every way in which a mail may name the first ticket."""
    [mail] = counter.desk.mails("question")
    return [
        {"answers_message": mail.id},
        {"references": ("a@b.example", mail.message_id)},
        {"references": ("mail1@asee.example",)},
        {"subject": f"AW: Re: your badge [{first.reference}]"},
    ]


def test_the_requester_joins_by_every_way(counter: Counter, first: CarriedOut, ways: list[dict[str, object]]) -> None:
    joined = Joined(str(first.ticket_id), str(first.reference))
    for way in ways:
        assert _find(counter, counter.asker(Role.ISSUER), **way) == joined
        assert _find(counter, counter.asker(Role.UNKNOWN, DANA), **way) == joined
        assert _find(counter, counter.asker(Role.CLAIMED_ISSUER, "lee@asee.example"), **way) == joined


def test_nobody_else_joins(counter: Counter, first: CarriedOut, ways: list[dict[str, object]]) -> None:
    norte = str(counter.desk.one("SELECT id FROM issuer WHERE slug = 'norte'"))
    others = [
        counter.asker(Role.UNKNOWN),
        counter.asker(Role.UNKNOWN, ""),
        counter.asker(Role.EARNER),
        counter.asker(Role.UNKNOWN, "dana.reyes+tag@asee.example"),
        replace(counter.asker(Role.ISSUER, "ana@norte.example"), issuer_id=norte),
        replace(counter.asker(Role.UNKNOWN), issuer_id=counter.issuer_id),
    ]
    for other in others:
        for way in ways:
            assert _find(counter, other, **way) == NamesAnother(str(first.reference))


def test_a_strangers_ticket_is_not_joined_by_an_address_that_is_empty(counter: Counter) -> None:
    first = counter.do(Outcome.TICKET, Intent.OTHER, Role.UNKNOWN, asker=counter.asker(Role.UNKNOWN, ""))
    found = _find(counter, counter.asker(Role.UNKNOWN, ""), subject=str(first.reference))
    assert found == NamesAnother(str(first.reference))


def test_what_names_nothing_is_new(counter: Counter, first: CarriedOut) -> None:
    assert _find(counter, counter.asker(Role.ISSUER), subject="BP-000000", references=("x@y.example",)) == NoThread()


def test_a_mail_that_names_another_ticket_says_so_on_its_own(counter: Counter, first: CarriedOut) -> None:
    order = counter.order(Outcome.TICKET, Intent.OTHER, Role.UNKNOWN)
    done = counter.carry_out(replace(order, thread=replace(order.thread, subject=f"[{first.reference}]")))
    assert done.ticket_id != first.ticket_id
    assert str(first.reference) in counter.notes(done)


def test_what_was_asked_is_read_back_until_it_is_answered(counter: Counter, first: CarriedOut) -> None:
    def read() -> OpenRequest | None:
        with reading(counter.desk.office.engine).connect() as connection:
            return read_open_request(connection, str(first.ticket_id))

    assert counter.written() == [("question", DANA)]
    assert counter.desk.facts("question")[0]["lacks"] == ["new_name"]
    assert read() == OpenRequest(Intent.NAME_CHANGE, (counter.rename("x"),), ("new_name",))
    done = counter.do(
        Outcome.APPLY, Intent.NAME_CHANGE, changes=(counter.rename("Jane Doe"),), ticket_id=first.ticket_id
    )
    assert done.ticket_id == first.ticket_id
    assert counter.name_of() == "Jane Doe"
    assert counter.ticket(first).state == "closed"
    assert read() is None


def test_what_waits_for_a_person_stays_open_whatever_comes_in(counter: Counter) -> None:
    first = counter.do(Outcome.TICKET, Intent.OTHER, Role.EARNER)
    counter.do(Outcome.ANSWER, Intent.LINKEDIN_ADD, Role.EARNER, ticket_id=first.ticket_id)
    assert counter.ticket(first).state == "open"
    close(counter.desk.office, str(first.reference), ROBIN, counter.desk.now)
    counter.do(Outcome.TICKET, Intent.OTHER, Role.EARNER, ticket_id=first.ticket_id)
    assert counter.ticket(first).state == "open"


def test_a_ticket_that_is_gone_is_no_reason_to_lose_a_mail(counter: Counter) -> None:
    done = counter.do(Outcome.TICKET, Intent.OTHER, Role.EARNER, ticket_id="nosuchticket")
    assert counter.ticket(done).requester_address == JANE


def test_staff_write_and_the_answer_comes_back(counter: Counter) -> None:
    office, now = counter.desk.office, counter.desk.now
    first = counter.do(Outcome.TICKET, Intent.OTHER, Role.UNKNOWN, text="Who are you?")
    reference = str(first.reference)
    assert reply(office, reference, "We are\nthe badge people.", ROBIN, now) == TicketDone(reference)
    [mail] = counter.desk.mails("staff_reply")
    [facts] = counter.desk.facts("staff_reply")
    assert (mail.rcpt_to, mail.issuer_id) == (STRANGER, None)
    assert facts["text"] == "We are\nthe badge people."
    assert (facts["in_reply_to"], facts["re_subject"]) == ("mail1@asee.example", None)
    assert counter.ticket(first).state == "waiting"
    asker = counter.asker(Role.UNKNOWN)
    assert _find(counter, asker, answers_message=mail.id) == Joined(str(first.ticket_id), reference)


def test_staff_assign_note_close_and_reopen(counter: Counter) -> None:
    office, now = counter.desk.office, counter.desk.now
    reference = str(counter.do(Outcome.TICKET, Intent.OTHER, Role.EARNER).reference)
    assert assign(office, reference, "Robin", ROBIN, now) == TicketDone(reference)
    assert add_note(office, reference.lower(), "She rang.", ROBIN, now) == TicketDone(reference)
    assert close(office, reference, ROBIN, now) == TicketDone(reference)
    assert isinstance(close(office, reference, ROBIN, now), TicketRefused)
    assert reopen(office, reference, ROBIN, now) == TicketDone(reference)
    for refused in (
        add_note(office, reference, " \n", ROBIN, now),
        reply(office, reference, "", ROBIN, now),
        close(office, "BP-000000", ROBIN, now),
        close(office, "nonsense", ROBIN, now),
    ):
        assert isinstance(refused, TicketRefused)
    shown = _open(office.engine, reference, now)
    assert (shown.head.assigned_to, shown.head.state) == ("Robin", TicketState.OPEN)
    assert [entry.text for entry in shown.entries][-4:] == ["Robin", "She rang.", "closed", "open"]


def test_an_address_that_cannot_be_written_to_is_said(counter: Counter) -> None:
    done = counter.do(Outcome.TICKET, Intent.OTHER, Role.UNKNOWN, asker=counter.asker(Role.UNKNOWN, ""))
    refused = reply(counter.desk.office, str(done.reference), "Hello", ROBIN, counter.desk.now)
    assert isinstance(refused, TicketRefused)


def test_entries_stand_in_their_order_whatever_the_clock_says(counter: Counter) -> None:
    first = counter.do(Outcome.TICKET, Intent.OTHER, Role.EARNER)
    late = counter.order(Outcome.TICKET, Intent.OTHER, Role.EARNER, ticket_id=first.ticket_id)
    counter.carry_out(late, timedelta(hours=-1))
    kinds = counter.entries(first)
    assert kinds.count("mail_in") == 2
    assert kinds.index("mail_in", 1) > kinds.index("mail_out")


def test_lists_and_what_a_ticket_shows(counter: Counter) -> None:
    engine, now = counter.desk.office.engine, counter.desk.now
    asked = counter.do(Outcome.APPROVE, Intent.NAME_CHANGE, changes=(counter.rename("Robert Jones"),), queue="names")
    done = counter.do(Outcome.APPLY, Intent.NAME_CHANGE, changes=(counter.rename("Jane Doe"),))
    counter.do(Outcome.TICKET, Intent.ABUSE, Role.UNKNOWN, priority=2)

    def listed(**wanted: object) -> list[str]:
        return [row.reference for row in list_tickets(engine, TicketFilter(**wanted))]  # type: ignore[arg-type]

    assert len(listed()) == 3
    assert listed(state=TicketState.CLOSED) == [done.reference]
    assert listed(queue="names") == [asked.reference]
    assert listed(intent="abuse") == listed()[:1]
    assert listed(search=str(asked.reference).lower()) == [asked.reference]
    assert len(listed(search="QUESTION")) == 3
    assert len(listed(search=DANA)) == 2
    assert listed(search="100%") == []
    assert listed(assigned_to="Robin") == []
    [proposal] = _open(engine, str(asked.reference), now).proposals
    assert proposal.plan[0].change.new_name == "Robert Jones"
    changed = _open(engine, str(done.reference), now)
    assert [change.after for change in changed.changes] == [{"name": "Jane Doe"}]
    with engine.connect() as connection:
        assert open_file(connection, "BP-000000", now) is None


def test_a_question_is_shown_in_words(counter: Counter, first: CarriedOut) -> None:
    shown = _open(counter.desk.office.engine, str(first.reference), counter.desk.now)
    assert any("new_name" in entry.lacks for entry in shown.entries)


def _open(engine: Engine, reference: str, now: datetime) -> TicketFile:
    with engine.connect() as connection:
        file = open_file(connection, reference, now, every=True)
    assert file is not None
    return file
