"""What lies below the conversation: TLS, and the PROXY protocol of trusted peers."""

import ipaddress
import smtplib
import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from inbound.listener.limits import Limits
from tests.inbound.listener.running import HOST, SUPPORT, Client, Shelf, running_listener

MAIL = b"Subject: hello\r\n\r\nbody\r\n"
NAME = "mx.badgepost.example"
TRUSTED = (ipaddress.ip_network("127.0.0.0/8"),)
V2 = b"\r\n\r\n\x00\r\nQUIT\n"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME), x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    pem = serialization.Encoding.PEM
    path.write_bytes(key.private_bytes(pem, *plain) + signed.public_bytes(pem))
    return path


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusting(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(certificate))
    context.check_hostname = False
    return context


def test_a_mail_in_tls(tls: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    shelf = Shelf()
    large = MAIL + (b"a" * 70 + b"\r\n") * 4000
    with running_listener(shelf.keep, tls=tls) as running, smtplib.SMTP(HOST, running.port) as client:
        client.ehlo()
        assert client.has_extn("starttls")
        client.starttls(context=trusting)
        client.ehlo("in.tls.example")
        assert not client.has_extn("starttls")
        for content in (MAIL, large):
            assert client.sendmail("robin@north.example", [SUPPORT], content) == {}
    assert [arrival.content for arrival in shelf.arrivals] == [MAIL, large]
    assert {(one.protocol, one.tls, one.helo_name) for one in shelf.arrivals} == {
        ("ESMTPS", "TLSv1.3", "in.tls.example")
    }


def test_what_was_said_in_the_clear_is_forgotten(tls: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    with running_listener(Shelf().keep, tls=tls) as running, smtplib.SMTP(HOST, running.port) as client:
        client.ehlo()
        client.mail("robin@north.example")
        client.starttls(context=trusting)
        assert client.docmd("RCPT", f"TO:<{SUPPORT}>")[0] == 503
        assert client.docmd("MAIL", "FROM:<robin@north.example>")[0] == 503


def test_commands_behind_starttls_are_not_obeyed(tls: ssl.SSLContext) -> None:
    with running_listener(Shelf().keep, tls=tls) as running, Client(running.port) as client:
        client.say("EHLO c")
        client.send(b"STARTTLS\r\nMAIL FROM:<evil@north.example>\r\n")
        assert (client.reply()[:3], client.reply()) == ("501", "")


def test_a_handshake_that_fails_ends_one_session(tls: ssl.SSLContext) -> None:
    limits = Limits(connections=1)
    with running_listener(Shelf().keep, tls=tls, limits=limits) as running:
        with Client(running.port) as client:
            client.say("EHLO c")
            assert client.say("STARTTLS").startswith("220")
            client.send(b"this is no TLS at all\r\n" * 10)
            while client.socket.recv(1024):
                pass
        with Client.when_free(running.port) as client:
            assert client.say("NOOP").startswith("250")


@pytest.mark.parametrize(
    ("header", "address"),
    [
        (b"PROXY TCP4 192.0.2.9 198.51.100.1 4711 25\r\n", "192.0.2.9"),
        (b"PROXY TCP6 2001:db8::9 2001:db8::1 4711 25\r\n", "2001:db8::9"),
        (b"PROXY UNKNOWN\r\n", HOST),
        (V2 + b"\x21\x11\x00\x0c" + bytes([192, 0, 2, 9, 198, 51, 100, 1, 18, 103, 0, 25]), "192.0.2.9"),
        (V2 + b"\x20\x00\x00\x00", HOST),
    ],
)
def test_the_proxy_names_the_client(header: bytes, address: str) -> None:
    shelf = Shelf()
    with running_listener(shelf.keep, proxies=TRUSTED) as running, Client(running.port, greeting=False) as client:
        client.send(header)
        assert client.reply().startswith("220")
        assert client.send_mail(MAIL).startswith("250")
    assert [arrival.peer_address for arrival in shelf.arrivals] == [address]


@pytest.mark.parametrize("header", [b"EHLO client.example\r\n", b"PROXY TCP4 nonsense\r\n", V2[:-1] + b"X" + bytes(16)])
def test_a_proxy_without_its_header_is_not_heard(header: bytes) -> None:
    with running_listener(Shelf().keep, proxies=TRUSTED) as running, Client(running.port, greeting=False) as client:
        client.send(header)
        assert client.reply() == ""


def test_a_proxy_that_says_nothing() -> None:
    limits = Limits(proxy_seconds=0.2)
    with running_listener(Shelf().keep, proxies=TRUSTED, limits=limits) as running, Client(running.port) as client:
        assert client.greeting == ""


def test_behind_a_proxy_the_limit_is_of_the_client() -> None:
    limits = Limits(connections_per_address=1)
    with running_listener(Shelf().keep, proxies=TRUSTED, limits=limits) as running:
        greetings = []
        clients = []
        for number in (1, 2, 1):
            clients.append(Client(running.port, greeting=False))
            clients[-1].send(b"PROXY TCP4 192.0.2.%d 198.51.100.1 4711 25\r\n" % number)
            greetings.append(clients[-1].reply()[:3])
        for client in clients:
            client.socket.shutdown(socket.SHUT_RDWR)
            client.__exit__()
    assert greetings == ["220", "220", "421"]


def test_others_may_not_name_a_client() -> None:
    elsewhere = (ipaddress.ip_network("192.0.2.0/24"), ipaddress.ip_network("2001:db8::/32"))
    with running_listener(Shelf().keep, proxies=elsewhere) as running, Client(running.port) as client:
        assert client.say("PROXY TCP4 192.0.2.9 198.51.100.1 4711 25").startswith("500")
