"""Who wrote a mail, by what is proven and what is on record."""

from datetime import UTC, datetime, timedelta

import pytest

from desk.words import Role
from inbound.authentication.dns import NoSuchName
from inbound.authentication.proof import Trust, Verdict, prove_author
from inbound.envelope import Envelope
from inbound.identity import Identity, identify
from tests.inbound.processing.mail_office import BORDER, DANA, PROGRAMME, make_mail
from tests.inbound.understanding.memory_register import MemoryRegister
from wire.message import read_header

REGISTER = MemoryRegister(PROGRAMME)
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
JANE = "j.smith@corp.example"


def tell(content: bytes, *, seen_before: bool = False, received_at: datetime = NOW, mail_from: str = DANA) -> Identity:
    envelope = Envelope(received_at, mail_from)
    proof = prove_author(content, envelope, Trust((BORDER,)), lambda _name, _type: NoSuchName())
    return identify(proof, read_header(content)[0], envelope, REGISTER, seen_before=seen_before)


@pytest.mark.parametrize(
    ("sender", "authenticated", "role"),
    [
        (DANA, True, Role.ISSUER),
        (DANA.upper(), True, Role.ISSUER),
        (f"Dana Reyes <{DANA}>", True, Role.ISSUER),
        (f'"Reyes, Dana" <{DANA}>', True, Role.ISSUER),
        (DANA, False, Role.CLAIMED_ISSUER),
        (f"{DANA} (Dana Reyes)", True, Role.CLAIMED_ISSUER),
        (f"{DANA}, someone@asee.example", True, Role.CLAIMED_ISSUER),
        ("dana.reyes+tag@asee.example", True, Role.UNKNOWN),
        ("someone@asee.example", True, Role.UNKNOWN),
        (f'"{DANA}" <who@mail.example>', True, Role.UNKNOWN),
        (JANE, True, Role.EARNER),
        (JANE, False, Role.EARNER),
        (f"{JANE} (Jane)", False, Role.EARNER),
        (f"{JANE}, who@mail.example", False, Role.UNKNOWN),
    ],
)
def test_roles(sender: str, authenticated: bool, role: Role) -> None:
    assert tell(make_mail(sender=sender, authenticated=authenticated)).role is role


def test_a_second_from_is_nobodys_proof() -> None:
    identity = tell(make_mail(headers=["From: someone@asee.example"]))
    assert (identity.role, identity.verdict, identity.address) == (Role.CLAIMED_ISSUER, Verdict.UNCLEAR, "")


def test_only_the_border_s_topmost_field_counts() -> None:
    forged = f"Authentication-Results: {BORDER}; dmarc=pass header.from=asee.example"
    assert tell(make_mail(authenticated=False, headers=[forged])).role is Role.CLAIMED_ISSUER
    other = make_mail().replace(BORDER.encode(), b"mx.other.example")
    assert tell(other).role is Role.CLAIMED_ISSUER


@pytest.mark.parametrize("word", ["fail", "temperror", "permerror"])
def test_the_verdict_is_told_as_it_was_found(word: str) -> None:
    content = make_mail().replace(b"dmarc=pass", f"dmarc={word}".encode()).replace(b"dkim=pass", b"dkim=fail")
    identity = tell(content)
    assert (identity.role, identity.verdict) == (Role.CLAIMED_ISSUER, Verdict(word))


def test_an_aligned_signature_counts_unless_dmarc_says_fail() -> None:
    assert tell(make_mail().replace(b"dmarc=pass", b"dmarc=none")).role is Role.ISSUER
    assert tell(make_mail().replace(b"dmarc=pass", b"dmarc=fail")).role is Role.CLAIMED_ISSUER


def test_what_speaks_against_a_mail_that_passes() -> None:
    assert tell(make_mail(), seen_before=True).role is Role.CLAIMED_ISSUER
    assert tell(make_mail(), received_at=NOW + timedelta(days=30)).role is Role.CLAIMED_ISSUER
    assert tell(make_mail(), mail_from="someone@asee.example").role is Role.CLAIMED_ISSUER


def test_staff_are_told_why() -> None:
    identity = tell(make_mail())
    assert identity.words.startswith(f"{DANA} is a registered contact of American Society of Example Engineers. ")
    assert "The domain asee.example stands by this mail" in identity.words
    assert identity.authentication is not None
    assert identity.authentication["verdict"] == "pass"
