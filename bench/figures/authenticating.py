"""Figures of authentication: verifying a DKIM signature (RSA-2048, relaxed/relaxed) beside dkimpy, same mails and keys.

Keys are answered from memory on both sides: what is compared is canonicalisation, hashing and the check itself.
"""

import base64
from datetime import UTC, datetime

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bench.figures.figure import Figure, microseconds
from bench.goals import Bound, Finding, Goal, from_ratio
from bench.rounds import Results, Variant, in_process
from inbound.authentication.dkim_verify import verify_dkim
from inbound.authentication.dns import Answer, Answers, RecordType
from wire.message import read_header

_LINE = b"The badge of Maria Gonzalez should show her married name, as it stands in our own files.\r\n"
_SIGNED = [b"from", b"to", b"subject", b"date", b"message-id", b"mime-version", b"content-type"]
_HEADER = (
    b"From: Dana Reyes <dana@legit.example>\r\nTo: support@badgepost.example\r\nSubject: a name\r\n"
    b"Date: Mon, 23 Nov 2026 09:00:00 +0000\r\nMessage-ID: <1@legit.example>\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n\r\n"
)

SIZES = {
    4096: (Goal("verifying DKIM at 4 KB: times dkimpy's rate", Bound.AT_LEAST, 3), 60),
    100_000: (Goal("verifying DKIM at 100 KB: times dkimpy's rate", Bound.AT_LEAST, 10), 20),
}


def prepare() -> Figure:
    """Return the figure for both sizes."""
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    record = "v=DKIM1; k=rsa; p=" + base64.b64encode(public).decode()
    variants: list[Variant] = []
    for size, (_, calls) in SIZES.items():
        mail = _make_signed_mail(size, pem)
        variants += [_ours(mail, size, record, calls * 5), _dkimpy(mail, size, record, calls)]
    return Figure(variants, _judge)


def _make_signed_mail(size: int, pem: bytes) -> bytes:
    mail = _HEADER + _LINE * ((size - len(_HEADER)) // len(_LINE))
    canonical = (b"relaxed", b"relaxed")
    return bytes(dkim.sign(mail, b"sel", b"legit.example", pem, canonicalize=canonical, include_headers=_SIGNED)) + mail


def _ours(mail: bytes, size: int, record: str, calls: int) -> Variant:
    now = datetime.now(UTC)  # dkimpy signs with the machine's own clock

    def look_up(_name: str, _kind: RecordType) -> Answer:
        return Answers((record,))

    def verify() -> None:
        header, start = read_header(mail)
        (result,) = verify_dkim(header, mail[start:], look_up, now)
        if not result.counts:
            raise RuntimeError(f"a good signature was refused: {result}")

    return in_process(_name("badgepost", size), calls, verify)


def _dkimpy(mail: bytes, size: int, record: str, calls: int) -> Variant:
    answer = record.encode()

    def verify() -> None:
        if not dkim.verify(mail, dnsfunc=lambda _name, timeout=5: answer):
            raise RuntimeError("dkimpy refused a good signature")

    return in_process(_name("dkimpy", size), calls, verify)


def _judge(results: Results) -> list[Finding]:
    return [
        from_ratio(
            goal,
            results.ratio(_name("dkimpy", size), _name("badgepost", size)),
            microseconds(results, _name("badgepost", size)),
        )
        for size, (goal, _) in SIZES.items()
    ]


def _name(who: str, size: int) -> str:
    return f"{who} verifies {size:,} bytes"
