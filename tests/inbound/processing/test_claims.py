"""Who may take which delivery, in either database."""

from datetime import timedelta

import pytest

from inbound.processing.claims import (
    CLAIM_LASTS,
    ClaimLostError,
    claim,
    finish,
    free_former,
    give_back,
    has_waiting,
    retry,
)
from tests.inbound.processing.mail_office import MailOffice, make_mail
from tests.mailer.postgresql import PROGRAMS


def _claim(office: MailOffice, who: str) -> str | None:
    with office.service.engine.begin() as connection:
        claimed = claim(connection, who, office.now)
    return claimed.id if claimed else None


def test_each_delivery_is_claimed_once_the_oldest_first(any_office: MailOffice) -> None:
    first, second = (any_office.deliver(make_mail(message_id=f"<{n}@asee.example>")) for n in (1, 2))
    assert [_claim(any_office, who) for who in ("one", "two", "three")] == [first, second, None]


@pytest.mark.needs(*PROGRAMS)
def test_two_who_claim_at_once_do_not_wait_for_each_other(on_postgresql: None, office: MailOffice) -> None:
    deliveries = {office.deliver(make_mail(message_id=f"<{n}@asee.example>")) for n in (1, 2)}
    engine = office.service.engine
    with engine.begin() as one, engine.begin() as two:
        claimed = [claim(one, "one", office.now), claim(two, "two", office.now)]
    assert {found.id for found in claimed if found} == deliveries


def test_a_claim_that_is_too_old_is_anybodys_and_its_holder_can_write_nothing(any_office: MailOffice) -> None:
    delivery = any_office.deliver(make_mail())
    assert _claim(any_office, "frozen") == delivery
    any_office.now += CLAIM_LASTS
    assert _claim(any_office, "other") is None, "not a moment too early"
    any_office.now += timedelta(seconds=1)
    assert _claim(any_office, "other") == delivery
    with pytest.raises(ClaimLostError), any_office.service.engine.begin() as connection:
        finish(connection, delivery, "frozen")
    with any_office.service.engine.begin() as connection:
        give_back(connection, delivery, "frozen", any_office.now, counts=True)
    assert any_office.value("SELECT claimed_by FROM delivery") == "other"


def test_a_clock_that_is_set_back_binds_no_mail_to_the_dead(any_office: MailOffice) -> None:
    delivery = any_office.deliver(make_mail())
    assert _claim(any_office, "killed") == delivery
    any_office.now -= timedelta(minutes=50)
    assert _claim(any_office, "other") is None, "no more than clocks may differ"
    any_office.now -= timedelta(minutes=20)
    assert _claim(any_office, "other") == delivery
    with pytest.raises(ClaimLostError), any_office.service.engine.begin() as connection:
        finish(connection, delivery, "killed")


def test_what_is_done_can_be_finished_by_nobody_again(any_office: MailOffice) -> None:
    delivery = any_office.deliver(make_mail())
    _claim(any_office, "one")
    with any_office.service.engine.begin() as connection:
        finish(connection, delivery, "one")
    with pytest.raises(ClaimLostError), any_office.service.engine.begin() as connection:
        finish(connection, delivery, "one")


def test_what_is_given_back_waits_until_it_is_due(any_office: MailOffice) -> None:
    delivery = any_office.deliver(make_mail())
    _claim(any_office, "one")
    due_at = any_office.now + timedelta(minutes=1)
    with any_office.service.engine.begin() as connection:
        give_back(connection, delivery, "one", due_at, counts=False)
        assert not has_waiting(connection, any_office.now)
    any_office.now = due_at
    assert _claim(any_office, "two") == delivery
    assert any_office.value("SELECT tries FROM delivery") == 1


def test_a_process_that_starts_again_frees_what_it_held(any_office: MailOffice) -> None:
    delivery = any_office.deliver(make_mail())
    _claim(any_office, "one")
    with any_office.service.engine.begin() as connection:
        assert free_former(connection, "one") == 1
        assert free_former(connection, "two") == 0
    assert _claim(any_office, "one") == delivery
    assert any_office.value("SELECT tries FROM delivery") == 2, "the try that ended the process counts"


def test_only_what_is_shelved_is_retried(any_office: MailOffice) -> None:
    delivery = any_office.deliver(make_mail())
    _claim(any_office, "one")
    with any_office.service.engine.begin() as connection:
        assert not retry(connection, delivery)
        finish(connection, delivery, "one", shelved=True)
        assert retry(connection, delivery)
    assert _claim(any_office, "one") == delivery
