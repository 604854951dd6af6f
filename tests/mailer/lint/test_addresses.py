"""Suspicious addresses of a roster."""

import pytest

from mailer.lint.addresses import EXAMPLES, Suspicions
from mailer.lint.findings import Finding
from mailer.lint.mail import Origin

REAL = Origin("https://badges.northwind.education", "northwind.education")


def lint(rows: list[tuple[int, str]], origin: Origin) -> list[Finding]:
    suspicions = Suspicions()
    for line, address in rows:
        suspicions.add_address(line, address, origin)
    return suspicions.findings()


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("maria@gmial.com", "address-typo"),
        ("info@web.de", "address-role"),
        ("No-Reply@web.de", "address-role"),
        ("maria@mail.example", "address-reserved"),
        ("maria@example.org", "address-reserved"),
        ("maria", "address-invalid"),
    ],
)
def test_a_suspicious_address_is_found(address: str, code: str) -> None:
    (finding,) = lint([(7, address)], REAL)
    assert finding.code == code
    assert finding.where == f"line 7: {address}"


@pytest.mark.parametrize("address", ["maria@gmail.com", "maria+badges@web.de", "informatics@web.de"])
def test_an_honest_address_is_left_alone(address: str) -> None:
    assert lint([(1, address)], REAL) == []


def test_reserved_domains_are_fine_in_a_trial(origin: Origin) -> None:
    assert lint([(1, "maria@mail.example")], origin) == []


def test_one_suspicion_makes_one_finding() -> None:
    findings = lint([(line, f"a{line}@gmial.com") for line in range(1, 10)], REAL)
    assert len(findings) == 1
    assert findings[0].where.endswith(f"; line {EXAMPLES}: a{EXAMPLES}@gmial.com, and 4 more")
