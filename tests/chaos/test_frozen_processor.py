"""A processor freezes with a mail in hand, on PostgreSQL: another one deals with it within a minute, and the first,
when it wakes, answers nobody a second time."""

import os
import signal
import time
from pathlib import Path

import pytest

from tests.chaos.holding import is_transaction_open
from tests.chaos.house import House, find_port
from tests.chaos.office import open_office, service_settings
from tests.chaos.postgres import killable_postgres
from tests.inbound.processing.mail_office import MailOffice, make_mail

MAILS = 100
TAKEN_OVER = 60
"""Seconds that a taker-over has at most."""
COMMANDS = {name: ["process", "--name", name] for name in ("one", "two")}


@pytest.mark.skipif("BADGEPOST_CHAOS_KILLS" not in os.environ, reason="waits for half a minute: make chaos")
@pytest.mark.needs("initdb", "postgres")
@pytest.mark.timeout(300)
def test_what_a_frozen_processor_had_is_dealt_with_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with killable_postgres() as server:
        office = open_office(tmp_path, server.url)
        for number in range(MAILS):
            sender = f"writer{number}@mail.example"
            question = make_mail("Where can I see my badge?", sender=sender, message_id=f"<{number}@mail.example>")
            office.deliver(question, sender)
        house = House(tmp_path, service_settings(tmp_path, server.url, find_port(), find_port()), COMMANDS)
        try:
            took = _freeze_and_take_over(house, office)
            house.running["one"].send_signal(signal.SIGCONT)
            assert set(house.drain().values()) == {0}
            answers = office.rows("SELECT COUNT(*) AS n FROM message GROUP BY rcpt_to")
            assert [row.n for row in answers] == [1] * MAILS
        finally:
            house.end()
            office.service.engine.dispose()
    with capsys.disabled():
        print(f"\nchaos | frozen processor | taken over and done after {took:.1f} s")
    assert took < TAKEN_OVER


def _freeze_and_take_over(house: House, office: MailOffice) -> float:
    """Return how long the last of the mails took from the moment when the first processor froze."""
    house.start("one")
    house.until(lambda: _freeze_with_one_in_hand(house, office), "it freezes with a mail in hand")
    began = time.monotonic()
    house.start("two")
    house.until(lambda: not office.rows("SELECT 1 FROM delivery WHERE state <> 'done'"), "all of it is dealt with")
    return time.monotonic() - began


def _freeze_with_one_in_hand(house: House, office: MailOffice) -> bool:
    """Freeze the first one outside of a transaction, whose locks would last until PostgreSQL ends it."""
    process = house.running["one"]
    process.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED)
    in_hand = office.rows("SELECT 1 FROM delivery WHERE claimed_by IS NOT NULL")
    if in_hand and not is_transaction_open(office.service.engine):
        return True
    process.send_signal(signal.SIGCONT)
    time.sleep(0.01)
    return False
