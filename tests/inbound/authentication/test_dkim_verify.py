"""DKIM against its vectors, against dkimpy, and against signatures that are valid and prove nothing."""

import base64
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from inbound.authentication.canonical import canonical_body, canonical_field
from inbound.authentication.dkim_verify import SignatureResult, Weakness, verify_dkim
from inbound.authentication.dns import Answer, Answers, Lookup, NoSuchName, RecordType, TemporaryFailure
from wire.message import read_header

NOW = datetime.now(UTC)  # dkimpy signs with the machine's own clock
MAIL = (
    b"From: Registrar <registrar@bank.example>\r\nTo: support@badgepost.example\r\nSubject: a name\r\n"
    b"Date: Mon, 23 Nov 2026 02:00:00 +0000\r\nMessage-ID: <1@bank.example>\r\n\r\nIt is  Maria \t now.\r\n\r\n"
)
HEADER = MAIL[: MAIL.index(b"\r\n\r\n") + 4]
NAMES = [b"from", b"to", b"subject", b"date", b"message-id"]
KEYS = {bits: rsa.generate_private_key(65537, bits) for bits in (1024, 2048)}


def _pem(bits: int) -> bytes:
    return KEYS[bits].private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _public(bits: int) -> str:
    data = (
        KEYS[bits]
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return base64.b64encode(data).decode()


def _dns(record: str | Answer) -> Lookup:
    def lookup(name: str, record_type: RecordType) -> Answer:
        assert (name, record_type) == ("sel._domainkey.bank.example", "TXT")
        return Answers((record,)) if isinstance(record, str) else record

    return lookup


def _sign(mail: bytes = MAIL, bits: int = 2048, names: Sequence[bytes] = NAMES, **options: Any) -> bytes:
    """Return the mail with a signature by dkimpy on top."""
    header = dkim.sign(mail, b"sel", b"bank.example", _pem(bits), include_headers=list(names), **options)
    return bytes(header) + mail


def _verify(mail: bytes, record: str | Answer | None = None) -> tuple[SignatureResult, ...]:
    header, body = read_header(mail)
    return verify_dkim(header, mail[body:], _dns(record or f"v=DKIM1; k=rsa; p={_public(2048)}"), NOW)


def _edit(text: bytes, edit: dict[str, Any] | None) -> bytes:
    for kind, value in (edit or {}).items():
        if kind in ("replace", "replace_all"):
            old, new = (part.encode() for part in value)
            assert old in text
            text = text.replace(old, new, 1 if kind == "replace" else -1)
        elif kind == "append":
            text += value.encode()
        elif kind == "prepend":
            text = value.encode() + text
        else:
            pytest.fail(f"the suite has an edit {kind}")
    return text


def test_the_vectors_of_dkimpy(shared: Path) -> None:
    folder = shared / "corpora/dkim"
    cases = json.loads((folder / "cases.json").read_text("utf-8"))["verify"]
    wrong = []
    for case in cases:
        mail = _edit((folder / case["file"]).read_bytes(), case["edit"])
        mail = mail.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        zone = {
            name: record["txt"] if "txt" in record else (folder / record["file"]).read_text("utf-8").removesuffix("\n")
            for name, record in case["dns"].items()
        }
        header, body = read_header(mail)
        results = verify_dkim(header, mail[body:], _table(zone), NOW)
        verdicts = ["pass" if result.verdict == "pass" else "fail" for result in results]
        if verdicts != case["signatures"]:
            wrong.append((case["file"], case["why"], case["signatures"], results))
    assert len(cases) == 23
    assert wrong == []


def _table(zone: dict[str, str]) -> Lookup:
    def lookup(name: str, _: RecordType) -> Answer:
        return Answers((zone[name],)) if name in zone else NoSuchName()

    return lookup


@pytest.mark.parametrize("header_form", [b"simple", b"relaxed"])
@pytest.mark.parametrize("body_form", [b"simple", b"relaxed"])
def test_a_whole_signature_counts(header_form: bytes, body_form: bytes) -> None:
    (result,) = _verify(_sign(canonicalize=(header_form, body_form)))
    assert (result.verdict, result.domain, result.bits) == ("pass", "bank.example", 2048)
    assert result.counts
    assert set(result.field_names) >= {"from", "subject"}


CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "another sender": lambda mail: mail.replace(b"registrar@bank", b"attacker@bank"),
    "another subject": lambda mail: mail.replace(b"a name", b"two names"),
    "another body": lambda mail: mail.replace(b"Maria", b"Mario"),
    "a longer body": lambda mail: mail + b"more\r\n",
    "another value of the signature": lambda mail: mail.replace(b"d=bank.example;", b"d=bank.example; z=1;"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_what_is_changed_fails(change: Callable[[bytes], bytes]) -> None:
    signed = _sign()
    assert change(signed) != signed
    assert [result.verdict for result in _verify(change(signed))] == ["fail"]


WEAK: dict[str, tuple[Callable[[], bytes], Weakness]] = {
    "a part of the body": (lambda: _sign(length=True) + b"Now Eve.\r\n", Weakness.PART_OF_BODY),
    "nothing of the body": (
        lambda: _sign(HEADER, length=True, canonicalize=(b"relaxed", b"relaxed")) + b"Now Eve.\r\n",
        Weakness.PART_OF_BODY,
    ),
    "no subject": (lambda: _sign(names=[b"from", b"to"]), Weakness.SUBJECT_UNSIGNED),
    "a multipart without its type": (
        lambda: _sign(b"Content-Type: multipart/mixed; boundary=x\r\n" + MAIL),
        Weakness.TYPE_UNSIGNED,
    ),
    "a second subject on top": (lambda: b"Subject: other\r\n" + _sign(), Weakness.DUPLICATE_FIELD),
    "a second type on top": (
        lambda: b"Content-Type: text/html\r\nContent-Type: text/plain\r\n" + _sign(),
        Weakness.DUPLICATE_FIELD,
    ),
    "a bare CR that hides a field": (lambda: b"X-A: b\rFrom: admin@bank.example\r\n" + _sign(), Weakness.MALFORMED),
    "a bare LF": (lambda: b"X-A: b\nX-C: d\r\n" + _sign(), Weakness.MALFORMED),
    "a line that is no field": (lambda: b"nothing\r\n" + _sign(), Weakness.MALFORMED),
    "a NUL": (lambda: b"X-A: \x00\r\n" + _sign(), Weakness.MALFORMED),
}


@pytest.mark.parametrize(("make", "weakness"), WEAK.values(), ids=WEAK.keys())
def test_what_is_valid_and_proves_nothing_does_not_count(make: Callable[[], bytes], weakness: Weakness) -> None:
    (result,) = _verify(make())
    assert result.verdict == "pass", result
    assert weakness in result.weaknesses
    assert not result.counts


def test_a_second_from_on_top_never_counts() -> None:
    signed = _sign(names=[b"from", b"subject", b"to"])
    (result,) = _verify(b"From: admin@bank.example\r\n" + signed)
    assert not result.counts


@pytest.mark.parametrize(
    ("record", "verdict"),
    [
        ("v=DKIM1; p=", "permerror"),
        ("v=DKIM1; k=rsa; p=AAAA", "permerror"),
        ("v=DKIM1; k=rsa; p=?", "permerror"),
        ("v=DKIM2; p={key}", "permerror"),
        ("p={key}; v=DKIM1", "permerror"),
        ("v=DKIM1; h=sha1; p={key}", "permerror"),
        ("v=DKIM1; s=tlsrpt; p={key}", "permerror"),
        ("v=DKIM1; k=ed25519; p={key}", "permerror"),
        ("v=DKIM1; k=dsa; p={key}", "permerror"),
        ("v=DKIM1; p={key}; p={key}", "permerror"),
        (Answers(("v=DKIM1; p={key}", "v=DKIM1; p={key}")), "permerror"),
        (NoSuchName(), "permerror"),
        (TemporaryFailure(), "temperror"),
        ("v=DKIM1; k=rsa; h=sha1:sha256; s=*; t=s; n=a note; p={key}", "pass"),
        ("p={key}", "pass"),
    ],
)
def test_key_records(record: str | Answer, verdict: str) -> None:
    text = record.replace("{key}", _public(2048)) if isinstance(record, str) else record
    assert [result.verdict for result in _verify(_sign(), text)] == [verdict]


def test_a_testing_key_does_not_count() -> None:
    (result,) = _verify(_sign(), f"v=DKIM1; t=s:y; p={_public(2048)}")
    assert result.weaknesses == {Weakness.TEST_KEY}


def test_an_identity_below_the_domain_needs_a_key_for_it() -> None:
    signed = _sign(identity=b"@sub.bank.example")
    assert _verify(signed)[0].verdict == "pass"
    assert _verify(signed, f"v=DKIM1; t=s; p={_public(2048)}")[0].verdict == "permerror"


def test_a_key_of_1024_bits_is_told() -> None:
    (result,) = _verify(_sign(bits=1024), f"p={_public(1024)}")
    assert (result.verdict, result.bits) == ("pass", 1024)


TAGS = {
    "sha1": (b"a=rsa-sha256", b"a=rsa-sha1"),
    "unsigned sender": (b"h=from : ", b"h="),
    "no version": (b"v=1; ", b""),
    "a top domain": (b"d=bank.example", b"d=example"),
    "a quote in the domain": (b"d=bank.example", b'd=bank".example'),
    "a bracket in the domain": (b"d=bank.example", b"d=bank.example(.attack.example"),
    "a NUL in the selector": (b"s=sel", b"s=sel\x00.attack.example"),
    "a foreign identity": (b"i=@bank.example", b"i=@other.example"),
    "an unknown form": (b"c=relaxed", b"c=lax"),
    "run out": (b"q=dns/txt", b"x=1"),
    "made in the future": (b"q=dns/txt", b"t=9999999999"),
    "a tag twice": (b"q=dns/txt", b"d=bank.example"),
    "a bad number": (b"q=dns/txt", b"l=-1"),
}


@pytest.mark.parametrize(("old", "new"), TAGS.values(), ids=TAGS.keys())
def test_signatures_that_are_none(old: bytes, new: bytes) -> None:
    signed = _sign(names=[b"from", b"subject", b"to"])
    assert old in signed
    assert [result.verdict for result in _verify(signed.replace(old, new, 1))] == ["permerror"]


def test_every_signature_is_looked_at_up_to_a_limit() -> None:
    broken = b"DKIM-Signature: v=1; a=rsa-sha256; d=esp.example; s=x; h=from; bh=AAAA; b=AAAA\r\n"
    assert [result.verdict for result in _verify(broken + _sign())] == ["fail", "pass"]
    assert len(_verify(broken * 50 + _sign())) == 10


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.text("ab \t\r\n", max_size=60), st.sampled_from([b"simple", b"relaxed"]))
def test_dkimpy_signs_and_we_agree(text: str, form: bytes) -> None:
    body = text.replace("\r", "").replace("\n", "\r\n").encode() + b"\r\n"
    signed = _sign(HEADER + body, canonicalize=(form, form))
    assert [result.verdict for result in _verify(signed)] == ["pass"]


@given(st.text("ab \t\n", max_size=80))
def test_canonical_forms_are_their_own(text: str) -> None:
    body = text.replace("\n", "\r\n").encode()
    for form in ("simple", "relaxed"):
        once = canonical_body(body, form)  # type: ignore[arg-type]
        assert canonical_body(once, form) == once  # type: ignore[arg-type]
        assert not once.endswith(b"\r\n\r\n")


def test_the_examples_of_the_rfc() -> None:
    body = b" C \r\nD \t E\r\n\r\n\r\n"
    assert canonical_body(body, "relaxed") == b" C\r\nD E\r\n"
    assert canonical_body(body, "simple") == b" C \r\nD \t E\r\n"
    assert canonical_body(b"", "simple") == b"\r\n"
    assert canonical_body(b"\r\n\r\n", "relaxed") == b""
    assert canonical_body(b"a\r\r\n\r\n", "simple") == b"a\r\r\n"
    assert canonical_field(b"B : Y\t\r\n\tZ  \r\n", "relaxed") == b"b:Y Z\r\n"
    assert canonical_field(b"B : Y\t\r\n\tZ  \r\n", "simple") == b"B : Y\t\r\n\tZ  \r\n"
