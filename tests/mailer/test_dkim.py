from collections.abc import Callable
from datetime import UTC, datetime

import dkim
import pytest

from mailer.dkim import OVERSIGNED, DkimKey, Signer, canonical_field
from mailer.keys import make_key, record_name, record_value

NOW = datetime(2026, 11, 23, 10, 5, tzinfo=UTC)
KEYS = [
    DkimKey("badgepost.example", "r1", make_key("rsa")),
    DkimKey("badgepost.example", "e1", make_key("ed25519")),
]
FIELDS = [
    b"From: =?utf-8?q?M=C3=BCller?= <badges@badgepost.example>\r\n",
    b'To: "A  B"\r\n <anna@mail.example>\r\n',
    b"Subject: one\r\n two  three\r\n",
    b"Date: Mon, 23 Nov 2026 10:05:00 +0000\r\n",
    b"Message-ID: <a@badgepost.example>\r\n",
    b"MIME-Version: 1.0\r\n",
    b"Content-Type: text/plain; charset=utf-8\r\n",
    b"List-Unsubscribe: <https://badges.example/unsubscribe/x>\r\n",
]
BODY = [b"Hello\r\n", b"\r\nsecond=20 line\r\n"]


def look_up(keys: list[DkimKey]) -> Callable[..., bytes | None]:
    records = {
        f"{record_name(key.selector, key.domain)}.".encode(): record_value(key.private_key).encode() for key in keys
    }
    return lambda name, timeout=5: records.get(name)


def sign(keys: list[DkimKey], fields: list[bytes] = FIELDS, body: list[bytes] = BODY) -> bytes:
    return Signer(keys).sign(fields, body, NOW) + b"".join(fields) + b"\r\n" + b"".join(body)


def verdicts(mail: bytes, keys: list[DkimKey] = KEYS) -> list[bool]:
    count = mail.count(b"DKIM-Signature:")
    verifier = dkim.DKIM(mail)
    return [_verify(verifier, number, keys) for number in range(count)]


def _verify(verifier: dkim.DKIM, number: int, keys: list[DkimKey]) -> bool:
    try:
        return bool(verifier.verify(number, dnsfunc=look_up(keys)))
    except dkim.DKIMException:
        return False


def test_both_signatures_verify() -> None:
    mail = sign(KEYS)
    assert mail.startswith(b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n")
    assert verdicts(mail) == [True, True]


def test_no_key_adds_nothing() -> None:
    assert Signer([]).sign(FIELDS, BODY, NOW) == b""


def test_the_wrong_key_fails() -> None:
    others = [
        DkimKey("badgepost.example", "r1", make_key("rsa")),
        DkimKey("badgepost.example", "e1", make_key("ed25519")),
    ]
    assert verdicts(sign(KEYS), others) == [False, False]


@pytest.mark.parametrize("number", range(len(FIELDS)))
def test_every_field_is_signed(number: int) -> None:
    mail = sign(KEYS)
    changed = FIELDS[number].replace(b"\r\n", b"x\r\n", 1)
    assert verdicts(mail.replace(FIELDS[number], changed)) == [False, False]


@pytest.mark.parametrize("name", OVERSIGNED)
def test_no_further_field_can_be_put_in(name: str) -> None:
    added = name.encode() + b": evil@attacker.example\r\n"
    mail = sign(KEYS)
    assert verdicts(added + mail) == [False, False]
    assert verdicts(mail.replace(b"MIME-Version", added + b"MIME-Version")) == [False, False]


def test_the_body_is_signed_to_its_end() -> None:
    mail = sign(KEYS)
    assert verdicts(mail + b"more\r\n") == [False, False]
    assert b"l=" not in mail.partition(b"\r\n\r\n")[0].replace(b"bh=", b"").partition(b" b=")[0]


def test_what_relaying_may_change_does_not_matter() -> None:
    mail = sign(KEYS).replace(b"Subject: one\r\n two  three", b"SUBJECT:one \t two\r\n\tthree  ")
    assert verdicts(b"Received: from x.example\r\n" + mail) == [True, True]


def test_lines_are_folded() -> None:
    fields = Signer(KEYS).sign(FIELDS, BODY, NOW)
    assert fields.endswith(b"\r\n")
    assert all(len(line) <= 78 for line in fields.split(b"\r\n"))
    assert fields.count(b"DKIM-Signature:") == 2


def test_a_long_domain_still_verifies() -> None:
    domain = ".".join(["a" * 60] * 3 + ["example"])
    keys = [DkimKey(domain, "r1", KEYS[0].private_key)]
    assert verdicts(sign(keys), keys) == [True]


def test_the_same_mail_at_the_same_time_has_the_same_signatures() -> None:
    # PKCS #1 v1.5 and Ed25519 are deterministic, so a mail can be shown again byte for byte.
    assert sign(KEYS) == sign(KEYS)


@pytest.mark.parametrize(
    ("field", "canonical"),
    [
        (b"A: X\r\n", b"a:X\r\n"),
        (b"B : Y\t\r\n\tZ  \r\n", b"b:Y Z\r\n"),
        (b"Subject:\r\n folded\r\n", b"subject:folded\r\n"),
        (b"Empty:\r\n", b"empty:\r\n"),
    ],
)
def test_canonical_field_as_in_the_rfc(field: bytes, canonical: bytes) -> None:
    # The first two are the example of RFC 6376 section 3.4.5.
    assert canonical_field(field) == canonical
