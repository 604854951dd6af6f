"""The last line of defence: what looks like a secret or an address goes, and what logs are read for stays."""

from base64 import b64encode
from datetime import UTC, datetime
from time import perf_counter
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from badgepost.redacting import GONE, Redactor
from badges.ids import make_id
from badges.links import LinkMaker, Purpose
from desk.hooks.signing import PREFIX

PLAIN = Redactor()
LINKS = LinkMaker(["k" * 40])
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
AROUND = st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=20)
WORD = st.text("abcdefghijklmnopqrstuvwxyzäöü0123456789.+_-", min_size=1, max_size=30)

STAYS = [
    "attempt",
    "250 2.0.0 Ok: queued as 4F2A91C0D3",
    "451 4.7.1 Greylisting in action, please come back in 00:04:58",
    "rule_broke",
    "inbound.processing.shelving",
    "/srv/badgepost/mailer/queue/recording.py",
    "/p/{token}",
    "2026-11-23T13:46:41.431606Z",
    "a" * 64,
    "0123456789abcdef" * 4,
    "smtp1.school.example",
    "basically the cookies were baked",
    "password_link",
]


@pytest.mark.parametrize("text", STAYS)
def test_what_logs_are_read_for_stays(text: str) -> None:
    assert PLAIN.redact(text) == text
    assert PLAIN.redact(make_id()) not in (GONE, "")


@given(AROUND, WORD, st.sampled_from(["school.example", "xn--bcher-kva.example", "[192.0.2.1]", "müller.example"]))
def test_of_an_address_the_domain_stays(around: str, local: str, domain: str) -> None:
    said = PLAIN.redact(f"{around} 550 5.1.1 <{local}@{domain}> unknown")
    assert f"{local}@" not in said
    assert f"@{domain}" in said


@given(AROUND, AROUND, st.binary(min_size=32, max_size=32), st.sampled_from(list(Purpose)))
def test_secrets_of_ours_go_wherever_they_stand(before: str, behind: str, random: bytes, purpose: Purpose) -> None:
    token = _urlsafe(random)
    link = LINKS.mint(purpose, [make_id(), 3], NOW)
    key = b64encode(random).decode()
    for name, secret in (("/p/", link), ("session=", token), ("bp_", token), ("", token), (PREFIX, key)):
        assert secret[:20] not in PLAIN.redact(f"{before} {name}{secret} {behind}")


def _urlsafe(random: bytes) -> str:
    return b64encode(random, b"-_").rstrip(b"=").decode()


@given(st.text(min_size=8, max_size=40), AROUND)
def test_known_secrets_go_in_every_form(secret: str, around: str) -> None:
    redactor = Redactor([secret])
    for form in (secret, quote(secret, safe=""), repr(secret)[1:-1]):
        assert form not in redactor.redact(f"{around}|{form}|") or form in GONE
    content = secret.encode("utf-8", "backslashreplace")
    for before in (b"", b"\0", b"\0u", b"\0user\0"):
        encoded = b64encode(before + content).decode()
        assert encoded not in redactor.redact(f"AUTHx {encoded} {around}")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Authorization: Bearer abcdefgh", f"Authorization: {GONE}"),
        ("{'cookie': 'a=b; c=d', 'x': 1}", f"{{'cookie': {GONE}, 'x': 1}}"),
        ("password=hunter2 next", f"password={GONE} next"),
        ("postgresql://u:p%40ss@db.example/b", f"postgresql://{GONE}@db.example/b"),
        ("otpauth://totp/x?secret=ABC", GONE),
        ("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", GONE),
        ("-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----", GONE),
        ("eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2lnbmF0dXJl", GONE),
        ("duplicate key\nDETAIL:  Key (hash)=(abc) already exists.", f"duplicate key\nDETAIL: {GONE}"),
        ("[parameters: ('a', 'b')]", f"[parameters: {GONE}]"),
    ],
)
def test_what_libraries_say(text: str, kept: str) -> None:
    assert PLAIN.redact(text) == kept


def test_pydantic_tells_no_input() -> None:
    class Form(BaseModel):
        pin: int

    with pytest.raises(ValidationError) as fault:
        Form.model_validate({"pin": "my dog's name"})
    assert "my dog's name" in str(fault.value)
    assert "my dog's name" not in PLAIN.redact(str(fault.value))


def test_values_of_all_kinds() -> None:
    value = {"to": ["ada@mail.example", 3, None], "fault": ValueError("for ada@mail.example"), "n": 1.5}
    assert PLAIN.redact_value(value) == {"to": ["…@mail.example", 3, None], "fault": "for …@mail.example", "n": 1.5}


@pytest.mark.parametrize("piece", ["@", "a@", "a.", "-" * 44 + ".", "password=", "DETAIL:\n", "eyJ", "://a:", '"'])
def test_no_text_takes_long(piece: str) -> None:
    """A stranger's words end up in faults: what takes a second in a log line stops a mail server."""
    text = piece * (40_000 // len(piece))
    began = perf_counter()
    PLAIN.redact(text)
    assert perf_counter() - began < 2
