"""Every known way of writing as somebody else: none of them makes an issuer.

The first table is espoofer's list (Chen, Paxson, Jiang: Composition Kills, USENIX Security 2020; server cases a1 to
a19, client cases 1 to 3), the second what else was found against the usual libraries.
"""

import base64
from datetime import timedelta
from typing import Any

import pytest

from desk.words import Role
from tests.inbound.authentication.attackers import ADMIN, BORDER, LEGIT_KEY, NOW, ZONE, arrive, sign

REST = b"To: support@badgepost.example\r\nSubject: a name\r\n\r\nPlease change the name of Ann Lee to Bob Roe.\r\n"
FROM_ADMIN = b"From: <admin@legit.example>\r\n"
_WORD = b"=?utf-8?B?" + base64.b64encode(b"<admin@legit.example>") + b"?="

ESPOOFER: dict[str, tuple[bytes, dict[str, Any]]] = {
    "a1 a subdomain that does not exist": (FROM_ADMIN, {"mail_from": "<any@mailfrom.notexist.legit.example>"}),
    "a2 an empty MAIL FROM": (FROM_ADMIN, {"mail_from": "<(any@legit.example>", "helo": "attack.example"}),
    "a3 NUL in the selector": (FROM_ADMIN, {"d": "legit.example", "s": b"sel._domainkey.attack.example.\0.any"}),
    "a4 a quote in d=": (FROM_ADMIN, {"d": "legit.example'a.attack.example", "s": b"sel"}),
    "a5 a parenthesis in MAIL FROM": (FROM_ADMIN, {"mail_from": "<any@legit.example(a.attack.example>"}),
    "a6 a quote in MAIL FROM": (FROM_ADMIN, {"mail_from": "<any@legit.example'@any.attack.example>"}),
    "a7 a route in MAIL FROM": (FROM_ADMIN, {"mail_from": "<@legit.example,@any.example:'any@attack.example>"}),
    "a8 two From": (b"From: <first@attack.example>\r\n" + FROM_ADMIN, {}),
    "a9 a space before the first From": (b" From: <first@attack.example>\r\n" + FROM_ADMIN, {}),
    "a10 a space before the colon": (b"From: <first@attack.example>\r\nFrom : <admin@legit.example>\r\n", {}),
    "a11 a fold before the colon": (b"From\r\n : <first@attack.example>\r\n" + FROM_ADMIN, {}),
    "a12 From and Sender": (b"From\r\n : <first@attack.example>\r\nSender: <admin@legit.example>\r\n", {}),
    "a13 From and Resent-From": (b"From\r\n : <first@attack.example>\r\nResent-From: <admin@legit.example>\r\n", {}),
    "a14 two mailboxes": (b"From: <first@attack.example>, <admin@legit.example>\r\n", {}),
    "a15 an encoded mailbox": (b"From: " + _WORD + b",<second@attack.example>\r\n", {}),
    "a16 a route": (b"From: <@attack.example,@any.example:admin@legit.example>\r\n", {}),
    "a17 a quoted pair": (b"From: <admin@legit.example>\\,<second@attack.example>\r\n", {}),
    "a18 a bare mailbox and another": (b"From: admin@legit.example,<second@attack.example>\r\n", {}),
    "a19 an address behind the angle": (b"From: <any@attack.example>admin@legit.example\r\n", {}),
    "c1 two From, by a real user": (b"From: <attacker@legit.example>\r\n" + FROM_ADMIN, {"user": True}),
    "c2 two mailboxes, by a real user": (b"From: <attacker@legit.example>, <admin@legit.example>\r\n", {"user": True}),
    "c3 another user's name, by a real user": (FROM_ADMIN, {"user": True}),
}


_CLIENT = {"mail_from": "<attacker@legit.example>", "helo": "mx.legit.example", "ip": "192.0.2.1"}
"""A mailbox provider that lets its users write whatever they like into From, and signs it."""


@pytest.mark.parametrize(("start", "how"), ESPOOFER.values(), ids=ESPOOFER.keys())
@pytest.mark.parametrize("signs", [False, True], ids=["unsigned", "signed"])
def test_espoofer(start: bytes, how: dict[str, Any], signs: bool) -> None:
    mail = start + REST
    if how.get("user"):
        field, envelope = sign(mail, "legit.example", key=LEGIT_KEY), _CLIENT
    else:
        model = FROM_ADMIN + REST
        field = sign(model, how.get("d", "attack.example"), how.get("s", b"sel"))
        envelope = {key: how[key] for key in ("mail_from", "helo") if key in how}
    arrived = arrive((field if signs else b"") + mail, **envelope)
    assert arrived is None or arrived[0].role is not Role.ISSUER


def test_the_genuine_one_is_the_issuer() -> None:
    mail = FROM_ADMIN + REST
    own = {"mail_from": f"<{ADMIN}>", "helo": "mx.legit.example", "ip": "192.0.2.1"}
    for field in (b"", sign(mail, "legit.example", key=LEGIT_KEY)):
        arrived = arrive(field + mail, **own)
        assert arrived is not None
        assert (arrived[0].role, arrived[0].verdict) == (Role.ISSUER, "pass"), arrived[0].words


def _signed_by_admin(mail: bytes, **options: Any) -> bytes:
    return sign(mail, "legit.example", key=LEGIT_KEY, **options)


MAIL = FROM_ADMIN + REST
CHANGED = MAIL.replace(b"Ann Lee", b"Eve Roe")
OTHERS: dict[str, bytes] = {
    "a part of the body is signed": _signed_by_admin(FROM_ADMIN + REST[:-20] + b"\r\n", length=True) + MAIL,
    "nothing of the body is signed": _signed_by_admin(MAIL.partition(b"Please")[0], length=True) + CHANGED,
    "the body was changed": _signed_by_admin(MAIL) + CHANGED,
    "a second From on top": b"From: any@attack.example\r\n" + _signed_by_admin(MAIL) + MAIL,
    "a second Subject on top": b"Subject: another\r\n" + _signed_by_admin(MAIL) + MAIL,
    "a second Content-Type on top": b"Content-Type: text/html\r\n"
    + _signed_by_admin(b"Content-Type: text/plain\r\n" + MAIL)
    + b"Content-Type: text/plain\r\n"
    + MAIL,
    "Subject is not signed": _signed_by_admin(MAIL, include_headers=[b"from", b"to"]) + MAIL,
    "a bare CR before another From": b"X-Note: hi\rFrom: admin@legit.example\r\nFrom: any@attack.example\r\n" + REST,
    "a bare LF before another From": b"X-Note: hi\nFrom: admin@legit.example\r\nFrom: any@attack.example\r\n" + REST,
    "a group": b"From: Legit: admin@legit.example;\r\n" + REST,
    "the address in the display name": b'From: "admin@legit.example" <any@attack.example>\r\n' + REST,
    "the address and a bracket in the name": b'From: "Admin <admin@legit.example>" <any@attack.example>\r\n' + REST,
    "a look-alike": "From: admin@legıt.example\r\n".encode() + REST,
    "a look-alike of one letter more": b"From: admin@legitt.example\r\n" + REST,
    "a sibling": b"From: admin@legit-example.example\r\n" + REST,
    "a domain below": b"From: admin@sub.legit.example\r\n" + REST,
    "a domain above": b"From: admin@example\r\n" + REST,
    "a tag": b"From: admin+x@legit.example\r\n" + REST,
    "Reply-To": b"From: any@attack.example\r\nReply-To: admin@legit.example\r\n" + REST,
    "Sender": b"From: any@attack.example\r\nSender: admin@legit.example\r\n" + REST,
    "Resent-From": b"From: any@attack.example\r\nResent-From: admin@legit.example\r\n" + REST,
    "no From": b"Sender: admin@legit.example\r\n" + REST,
    "Return-Path": b"Return-Path: <admin@legit.example>\r\n" + FROM_ADMIN + REST,
    "Authentication-Results of the sender": b"Authentication-Results: mx.badgepost.example; dmarc=pass"
    b" header.from=legit.example\r\n" + FROM_ADMIN + REST,
    "ARC by nobody we know": b"ARC-Authentication-Results: i=1; mx.attack.example; dmarc=pass"
    b" header.from=legit.example\r\n" + FROM_ADMIN + REST,
}


@pytest.mark.parametrize("mail", OTHERS.values(), ids=OTHERS.keys())
@pytest.mark.parametrize("is_signed_by_attacker", [False, True])
def test_an_attacker_is_no_issuer(mail: bytes, is_signed_by_attacker: bool) -> None:
    if is_signed_by_attacker:
        mail = sign(b"From: any@attack.example\r\n" + REST, "attack.example") + mail
    for mail_from in ("<any@attack.example>", "<>", "<admin@legit.example>", "<x@legit.example>"):
        for helo in ("mx.attack.example", "legit.example"):
            arrived = arrive(mail, mail_from=mail_from, helo=helo)
            assert arrived is not None
            assert arrived[0].role is not Role.ISSUER, (mail_from, arrived[0].words)


WEAK_KEYS: dict[str, str] = {
    "for tests": "v=DKIM1; t=y; p={p}",
    "withdrawn": "v=DKIM1; p=",
    "for SHA-1 only": "v=DKIM1; h=sha1; p={p}",
    "for another service": "v=DKIM1; s=tlsrpt; p={p}",
    "of another algorithm": "v=DKIM1; k=ed25519; p={p}",
}


@pytest.mark.parametrize("record", WEAK_KEYS.values(), ids=WEAK_KEYS.keys())
def test_a_key_that_proves_nothing(record: str) -> None:
    public = ZONE["sel._domainkey.legit.example"]["TXT"][0].partition("p=")[2]
    zone = {"sel._domainkey.legit.example": {"TXT": (record.format(p=public),)}}
    arrived = arrive(_signed_by_admin(MAIL) + MAIL, zone=zone)
    assert arrived is not None
    assert arrived[0].role is Role.CLAIMED_ISSUER


def test_a_signature_of_the_domain_above_all() -> None:
    zone = {"sel._domainkey.example": ZONE["sel._domainkey.attack.example"]}
    arrived = arrive(sign(MAIL, "example") + MAIL, zone=zone)
    assert arrived is not None
    assert arrived[0].role is Role.CLAIMED_ISSUER


def test_a_genuine_mail_that_is_sent_again_later() -> None:
    mail = _signed_by_admin(MAIL) + MAIL
    first, later = arrive(mail), arrive(mail, at=NOW + timedelta(days=8))
    assert first is not None
    assert later is not None
    assert (first[0].role, later[0].role) == (Role.ISSUER, Role.CLAIMED_ISSUER)
    assert first[1].signatures == later[1].signatures != ()  # by which processing knows one that came before


FORGED_RESULTS: dict[str, bytes] = {
    "below another server's": b"Authentication-Results: mx.attack.example; dmarc=pass header.from=legit.example\r\n",
    "with a longer id": b"Authentication-Results: mx.badgepost.example.attack.example; dmarc=pass"
    b" header.from=legit.example\r\n",
    "the id in a comment": b"Authentication-Results: (mx.badgepost.example;) mx.attack.example; dmarc=pass"
    b" header.from=legit.example\r\n",
    "pass in a comment": b"Authentication-Results: mx.badgepost.example; dmarc=fail (dmarc=pass"
    b" header.from=legit.example) header.from=legit.example\r\n",
    "pass in a quoted reason": b'Authentication-Results: mx.badgepost.example; dmarc=fail reason="; dmarc=pass'
    b' header.from=legit.example" header.from=legit.example\r\n',
    "pass in the envelope": b'Authentication-Results: mx.badgepost.example; spf=fail smtp.mailfrom="x; dmarc=pass'
    b' header.from=legit.example"@attack.example; dmarc=none header.from=legit.example\r\n',
    "of another domain": b"Authentication-Results: mx.badgepost.example; dmarc=pass header.from=attack.example;"
    b" spf=pass smtp.mailfrom=any@attack.example\r\n",
    "SPF of HELO": b"Authentication-Results: mx.badgepost.example; spf=pass smtp.helo=legit.example;"
    b" dmarc=none header.from=legit.example\r\n",
    "a DMARC fail outweighs": b"Authentication-Results: mx.badgepost.example; dkim=pass header.d=legit.example;"
    b" spf=pass smtp.mailfrom=a@legit.example; dmarc=fail header.from=legit.example\r\n",
    "two verdicts": b"Authentication-Results: mx.badgepost.example; dmarc=fail header.from=legit.example;"
    b" dmarc=pass header.from=legit.example\r\n",
    "a genuine none above a forged pass": b"Authentication-Results: mx.badgepost.example; none\r\n"
    b"Authentication-Results: mx.badgepost.example; dmarc=pass header.from=legit.example\r\n",
    "none at all": b"",
}


@pytest.mark.parametrize("results", FORGED_RESULTS.values(), ids=FORGED_RESULTS.keys())
def test_results_that_are_not_the_border_s(results: bytes) -> None:
    arrived = arrive(results + MAIL, trusts=(BORDER,))
    assert arrived is not None
    assert arrived[0].role is Role.CLAIMED_ISSUER, arrived[0].words


def test_where_a_border_is_trusted_nothing_else_counts() -> None:
    genuine = b"Authentication-Results: mx.badgepost.example; dmarc=pass header.from=legit.example\r\n" + MAIL
    arrived = arrive(genuine, trusts=(BORDER,), mail_from=f"<{ADMIN}>")
    assert arrived is not None
    assert arrived[0].role is Role.ISSUER
    signed = arrive(_signed_by_admin(MAIL) + MAIL, trusts=(BORDER,), mail_from=f"<{ADMIN}>")
    assert signed is not None
    assert signed[0].role is Role.CLAIMED_ISSUER
