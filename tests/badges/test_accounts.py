"""Accounts: which password link still opens the form, what a password may be, how it is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges.accounts import (
    LONGEST_PASSWORD,
    LinkLive,
    LinkSpent,
    LinkVoid,
    PasswordFault,
    hash_password,
    is_password,
    judge_password,
    judge_serial,
)


@pytest.mark.parametrize(
    ("serial", "newest", "spent", "verdict"),
    [
        (1, 1, 0, LinkLive()),
        (1, 2, 0, LinkVoid()),
        (2, 2, 0, LinkLive()),
        (1, 1, 1, LinkSpent()),
        (1, 3, 2, LinkSpent()),
        (3, 3, 2, LinkLive()),
        (4, 3, 2, LinkVoid()),
        (0, 0, 0, LinkSpent()),
    ],
)
def test_judge_serial(serial: int, newest: int, spent: int, verdict: object) -> None:
    assert judge_serial(serial, newest, spent) == verdict


@given(st.integers(1, 50), st.integers(0, 50))
def test_at_most_one_serial_is_live(newest: int, spent: int) -> None:
    live = [serial for serial in range(60) if judge_serial(serial, newest, spent) == LinkLive()]
    assert live == ([newest] if spent < newest else [])


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("elevenchars", "short"),
        ("🔑" * 11, "short"),
        ("x" * (LONGEST_PASSWORD + 1), "long"),
        ("aaaaaaaaaaaaaa", "common"),
        ("123412341234", "common"),
        ("123456789012", "common"),
        ("Password123456", "common"),
        ("  p a s s w o r d 123", "common"),
        ("QWERTYUIOPASDF", "common"),
        ("correcthorsebatterystaple", "common"),
        ("jane.smith-long", "own"),
        ("jane.smith-long@corp.example", "own"),
        ("JANE Smith von Bergen 1985", "own"),
    ],
)
def test_passwords_that_are_refused(password: str, code: str) -> None:
    fault = judge_password(password, "jane.smith-long@corp.example", "Jane Smith von Bergen")
    assert isinstance(fault, PasswordFault)
    assert fault.code == code


@pytest.mark.parametrize(
    "password",
    [
        "wet granite under moss",
        "Kaffee mit Zimt, bitte",
        "日本語のながいあいことば漢字",
        "x7#kQ!9zLw2v",
        "a1b2c3d4e5f6g7",
    ],
)
def test_passwords_that_are_taken(password: str) -> None:
    assert judge_password(password, "jane@corp.example", "Jane Smith") is None


def test_a_password_is_known_by_its_hash_alone_and_in_any_unicode_form() -> None:
    kept = hash_password("Zürich im Regen")
    assert kept.startswith("$argon2id$")
    assert "Regen" not in kept
    assert is_password("Zu\u0308rich im Regen", kept)
    assert not is_password("zürich im Regen", kept)
    assert not is_password("Zürich im Regen", "not a hash")
    assert not is_password("x" * 100_000, kept)
