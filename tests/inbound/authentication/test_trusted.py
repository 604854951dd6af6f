"""What the server in front of us says, for the author that we read."""

import pytest

from inbound.authentication.trusted import judge_trusted
from wire.authres import AuthenticationResults, parse_authres

CASES = [
    ("dmarc=pass (p=reject dis=none) header.from=bank.example", True, "pass"),
    ("dmarc=pass header.from=BANK.example", True, "pass"),
    ("dmarc=pass header.from=attack.example", False, "unclear"),
    ("dmarc=pass header.from=mail.bank.example", False, "unclear"),
    ("dmarc=pass", False, "unclear"),
    ("dmarc=pass header.from=bank.example; dmarc=fail header.from=bank.example", False, "unclear"),
    ("dmarc=fail header.from=bank.example; dkim=pass header.d=bank.example", False, "fail"),
    ("dmarc=none header.from=bank.example; dkim=pass header.d=mail.bank.example", True, "none"),
    ("dmarc=temperror header.from=bank.example; spf=pass smtp.mailfrom=a@bank.example", True, "temperror"),
    ("dmarc=permerror; spf=pass smtp.mailfrom=bank.example", True, "permerror"),
    ("dkim=pass header.d=bank.example", True, "missing"),
    ("dkim=pass header.i=@bank.example", True, "missing"),
    ("dkim=fail header.d=bank.example; dkim=pass header.d=esp.example", False, "missing"),
    ("dkim=pass header.d=notbank.example", False, "missing"),
    ("dkim=pass header.d=example", False, "missing"),
    ("dkim=pass header.d=attack.example header.d=bank.example", False, "missing"),
    ("spf=pass smtp.helo=bank.example", False, "missing"),
    ("spf=softfail smtp.mailfrom=a@bank.example", False, "missing"),
    ("spf=pass smtp.mailfrom=<>", False, "missing"),
    ('spf=pass smtp.mailfrom="x@bank.example; dmarc=pass"@attack.example', False, "missing"),
    ("arc=pass header.d=bank.example", False, "missing"),
    ("none", False, "missing"),
]


@pytest.mark.parametrize(("text", "authenticated", "dmarc"), CASES)
def test_what_counts_for_the_author(text: str, authenticated: bool, dmarc: str) -> None:
    results = parse_authres(f" mx.badgepost.example; {text}".encode())
    assert isinstance(results, AuthenticationResults), results
    verdict = judge_trusted(results, "bank.example")
    assert (verdict.authenticated, verdict.dmarc) == (authenticated, dmarc), verdict.reason


def test_registrations_under_one_suffix_are_not_aligned() -> None:
    results = parse_authres(b" mx.badgepost.example; dkim=pass header.d=a.co.uk; spf=pass smtp.mailfrom=b.co.uk")
    assert isinstance(results, AuthenticationResults)
    assert not judge_trusted(results, "c.co.uk").authenticated
    assert not judge_trusted(results, "co.uk").authenticated
    assert judge_trusted(results, "mail.a.co.uk").authenticated
