"""Argon2 at the least cost, for tests that log in again and again and are not about the time that it takes."""

import pytest
from argon2 import PasswordHasher

from badges import accounts


@pytest.fixture
def cheap_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash in microseconds. What was hashed before is still read, and counts as outdated."""
    monkeypatch.setattr(accounts, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    monkeypatch.setattr(accounts, "_NOBODYS", accounts._write_hash_of_nobody())
