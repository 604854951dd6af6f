"""When dealing with a mail fails: nothing is lost, nothing is tried for ever, and a person gets it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy.exc import OperationalError

from badgepost.processor import Processor
from inbound.authentication.dns import Answer
from inbound.authentication.proof import Trust
from inbound.processing.claims import claim, free_former, retry
from inbound.processing.room import Room, RoomLimits
from tests.inbound.processing.mail_office import MailOffice, make_mail


class _BrokenDns:
    """A look-up with a fault of ours, so many times."""

    def __init__(self, times: int) -> None:
        self.times = times

    def __call__(self, _name: str, _record_type: str) -> Answer:
        self.times -= 1
        if self.times >= 0:
            raise ZeroDivisionError("a fault of ours")
        raise AssertionError("this mail needs no DNS any more")


def _break(office: MailOffice, times: int) -> None:
    office.tools = replace(office.tools, trust=Trust(), lookup=_BrokenDns(times))


def _process_for(office: MailOffice, span: timedelta) -> list[str]:
    """Deal with what is due, again and again, until the clock has moved on so far."""
    until, outcomes = office.now + span, []
    while office.now < until:
        outcomes += [*office.process().elements()]
        office.now += timedelta(seconds=10)
    return outcomes


def test_an_error_rolls_back_and_after_three_tries_a_person_reads_it(any_office: MailOffice) -> None:
    _break(any_office, 1000)
    before = any_office.count_everything()
    delivery = any_office.deliver(make_mail())
    assert any_office.process() == {"again": 1}
    assert any_office.count_everything() == before
    assert _process_for(any_office, timedelta(minutes=10)) == ["again", "shelved"]
    [ticket] = any_office.rows("SELECT * FROM ticket")
    assert (ticket.state, ticket.outcome, ticket.subject) == ("open", "ticket", "An account")
    assert "ZeroDivisionError" in ticket.reason
    [row] = any_office.rows("SELECT id, state FROM delivery")
    assert tuple(row) == (delivery, "shelved")
    assert any_office.value("SELECT COUNT(*) FROM message WHERE kind = 'change_receipt'") == 0


def test_an_error_that_passes_leaves_no_trace(office: MailOffice) -> None:
    tools = office.tools
    _break(office, 1000)
    office.deliver(make_mail())
    assert office.process() == {"again": 1}
    office.tools = tools
    assert _process_for(office, timedelta(minutes=2)) == ["apply"]
    assert office.value("SELECT COUNT(*) FROM ticket") == 1


def test_a_mail_that_ends_the_process_each_time_is_shelved_unread(office: MailOffice) -> None:
    office.deliver(make_mail())
    for _ in range(3):
        with office.service.engine.begin() as connection:
            assert claim(connection, "here", office.now) is not None
            free_former(connection, "here")
    assert office.process() == {"shelved": 1}
    assert "the process ended" in office.value("SELECT reason FROM ticket")


def test_what_kills_the_reading_room_is_shelved_with_a_ticket(office: MailOffice) -> None:
    with Room(RoomLimits(memory=48 << 20)) as room:
        office.tools = replace(office.tools, room=room)
        office.deliver(make_mail("line\n" * (3 << 20), subject="A very long mail"))
        office.deliver(make_mail(message_id="<2@asee.example>"))
        assert office.process() == {"shelved": 1, "apply": 1}
    [ticket] = office.rows("SELECT * FROM ticket WHERE outcome = 'ticket'")
    assert ticket.subject == "A very long mail"


def test_what_was_shelved_can_be_dealt_with_later_on_the_same_ticket(office: MailOffice) -> None:
    tools = office.tools
    _break(office, 1000)
    delivery = office.deliver(make_mail())
    _process_for(office, timedelta(minutes=10))
    office.tools = tools
    with office.service.engine.begin() as connection:
        assert retry(connection, delivery)
    assert office.process() == {"apply": 1}
    assert office.value("SELECT COUNT(*) FROM ticket") == 1
    assert office.value("SELECT state FROM delivery") == "done"


class _AwayOnce:
    """A clock that says once that the database is away, as a statement in its place would."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self.calls = 0

    def __call__(self) -> datetime:
        self.calls += 1
        if self.calls == 3:
            raise OperationalError("SELECT 1", {}, Exception("the database is away"))
        return self._clock()


def test_a_database_that_is_away_counts_as_no_try(office: MailOffice) -> None:
    office.deliver(make_mail())
    office.tools = replace(office.tools, clock=_AwayOnce(lambda: office.now))
    with pytest.raises(OperationalError):
        Processor(office.tools, once=True).run()
    assert office.process() == {"apply": 1}
