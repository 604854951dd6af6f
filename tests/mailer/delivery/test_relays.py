"""Relays and their connections: TLS, log-in, limits, reuse, one that is down while others go on."""

import asyncio
import socket
import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from badgepost.worker import Work, Worker
from badgepost.worker_lock import WorkerLock
from mailer.delivery.breaker import Breaker
from mailer.delivery.limits import Limit
from mailer.delivery.relay import Relay, Timeouts
from mailer.delivery.smtp import SmtpTransport
from mailer.queue.claimed import Claimed
from tests.mailer.delivery.conftest import QUICK, smtp_to
from tests.mailer.delivery.scripted_relay import Act, HangUp, Say, ScriptedRelay, Stall
from tests.mailer.ledgers import Ledger, TinyMail, TinyMaker

Deliver = Callable[..., Any]


def make_certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """Write a certificate for 127.0.0.1 that vouches for itself; return its file and its key's."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name}.example")])
    alternative = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(alternative, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / f"{name}.crt", folder / f"{name}.key"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    files[1].write_bytes(key.private_bytes(*private))
    return files


def serving_context(files: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    return context


@pytest.mark.parametrize("kind", ["starttls", "implicit"])
@pytest.mark.parametrize("trusted", ["own", "another"])
def test_tls(ledger: Ledger, deliver: Deliver, tmp_path: Path, kind: str, trusted: str) -> None:
    ledger.add_many(5)
    files = {name: make_certificate(tmp_path, name) for name in ("own", "another")}

    async def scenario() -> ScriptedRelay:
        context = serving_context(files["own"])
        async with ScriptedRelay(tls=context, implicit_tls=kind == "implicit") as relay:
            await deliver(smtp_to(relay, tls=kind, ca_file=files[trusted][0], host="localhost"))
        return relay

    relay = asyncio.run(scenario())
    if trusted == "own":
        assert ledger.states() == {"sent": 5}
    else:
        assert (ledger.states(), relay.accepted) == ({"queued": 5}, [])
        assert "certificate" in ledger.rows("SELECT reason FROM relay_state")[0].reason


def test_starttls_is_not_given_up_where_it_is_not_offered(ledger: Ledger, deliver: Deliver) -> None:
    ledger.add()

    async def scenario() -> ScriptedRelay:
        async with ScriptedRelay() as relay:
            await deliver(smtp_to(relay, tls="starttls"))
        return relay

    relay = asyncio.run(scenario())
    assert relay.accepted == []
    assert not any(command.startswith("MAIL") for command in relay.commands)
    assert ledger.states() == {"queued": 1}


@pytest.mark.parametrize(("password", "state"), [("right", "sent"), ("wrong", "queued")])
def test_log_in(ledger: Ledger, deliver: Deliver, tmp_path: Path, password: str, state: str) -> None:
    ledger.add()
    files = make_certificate(tmp_path, "own")

    async def scenario() -> None:
        async with ScriptedRelay(tls=serving_context(files), login=("badgepost", "right")) as relay:
            login = {"user": "badgepost", "password": password}
            await deliver(smtp_to(relay, tls="starttls", ca_file=files[0], host="localhost", **login))

    asyncio.run(scenario())
    assert ledger.states() == {state: 1}
    if state == "queued":
        assert "log-in" in ledger.rows("SELECT reason FROM relay_state")[0].reason
        assert not ledger.rows("SELECT 1 FROM attempt")


def test_no_password_goes_over_an_open_wire(ledger: Ledger, deliver: Deliver) -> None:
    ledger.add()
    relay = Relay("open", "relay.example", 25, "none", user="badgepost", password="secret")
    assert "secret" not in repr(relay)
    asyncio.run(deliver(SmtpTransport([relay], "client.example", QUICK)))
    assert ledger.states() == {"queued": 1}
    assert "without TLS" in ledger.rows("SELECT reason FROM relay_state")[0].reason


def test_a_real_server_with_starttls(ledger: Ledger, deliver: Deliver, tmp_path: Path) -> None:
    """aiosmtpd: no PIPELINING, its own idea of everything else."""
    ledger.add_many(12)
    files = make_certificate(tmp_path, "own")
    received: list[bytes] = []

    class Handler:
        async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:  # noqa: N802
            received.append(envelope.content)
            return "250 OK"

    controller = Controller(Handler(), hostname="localhost", port=0, tls_context=serving_context(files))
    controller.port = _free_port()
    controller.start()
    try:
        relay = Relay("real", "localhost", controller.port, "starttls", files[0], connections=3)
        asyncio.run(deliver(SmtpTransport([relay], "client.example", QUICK)))
    finally:
        controller.stop()
    assert ledger.states() == {"sent": 12}
    assert len(received) == 12
    assert all(b"Message-ID: <" in content for content in received)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_relay_that_is_down_holds_up_nobody(ledger: Ledger, deliver: Deliver) -> None:
    ledger.add_many(40)

    async def scenario() -> ScriptedRelay:
        async with ScriptedRelay() as gone:
            pass
        async with ScriptedRelay() as relay:
            await deliver(smtp_to(gone, relay))
        return relay

    relay = asyncio.run(scenario())
    assert ledger.states() == {"sent": 40}
    assert len(relay.accepted) == 40
    assert {attempt.relay for attempt in ledger.rows("SELECT relay FROM attempt")} == {"relay2"}
    assert [(row.relay, row.state) for row in ledger.rows("SELECT relay, state FROM relay_state")] == [
        ("relay1", "down")
    ]


def test_a_relay_that_comes_back_is_used_again(ledger: Ledger, tmp_path: Path) -> None:
    ledger.add_many(20)

    async def scenario() -> None:
        async with ScriptedRelay() as gone:
            port = gone.port
            transport = smtp_to(gone)
        with WorkerLock(tmp_path, "one") as lock:
            worker = Worker(Work(ledger.engine, TinyMaker(), transport), lock)
            task = asyncio.create_task(worker.run())
            while not ledger.rows("SELECT 1 FROM relay_state WHERE state = 'down'"):
                await asyncio.sleep(0.02)
            async with ScriptedRelay(port=port) as relay:
                while len(relay.accepted) < 20:
                    await asyncio.sleep(0.02)
                worker.stop()
                await asyncio.wait_for(task, 10)

    asyncio.run(asyncio.wait_for(scenario(), 20))
    assert ledger.states() == {"sent": 20}
    assert ledger.rows("SELECT state FROM relay_state")[0].state == "up"


def test_connections_are_reused_and_limited(ledger: Ledger, deliver: Deliver) -> None:
    ledger.add_many(30)

    async def scenario() -> ScriptedRelay:
        async with ScriptedRelay() as relay:
            await deliver(smtp_to(relay, connections=1, messages_per_connection=10))
        return relay

    relay = asyncio.run(scenario())
    assert (len(relay.accepted), relay.connections) == (30, 3)
    assert relay.commands.count("QUIT") == 3


def test_a_pipelined_mail_takes_one_round_trip(ledger: Ledger, deliver: Deliver) -> None:
    """The envelope of the next mail arrives before the relay has said what it thinks of this one."""
    ledger.add_many(10)
    seen: list[int] = []

    async def scenario() -> ScriptedRelay:
        def play(phase: str, _: str) -> Act:
            if phase == "mail":
                seen.append(len(relay.accepted))
            return None

        async with ScriptedRelay(play) as relay:
            await deliver(smtp_to(relay, connections=1))
        return relay

    relay = asyncio.run(scenario())
    assert [command.split(" ")[0] for command in relay.commands[1:-1]] == ["MAIL", "RCPT", "DATA"] * 10
    assert seen == list(range(10))


def test_refused_recipients_do_not_disturb_their_neighbours(ledger: Ledger, deliver: Deliver) -> None:
    """Pipelined DATA after a refused RCPT, answered with 354 by one kind of server and with 554 by another."""
    for number in range(30):
        ledger.add(f"{'gone' if number % 3 == 0 else 'earner'}{number}@north.example")

    async def scenario(lenient: bool) -> ScriptedRelay:
        def play(phase: str, rcpt_to: str) -> Act:
            return Say("550 5.1.1 no such user") if phase == "rcpt" and rcpt_to.startswith("gone") else None

        async with ScriptedRelay(play, asks_for_body_anyway=lenient) as relay:
            await deliver(smtp_to(relay, connections=1))
        return relay

    relay = asyncio.run(scenario(lenient=False))
    assert ledger.states() == {"sent": 20, "bounced": 10}
    assert len({message.rcpt_to for message in relay.accepted}) == len(relay.accepted) == 20
    assert relay.connections == 1
    ledger.execute("UPDATE message SET state = 'queued', idempotency_key = id")
    ledger.execute("DELETE FROM suppression")
    relay = asyncio.run(scenario(lenient=True))
    assert ledger.states() == {"sent": 20, "bounced": 10}
    assert len({message.rcpt_to for message in relay.accepted}) == len(relay.accepted) == 20


def test_a_stale_connection_is_not_the_messages_fault(ledger: Ledger, deliver: Deliver) -> None:
    """A relay that ends each session after 3 mails, by 421 or without a word: all arrive, in one attempt each."""
    ledger.add_many(20)

    async def scenario() -> ScriptedRelay:
        count = 0

        def play(phase: str, _: str) -> Act:
            nonlocal count
            count += phase == "mail"
            if phase == "mail" and count % 4 == 0:
                return HangUp() if count % 8 else Say("421 4.7.0 enough for one session", then_hang_up=True)
            return None

        async with ScriptedRelay(play) as relay:
            await deliver(smtp_to(relay, connections=1))
        return relay

    relay = asyncio.run(scenario())
    assert ledger.states() == {"sent": 20}
    assert len(relay.accepted) == 20
    assert {row.attempts for row in ledger.rows("SELECT attempts FROM message")} == {1}


@pytest.mark.parametrize("limit", [1, 2])
def test_a_domain_sees_no_more_at_a_time_than_its_limit(ledger: Ledger, deliver: Deliver, limit: int) -> None:
    ledger.add_many(15)
    for number in range(15):
        ledger.add(f"earner{number}@south.example")

    async def scenario() -> ScriptedRelay:
        async with ScriptedRelay(pace=0.01) as relay:
            limits = {"north.example": Limit(concurrency=limit)}
            await deliver(smtp_to(relay, connections=6), domain_limits=limits)
        return relay

    relay = asyncio.run(scenario())
    assert ledger.states() == {"sent": 30}
    assert relay.busiest["north.example"] <= limit
    assert relay.busiest["south.example"] > 2


def test_a_domain_has_its_rate(ledger: Ledger, deliver: Deliver) -> None:
    ledger.add_many(12)
    started = time.monotonic()

    async def scenario() -> None:
        async with ScriptedRelay() as relay:
            await deliver(smtp_to(relay, connections=4), domain_limits={"default": Limit(rate=10)})

    asyncio.run(scenario())
    assert ledger.states() == {"sent": 12}
    assert time.monotonic() - started > 0.95


def test_a_relay_has_its_rate(ledger: Ledger, deliver: Deliver) -> None:
    ledger.add_many(12)
    started = time.monotonic()

    async def scenario() -> None:
        async with ScriptedRelay() as relay:
            await deliver(smtp_to(relay, connections=4), relay_rates={"relay1": Limit(rate=10)})

    asyncio.run(scenario())
    assert ledger.states() == {"sent": 12}
    assert time.monotonic() - started > 0.95


class NeedyMaker(TinyMaker):
    def __init__(self, **changes: Any) -> None:
        self._changes = changes

    def compose(self, message: Claimed, now: datetime) -> TinyMail:
        tiny = super().compose(message, now)
        return TinyMail(**({"mail_from": tiny.mail_from, "rcpt_to": tiny.rcpt_to, "data": tiny.data} | self._changes))


@pytest.mark.parametrize(
    ("extensions", "changes", "state"),
    [
        (("PIPELINING",), {"needs_smtputf8": True, "rcpt_to": "ünal@north.example"}, "bounced"),
        (("SMTPUTF8", "8BITMIME"), {"needs_smtputf8": True, "rcpt_to": "ünal@north.example"}, "sent"),
        (("SIZE 100",), {"data": b"Subject: x\r\n\r\n" + b"y" * 100 + b"\r\n"}, "bounced"),
        (("SIZE 0",), {"data": b"Subject: x\r\n\r\n" + b"y" * 100 + b"\r\n"}, "sent"),
        (("PIPELINING",), {"rcpt_to": "a@b.example>\r\nRCPT TO:<c@d.example"}, "bounced"),
        (("PIPELINING",), {"data": b"Subject: dots\r\n\r\n.\r\n..x\r\n.\r\n"}, "sent"),
    ],
    ids=["smtputf8-missing", "smtputf8", "too-big", "no-size-limit", "injection", "dots"],
)
def test_what_the_relay_can_take(
    ledger: Ledger, deliver: Deliver, extensions: tuple[str, ...], changes: dict[str, Any], state: str
) -> None:
    ledger.add()

    async def scenario() -> ScriptedRelay:
        async with ScriptedRelay(extensions=extensions) as relay:
            await deliver(smtp_to(relay), maker=NeedyMaker(**changes))
        return relay

    relay = asyncio.run(scenario())
    assert ledger.states() == {state: 1}
    assert not ledger.rows("SELECT 1 FROM suppression")
    if state == "sent":
        assert relay.accepted[0].data == changes.get("data", relay.accepted[0].data)
        assert any("SMTPUTF8" in command for command in relay.commands) == ("needs_smtputf8" in changes)
    else:
        assert relay.accepted == []


def test_a_mail_that_cannot_be_composed_is_set_aside(ledger: Ledger, deliver: Deliver) -> None:
    ledger.add_many(3)
    bad = ledger.add()

    class FailingMaker(TinyMaker):
        def compose(self, message: Claimed, now: datetime) -> TinyMail:
            if message.id == bad.id:
                raise KeyError("issued")
            return super().compose(message, now)

    async def scenario() -> None:
        async with ScriptedRelay() as relay:
            await deliver(smtp_to(relay), maker=FailingMaker())

    asyncio.run(scenario())
    assert ledger.states() == {"sent": 3, "queued": 1}
    row = ledger.message(bad.id)
    assert row.held_at is not None
    assert "could not be composed: KeyError: 'issued'" in row.reason


def test_breaker_doubles_its_pause() -> None:
    breaker = Breaker(first=1, longest=5)
    assert [breaker.trip(0) for _ in range(5)] == [1, 2, 4, 5, 5]
    assert breaker.wait(4.9) > 0
    assert breaker.wait(5) == 0
    assert breaker.wait(5) > 0, "only one probe at a time"
    assert breaker.mend()
    assert breaker.wait(5) == 0
    assert breaker.trip(5) == 1


def test_stalls_at_quit_do_not_keep_a_worker(ledger: Ledger, deliver: Deliver) -> None:
    ledger.add()

    async def scenario() -> float:
        async with ScriptedRelay(lambda phase, _: Stall() if phase == "quit" else None) as relay:
            started = time.monotonic()
            await deliver(smtp_to(relay, timeouts=Timeouts(connect=5, command=5, reply=5, idle=0.1)))
            return time.monotonic() - started

    assert asyncio.run(scenario()) < 4
    assert ledger.states() == {"sent": 1}
