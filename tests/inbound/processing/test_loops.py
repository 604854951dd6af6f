"""Two instances whose answers reach each other fall silent, also where something on the way takes off what says that
an answer is automatic."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from badgepost.wiring import make_work
from badgepost.worker import Worker
from badgepost.worker_lock import WorkerLock
from inbound.processing.room import Room
from tests.inbound.processing.mail_office import BORDER, MailOffice, open_mail_office

ROUNDS = 20
_MARKS = re.compile(
    rb"^(?:Auto-Submitted|X-Auto-Response-Suppress|Precedence):[^\r]*\r\n", re.MULTILINE | re.IGNORECASE
)
_PATH = re.compile(rb"Return-Path: <([^>]*)>\r\n")


@dataclass
class Instance:
    """An office with a domain of its own, and a look at what it sends."""

    office: MailOffice
    address: str
    taken: set[str] = field(default_factory=set)

    def send_out(self) -> list[tuple[str, bytes]]:
        """Deliver what is queued; return (reverse-path, mail) of what is new."""
        settings = self.office.service.settings
        work = replace(make_work(self.office.service), clock=lambda: self.office.now)
        with WorkerLock(settings.data_dir, "worker") as lock:
            asyncio.run(Worker(work, lock, once=True).run())
        new = [path for path in sorted(settings.outbox_dir().glob("*.eml")) if path.name not in self.taken]
        self.taken |= {path.name for path in new}
        contents = [path.read_bytes() for path in new]
        return [(_PATH.match(content)[1].decode(), _PATH.sub(b"", content, count=1)) for content in contents]  # type: ignore[index]


@pytest.fixture
def instances(tmp_path: Path, room: Room) -> Iterator[list[Instance]]:
    made = []
    for name in ("one", "two"):
        domain = f"{name}.example"
        addresses = {setting: f"support@{domain}" for setting in ("support_address", "account_from", "notices_from")}
        office = open_mail_office(tmp_path / name, room, mail_domain=domain, **addresses)
        made.append(Instance(office, f"support@{domain}"))
    yield made
    for instance in made:
        instance.office.service.engine.dispose()


def talk(instances: list[Instance], *, strips_marks: bool) -> int:
    """Let both answer each other, begun by a question that seems to come from the second; return how many mails."""
    one, two = instances
    question = f"From: {two.address}\r\nTo: {one.address}\r\nSubject: Hi\r\n\r\nHow do I add my badge to LinkedIn?\r\n"
    one.office.deliver(question.encode(), two.address, [one.address])
    mails = 0
    for _ in range(ROUNDS):
        for here, there in ((one, two), (two, one)):
            here.office.process()
            for mail_from, content in here.send_out():
                mails += 1
                passed_on = _MARKS.sub(b"", content) if strips_marks else content
                # The border of the other one finds all in order: the mail is genuine.
                domain = here.address.partition("@")[2]
                seal = f"Authentication-Results: {BORDER}; dmarc=pass header.from={domain}\r\n".encode()
                there.office.deliver(seal + passed_on, mail_from, [there.address])
    return mails


def test_an_answer_is_never_answered(instances: list[Instance]) -> None:
    assert talk(instances, strips_marks=False) == 1


def test_answers_without_their_marks_are_limited(instances: list[Instance]) -> None:
    assert talk(instances, strips_marks=True) <= 10
