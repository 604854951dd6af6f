"""Questions and answers: the evidence is whole, the cache keeps time, and no odd name reaches a server."""

import socket
import threading
from collections.abc import Iterator

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from inbound.authentication.dns import (
    Answer,
    Answers,
    Bounded,
    Cache,
    NoData,
    NoSuchName,
    Recorder,
    RecordType,
    TemporaryFailure,
    fits_in_dns,
    is_host_name,
)
from inbound.authentication.resolver import Resolver

RECORDS = {
    ("bank.example.", "TXT"): ['"v=spf1" " -all\\255"'],
    ("bank.example.", "MX"): ["20 b.bank.example.", "10 a.bank.example."],
    ("bank.example.", "A"): ["192.0.2.1"],
}


class Counting:
    """A look-up that gives the same answer again and counts."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.count = 0

    def __call__(self, name: str, record_type: RecordType) -> Answer:
        self.count += 1
        return self.answer


@pytest.fixture
def server() -> Iterator[int]:
    """A name server on the loopback; gives its port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=_serve, args=(listening,))
        thread.start()
        port = listening.getsockname()[1]
        yield port
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", ("127.0.0.1", port))
        thread.join()


def _serve(listening: socket.socket) -> None:
    while True:
        wire, client = listening.recvfrom(4096)
        if not wire:
            return
        query = dns.message.from_wire(wire)
        listening.sendto(_answer(query).to_wire(), client)


def _answer(query: dns.message.Message) -> dns.message.Message:
    response = dns.message.make_response(query)
    response.flags |= dns.flags.RA
    question = query.question[0]
    name = question.name.to_text()
    if name.startswith("broken"):
        response.set_rcode(dns.rcode.SERVFAIL)
    elif name == "none.example.":
        response.set_rcode(dns.rcode.NXDOMAIN)
    else:
        key = (name, dns.rdatatype.to_text(question.rdtype))
        if key in RECORDS:
            response.answer.append(dns.rrset.from_text(question.name, 60, "IN", key[1], *RECORDS[key]))
    return response


def test_a_real_server_answers_in_values(server: int) -> None:
    resolver = Resolver(lifetime=2.0, nameservers=("127.0.0.1",), port=server)
    assert resolver("bank.example", "TXT") == Answers(("v=spf1 -all\xff",), 60)
    assert resolver("bank.example", "MX") == Answers(("a.bank.example", "b.bank.example"), 60)
    assert resolver("bank.example", "A") == Answers(("192.0.2.1",), 60)
    assert resolver("bank.example", "AAAA") == NoData()
    assert resolver("none.example", "TXT") == NoSuchName()
    assert isinstance(resolver("broken.example", "TXT"), TemporaryFailure)
    assert resolver("a..example", "TXT") == NoSuchName()


def test_the_recorder_keeps_each_answer_once() -> None:
    lookup = Counting(Answers(("x",)))
    recorder = Recorder(lookup)
    recorder("A.example", "TXT")
    recorder("a.example", "TXT")
    assert lookup.count == 1
    assert [(found.name, found.record_type) for found in recorder.evidence] == [("a.example", "TXT")]


def test_the_cache_asks_again_when_the_time_is_up() -> None:
    now = 0.0
    lookup = Counting(Answers(("x",), 60))
    cache = Cache(lookup, lambda: now)
    cache("a.example", "TXT")
    now = 59.0
    cache("a.example", "TXT")
    assert lookup.count == 1
    now = 60.0
    cache("a.example", "TXT")
    assert lookup.count == 2


def test_the_cache_keeps_no_failure_and_no_more_than_it_may() -> None:
    lookup = Counting(TemporaryFailure())
    cache = Cache(lookup, lambda: 0.0, max_entries=1)
    cache("a.example", "A")
    cache("a.example", "A")
    assert lookup.count == 2
    lookup.answer = NoSuchName()
    for name in ("a.example", "b.example", "a.example"):
        cache(name, "A")
    assert lookup.count == 5


@pytest.mark.parametrize(
    "name", ["", "a..b", ".a", "a.", "a b.example", "a(.example", "a\x00.example", "a\\.b", "ü.example"]
)
def test_odd_names_are_not_asked_for(name: str) -> None:
    assert not is_host_name(name)


def test_names_that_are_asked_for() -> None:
    assert is_host_name("sel._domainkey.bank.example")
    assert not is_host_name("a" * 64 + ".example")
    assert fits_in_dns("a(b.example")
    assert not fits_in_dns("a." * 127 + "a")


def test_all_questions_about_one_mail_have_one_time_limit() -> None:
    now = 0.0
    asked = []

    def look_up(name: str, _record_type: RecordType) -> Answer:
        nonlocal now
        asked.append(name)
        now += 20
        return NoSuchName()

    bounded = Bounded(look_up, lambda: now)
    answers = [bounded(f"n{number}.example", "TXT") for number in range(4)]
    assert asked == ["n0.example", "n1.example"]
    assert [isinstance(answer, TemporaryFailure) for answer in answers] == [False, False, True, True]


def test_a_machine_without_name_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_none(_resolver: object, _file: object) -> None:
        raise dns.resolver.NoResolverConfiguration

    monkeypatch.setattr(dns.resolver.Resolver, "read_resolv_conf", find_none)
    assert Resolver()("mail.example", "MX") == TemporaryFailure("NoResolverConfiguration")
