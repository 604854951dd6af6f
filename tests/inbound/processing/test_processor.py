"""The life of a processor: several at once, told to stop, a database that goes away, an alarm."""

import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from badgepost.processor import LONGEST, Processor
from inbound.processing.claims import CLAIM_LASTS
from inbound.processing.room import Room
from tests.inbound.processing.mail_office import MailOffice, make_mail

QUESTION = "How do I add the badge to LinkedIn?\n"


def _deliver_many(office: MailOffice, count: int) -> None:
    for number in range(count):
        sender = f"person{number}@mail.example"
        content = make_mail(QUESTION, sender=sender, message_id=f"<{number}@mail.example>")
        for _ in range(2 if number % 3 == 0 else 1):
            office.deliver(content, sender)


def test_several_processors_deal_with_each_mail_once(any_office: MailOffice) -> None:
    _deliver_many(any_office, 12)
    outcomes: Counter[str] = Counter()

    def work(name: str) -> None:
        with Room() as room:
            outcomes.update(Processor(replace(any_office.tools, who=name, room=room), once=True).run())

    threads = [Thread(target=work, args=(name,)) for name in ("one", "two", "three")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # SQLite may tell one of them that the database is busy for long; PostgreSQL, that somebody else was first.
    any_office.now = any_office.now.replace(hour=23)
    outcomes.update(any_office.process())
    assert (outcomes["answer"], outcomes["drop"]) == (12, 4)
    assert any_office.value("SELECT COUNT(*) FROM message") == 12
    assert any_office.value("SELECT COUNT(*) FROM decision") == 16
    assert any_office.value("SELECT COUNT(*) FROM delivery WHERE state = 'done'") == 16


def test_a_processor_that_is_told_to_stop_takes_no_further_mail(office: MailOffice) -> None:
    _deliver_many(office, 3)
    processor = Processor(office.tools)

    def stop_after_the_first(_seconds: float) -> None:
        processor.stop()

    processor._set_alarm = stop_after_the_first
    assert sum(processor.run().values()) == 1
    assert office.value("SELECT COUNT(*) FROM delivery WHERE state = 'received' AND claimed_by IS NULL") == 3


def test_a_processor_outlives_a_database_that_is_away(office: MailOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("badgepost.processor.REST", 0.01)
    office.deliver(make_mail())
    failures = iter([True, True, False])

    def fail(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "raw_mail" in statement and next(failures, False):
            raise OperationalError(statement, {}, Exception("the database is away"))

    event.listen(office.service.engine, "before_cursor_execute", fail)
    processor = Processor(office.tools)
    thread = Thread(target=processor.run)
    thread.start()
    deadline = time.monotonic() + 30
    while not processor.outcomes and time.monotonic() < deadline:
        time.sleep(0.02)
    processor.stop()
    thread.join()
    assert processor.outcomes == {"apply": 1}


def test_a_processor_without_work_forgets_what_no_limit_counts_any_more(office: MailOffice) -> None:
    office.deliver(make_mail(QUESTION, sender="person@mail.example"), "person@mail.example")
    assert office.process() == {"answer": 1}
    assert office.value("SELECT COUNT(*) FROM automatic_answer") == 1
    office.now += timedelta(days=1, seconds=1)
    processor = Processor(office.tools)
    thread = Thread(target=processor.run)
    thread.start()
    deadline = time.monotonic() + 30
    while office.value("SELECT COUNT(*) FROM automatic_answer") and time.monotonic() < deadline:
        time.sleep(0.02)
    processor.stop()
    thread.join()
    assert office.value("SELECT COUNT(*) FROM automatic_answer") == 0


def test_the_alarm_ends_a_process_long_before_its_claim_lapses() -> None:
    assert CLAIM_LASTS.total_seconds() - 60 > LONGEST
    code = "import time; from badgepost.processor import set_alarm; set_alarm(0.2); time.sleep(30)"
    done = subprocess.run([sys.executable, "-c", code], check=False, timeout=20)
    assert done.returncode == -signal.SIGALRM
