"""Slips of the keyboard in the domains of large mailbox providers."""

import pytest

from wire.misspelling import LARGE_PROVIDERS, suggest_domain


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("gmial.com", "gmail.com"),
        ("gmai.com", "gmail.com"),
        ("gmaill.com", "gmail.com"),
        ("gmsil.com", "gmail.com"),
        ("gmail.co", "gmail.com"),
        ("gmail.con", "gmail.com"),
        ("hotmial.com", "hotmail.com"),
        ("otmail.com", "hotmail.com"),
        ("outlok.com", "outlook.com"),
        ("yahooo.fr", "yahoo.fr"),
        ("icluod.com", "icloud.com"),
    ],
)
def test_one_slip_is_told(written: str, meant: str) -> None:
    assert suggest_domain(written) == meant


@pytest.mark.parametrize(
    "domain",
    ["north.example", "gmail.example", "email.com", "hotmail.se", "yahoo.gr", "gmx.com", "gmlai.com", "", "com"],
)
def test_other_domains_are_left_alone(domain: str) -> None:
    assert suggest_domain(domain) is None


@pytest.mark.parametrize("domain", sorted(LARGE_PROVIDERS))
def test_a_provider_is_never_taken_for_another(domain: str) -> None:
    assert suggest_domain(domain) is None
