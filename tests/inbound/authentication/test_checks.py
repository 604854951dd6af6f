"""All checks together: a genuine issuer is authenticated, and none of the known attacks is."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from inbound.authentication.checks import Client, SenderResult, check_sender
from inbound.authentication.dns import TemporaryFailure
from wire.message import read_header

NOW = datetime.now(UTC)  # dkimpy signs with the machine's own clock
KEY = rsa.generate_private_key(65537, 2048)
PEM = KEY.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
PUBLIC = base64.b64encode(
    KEY.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
).decode()
RECORD = ("v=DKIM1; k=rsa; p=" + PUBLIC,)
ZONE: dict[str, Any] = {
    "legit.example": {"TXT": ("v=spf1 ip4:192.0.2.1 -all",)},
    "attack.example": {"TXT": ("v=spf1 ip4:203.0.113.1 -all",)},
    "sel._domainkey.legit.example": {"TXT": RECORD},
    "sel._domainkey.attack.example": {"TXT": RECORD},
    "_dmarc.legit.example": {"TXT": ("v=DMARC1; p=reject",)},
    "_dmarc.attack.example": {"TXT": ("v=DMARC1; p=none",)},
}
REST = b"To: support@badgepost.example\r\nSubject: a name\r\n\r\nMaria, please.\r\n"
LEGIT = Client("192.0.2.1", "mx.legit.example", "admin@legit.example")
ATTACKER = Client("203.0.113.1", "mx.attack.example", "any@attack.example")


def _sign(mail: bytes, domain: bytes) -> bytes:
    names = [b"from", b"to", b"subject"]
    return bytes(dkim.sign(mail, b"sel", domain, PEM, include_headers=names)) + mail


@pytest.fixture
def check(table: Callable[[Any], Any]) -> Callable[..., SenderResult]:
    def run(mail: bytes, client: Client, **zone: Any) -> SenderResult:
        header, body = read_header(mail)
        return check_sender(header, mail[body:], client, table({**ZONE, **zone}), NOW)

    return run


def test_a_genuine_mail_is_authenticated_and_says_by_what(check: Callable[..., SenderResult]) -> None:
    result = check(_sign(b"From: Admin <admin@legit.example>\r\n" + REST, b"legit.example"), LEGIT)
    assert result.authenticated
    assert result.dmarc is not None
    assert [found.method for found in result.dmarc.aligned] == ["dkim", "spf"]
    assert {found.name for found in result.evidence} == {
        "legit.example",
        "sel._domainkey.legit.example",
        "_dmarc.legit.example",
        "_dmarc.example",
    }


def test_a_forwarded_mail_stands_on_its_signature(check: Callable[..., SenderResult]) -> None:
    mail = _sign(b"From: admin@legit.example\r\n" + REST, b"legit.example")
    assert check(mail, ATTACKER).authenticated


def test_an_attacker_is_only_himself(check: Callable[..., SenderResult]) -> None:
    mail = _sign(b"From: any@attack.example\r\n" + REST, b"attack.example")
    result = check(mail, ATTACKER)
    assert result.authenticated
    assert str(result.author) == "any@attack.example"


FROM = {
    "the domain of another": b"From: admin@legit.example\r\n",
    "a domain below": b"From: admin@sub.legit.example\r\n",
    "two From": b"From: any@attack.example\r\nFrom: admin@legit.example\r\n",
    "space before the colon": b"From : admin@legit.example\r\nX-From: any@attack.example\r\n",
    "two mailboxes": b"From: <any@attack.example>, <admin@legit.example>\r\n",
    "route": b"From: <@attack.example:admin@legit.example>\r\n",
    "quoted pair": b"From: <admin@legit.example>\\,<any@attack.example>\r\n",
    "address after the angle": b"From: <any@attack.example>admin@legit.example\r\n",
    "bare CR": b"X-Note: hi\rFrom: admin@legit.example\r\nFrom: any@attack.example\r\n",
    "group": b"From: x: admin@legit.example;\r\n",
}


@pytest.mark.parametrize("start", FROM.values(), ids=FROM.keys())
@pytest.mark.parametrize("mail_from", ["any@attack.example", "", "any@none.legit.example"])
def test_an_attacker_is_never_the_other(check: Callable[..., SenderResult], start: bytes, mail_from: str) -> None:
    header = start + REST
    signed = dkim.sign(b"From: any@attack.example\r\n" + REST, b"sel", b"attack.example", PEM) + header
    for mail in (header, signed):
        for helo in ("mx.attack.example", "legit.example"):
            assert not check(mail, Client("203.0.113.1", helo, mail_from)).authenticated


def test_a_field_added_on_top_of_a_genuine_mail(check: Callable[..., SenderResult]) -> None:
    signed = _sign(b"From: admin@legit.example\r\n" + REST, b"legit.example")
    for field in (b"From: x@legit.example\r\n", b"Subject: other\r\n", b"Content-Type: a/b\r\nContent-Type: c/d\r\n"):
        assert not check(field + signed, ATTACKER).authenticated


def test_a_name_server_that_is_down_authenticates_nobody_else(check: Callable[..., SenderResult]) -> None:
    down = {"_dmarc.legit.example": {"TXT": TemporaryFailure()}}
    genuine = check(_sign(b"From: admin@legit.example\r\n" + REST, b"legit.example"), LEGIT, **down)
    assert genuine.dmarc is not None
    assert (genuine.dmarc.verdict, genuine.authenticated) == ("temperror", True)
    assert not check(b"From: admin@legit.example\r\n" + REST, ATTACKER, **down).authenticated


def test_the_null_sender_vouches_for_nobody(check: Callable[..., SenderResult]) -> None:
    null = Client("192.0.2.1", "legit.example", "")
    result = check(b"From: admin@legit.example\r\n" + REST, null)
    assert result.spf.verdict == "pass"
    assert not result.authenticated
