"""The DNS is dead, or answers nonsense: mails whose writer it would prove wait, and then their writer is asked by mail;
nothing is taken for authentic by mistake, nothing is lost, and what needs no proof goes on.
"""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import dns.flags
import dns.message
import dns.rcode
import pytest

from inbound.authentication.proof import Trust
from inbound.authentication.resolver import Resolver
from inbound.processing.room import Room
from inbound.processing.step import PATIENCE
from tests.inbound.processing.mail_office import DANA, MailOffice, make_mail, open_mail_office

Answer = Callable[[bytes], bytes | None]
QUESTION = "How do I add the badge to my LinkedIn profile?\n"
STRANGERS = 3
SIGNATURE = (
    "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=asee.example; s=one; h=from:subject; "
    "bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA"
)


def _truncate(question: bytes) -> bytes:
    reply = dns.message.make_response(dns.message.from_wire(question))
    reply.flags |= dns.flags.TC
    return reply.to_wire()


def _fail(question: bytes) -> bytes:
    reply = dns.message.make_response(dns.message.from_wire(question))
    reply.set_rcode(dns.rcode.SERVFAIL)
    return reply.to_wire()


def _answer_another(question: bytes) -> bytes:
    """The right id, and an answer to a question that nobody asked, which would authenticate everybody."""
    asked = dns.message.from_wire(question)
    reply = dns.message.make_response(dns.message.make_query("everybody.example", "TXT", id=asked.id))
    return reply.to_wire()


WAYS: dict[str, Answer | None] = {
    "refused": None,
    "silent": lambda _: None,
    "noise": lambda question: question[:2] + b"\xff" * 40,
    "another question's answer": _answer_another,
}
if "BADGEPOST_CHAOS_KILLS" in os.environ:
    WAYS |= {"truncated, and no TCP": _truncate, "SERVFAIL": _fail}


@contextmanager
def name_server(answer: Answer | None) -> Iterator[int]:
    """Run a server on UDP that answers so; give its port. None: nobody listens there."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        port = int(server.getsockname()[1])
        if answer is None:
            server.close()
            yield port
            return

        def serve() -> None:
            with suppress(OSError):
                while True:
                    question, client = server.recvfrom(4096)
                    if not question:
                        return
                    if (reply := answer(question)) is not None:
                        server.sendto(reply, client)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield port
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
                client.sendto(b"", ("127.0.0.1", port))
            thread.join()


@pytest.fixture(scope="module")
def room() -> Iterator[Room]:
    with Room() as room:
        yield room


@pytest.mark.timeout(120)
@pytest.mark.parametrize("way", WAYS)
def test_nobody_is_believed(tmp_path: Path, room: Room, way: str, capsys: pytest.CaptureFixture[str]) -> None:
    office = open_mail_office(tmp_path, room, authserv_id="")
    office.peer = "192.0.2.7"
    with name_server(WAYS[way]) as port:
        lookup = Resolver(0.15, ("127.0.0.1",), port)
        office.tools = replace(office.tools, trust=Trust(), lookup=lookup)
        before = office.count_everything()
        for number in range(STRANGERS):
            sender = f"person{number}@mail.example"
            mail = make_mail(QUESTION, sender=sender, message_id=f"<{number}@mail.example>", authenticated=False)
            office.deliver(mail, sender)
        asked = office.deliver(make_mail(headers=[SIGNATURE]), DANA)
        spans = [office.process(), _wait(office)]
    after = office.count_everything()
    with capsys.disabled():
        print(f"DNS {way}: {dict(spans[0])} at once, {dict(spans[1])} later")
    assert after["record_change"] == before["record_change"], "nothing was changed on an unproven word"
    assert office.value("SELECT COUNT(*) FROM account WHERE locked_at IS NOT NULL") == 1, "Jane is still locked"
    assert spans[0]["put_off"] == 1, "the contact's mail waits"
    assert spans[0].total() == STRANGERS + 1, "and nobody else's"
    assert office.value(f"SELECT state FROM delivery WHERE id = '{asked}'") == "done"
    asked_back = f"SELECT COUNT(*) FROM message WHERE kind = 'confirm_request' AND rcpt_to = '{DANA}'"
    assert office.value(asked_back) == 1, "whoever owns the address on record is asked"
    assert office.value("SELECT COUNT(*) FROM delivery WHERE state = 'received' OR claimed_by IS NOT NULL") == 0
    office.service.engine.dispose()


def _wait(office: MailOffice) -> object:
    """Let the clock go on until nothing is waited for any more."""
    outcomes = office.process()
    until = office.now + PATIENCE * 2
    while office.now < until:
        office.now += timedelta(minutes=4)
        outcomes += office.process()
    return outcomes
