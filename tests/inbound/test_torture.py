"""Whatever a stranger sends is read, judged and told: nothing raises, nothing takes long."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inbound.authentication.dns import NoSuchName
from inbound.authentication.proof import Trust, prove_author
from inbound.envelope import Envelope
from inbound.judging import Mail, Past, judge, sift
from inbound.reading.reader import read_mail
from inbound.rules.deciding import RuleSet
from inbound.rules.loading import load_rules
from inbound.understood import understand
from tests.conftest import ROOT
from tests.inbound.processing.mail_office import BORDER, NOW, PROGRAMME, UNLOCK, make_mail
from tests.inbound.understanding.memory_register import MemoryRegister

MUTATIONS = int(os.environ.get("BADGEPOST_MUTATIONS", "500"))
"""For each of the eight tests of mutations: 4,000 in all."""
LONGEST = 1.0
"""Seconds of CPU that one mail may take, in the better of two tries: others may slow this machine down."""

REGISTER = MemoryRegister(PROGRAMME)
SEEDS = [
    make_mail(),
    make_mail("Hola, ¿pueden cambiar el nombre de José Núñez? Ahora es José Núñez-Ortega.\n", sender="x@mail.example"),
    make_mail("> quoted\n\nWe need:\n\n| old | new |\n| Jane Smith | Jane Okafor |\n-- \nDana\n"),
    b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n"
    b"<p>Hi<br>there</p>\r\n--x\r\nContent-Type: text/csv; name=names.csv\r\n\r\nname,new\r\nJane,Jane X\r\n--x--",
    b"From: MAILER-DAEMON@mx.example\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n"
    b"--x\r\nContent-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822; a@b.example\r\nAction: failed\r\n"
    b"Status: 5.1.1\r\n--x--\r\n",
    b"From: =?utf-8?q?J=C3=BCrgen?= <j@mail.example>\r\nSubject: =?utf-8?b?S29udG8gZ2VzcGVycnQ=?=\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\nTWVpbiBLb250byBpc3QgZ2VzcGVycnQu\r\n",
]
TOKENS = [
    *(b"From: x@y.example\r\n", b"From : x@y.example\r\n", b"\r\n", b"\n", b"\r", b"\0", b" ", b"\t", b"<", b">"),
    *(b"--x", b"--x--\r\n", b'Content-Type: multipart/mixed; boundary="', b"boundary=x", b"=?utf-8?q?=3D", b"=?"),
    *(b"charset=utf-7", b"charset=undefined", b"charset=idna", b"Content-Transfer-Encoding: base64\r\n", b"&#x0;"),
    *(b"Subject: ", b"Message-ID: <", b"Authentication-Results: ", b"DKIM-Signature: v=1; a=rsa-sha256; d="),
    *(b"On Mon, Dana wrote:\r\n", b"-- \r\n", b"> > > ", b"a" * 300, b"((((", b'"\\', b"0" * 100, b"=\r\n", b"?="),
    *(b"@", b",", b"<table>", b"\xff\xfe", b"\xe2\x80\xae"),
]  # fmt: skip


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    loaded = load_rules((ROOT / "rules" / "support.yaml").read_text())
    assert isinstance(loaded, RuleSet)
    return loaded


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A good mail with one to six edits."""
    content = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(content)))
        edit = draw(st.integers(0, 3))
        if edit == 0:
            content[at:at] = draw(st.sampled_from(TOKENS))
        elif edit == 1:
            del content[at : at + draw(st.integers(1, 8))]
        elif edit == 2:
            content[at : at + 1] = bytes([draw(st.integers(0, 255))])
        else:
            start = draw(st.integers(0, len(content)))
            content[at:at] = content[start : start + draw(st.integers(1, 200))]
    return bytes(content)


def judge_wholly(content: bytes, rules: RuleSet) -> None:
    """All that processing does with a mail but for the database; under the limit on time."""
    for trust in (Trust((BORDER,)), Trust()):
        # Asking for the time of day costs nothing; what took long by it may have had to wait for others.
        if measure_judging(content, trust, rules, time.perf_counter) >= LONGEST:
            spent = measure_judging(content, trust, rules, time.process_time)
            assert spent < LONGEST, f"{spent:.2f} s of CPU"


def measure_judging(content: bytes, trust: Trust, rules: RuleSet, clock: Callable[[], float]) -> float:
    """Return the seconds that one judging takes by a clock."""
    began = clock()
    judge_once(content, trust, rules)
    return clock() - began


def judge_once(content: bytes, trust: Trust, rules: RuleSet) -> None:
    envelope = Envelope(NOW, "dana.reyes@asee.example", ("support@badgepost.example",), "192.0.2.7", "mx.example")
    mail = Mail("raw", content, envelope, understand(content, envelope.mail_from))
    if sift(mail, Past(), rules) is None:
        proof = prove_author(content, envelope, trust, lambda _name, _type: NoSuchName())
        assert judge(mail, proof, Past(), REGISTER, rules).order is not None


@pytest.mark.parametrize("run", range(8))
def test_mutated_mails_are_judged(run: int, rules: RuleSet) -> None:
    @settings(max_examples=MUTATIONS, suppress_health_check=list(HealthCheck), database=None)
    @given(content=mutated())
    def check(content: bytes) -> None:
        judge_wholly(content, rules)

    check()


@pytest.mark.parametrize("folder", ["mime", "bounces", "arc", "dkim"])
def test_every_mail_of_the_shared_corpora_is_judged(folder: str, shared: Path, rules: RuleSet) -> None:
    paths = [path for path in (shared / "corpora" / folder).rglob("*") if path.suffix in (".eml", ".msg", ".message")]
    if folder in ("mime", "bounces"):
        assert paths
    for path in paths:
        judge_wholly(path.read_bytes(), rules)


BOMBS = {
    "newlines": b"\r\n" * 100_000,
    "spaces": b" " * 200_000,
    "on wrote": b"On " * 70_000,
    "wrote": b"On Mon x wrote\r\n" * 10_000,
    "quotes": b">" * 200_000,
    "brackets": b"<" * 200_000,
    "tags": b"<div>" * 40_000,
    "names": b"Jane Smith " * 20_000,
    "addresses": b"a@b.example, " * 15_000,
    "dashes": b"- " * 100_000,
    "digits": b"1" * 200_000,
    "letters": b"a" * 200_000,
    "commas": b"," * 200_000,
    "please": b"please change the name of " * 8_000,
    "table": b"| a | b |\r\n" * 20_000,
    "from to": b"from X to " * 20_000,
    "unlock": (UNLOCK * 2_000).encode().replace(b"\n", b"\r\n"),
}


@pytest.mark.parametrize("name", sorted(BOMBS))
@pytest.mark.parametrize("media_type", ["text/plain", "text/html"])
def test_long_nonsense_takes_no_more_than_a_second(name: str, media_type: str, rules: RuleSet) -> None:
    head = make_mail("").replace(b"text/plain", media_type.encode())
    judge_wholly(head + BOMBS[name], rules)


@pytest.mark.parametrize("name", sorted(BOMBS))
def test_long_nonsense_in_a_header_takes_no_more_than_a_second(name: str, rules: RuleSet) -> None:
    bomb = BOMBS[name].replace(b"\r\n", b"\r\n ")
    for field in (b"Subject: ", b"From: ", b"References: ", b"Content-Type: ", b"Authentication-Results: "):
        judge_wholly(field + bomb + b"\r\n" + make_mail(), rules)


def test_limits_on_bytes_come_before_any_parsing() -> None:
    many = b"".join(b"X-%d: y\r\n" % number for number in range(50_000))
    reading = read_mail(many + make_mail())
    assert reading.flaws
    assert len(reading.headers) <= 300
    nested = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(2_000))
    assert read_mail(nested).flaws
