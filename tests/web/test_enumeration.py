"""Who has an account is told to nobody: not by an answer, and not by the time that it takes."""

import time
from statistics import median

import pytest

from badges.accounts import hash_password
from tests.cheap_hashing import cheap_hashing
from tests.web.house import House

__all__ = ["cheap_hashing"]

KNOWN, UNKNOWN, LOCKED, BARE = (
    "ada@mail.example",
    "nobody@mail.example",
    "maxi@beispiel.example",
    "sakura@yamamoto.example",
)
PASSWORD = "a walk in the rain"
ROUNDS = 9
MOST = 1.3
"""How much longer one may take than another: hashing takes most of it, and must never be left out."""
SAME = ("content-type", "cache-control", "vary", "retry-after", "set-cookie")


@pytest.fixture
def watched(house: House) -> House:
    """A house with an account of each kind. Counts are set back between tries, so that kinds stay what they are."""
    hashed = hash_password(PASSWORD)
    for address in (KNOWN, LOCKED):
        house.change("UPDATE account SET password_hash = :h WHERE id = :i", h=hashed, i=house.account_of(address))
    house.change("UPDATE account SET locked_at = 1, failed_logins = 10 WHERE id = :i", i=house.account_of(LOCKED))
    assert house.one("SELECT password_hash IS NULL FROM account WHERE id = :i", i=house.account_of(BARE))
    return house


def _set_back(house: House) -> None:
    house.change("UPDATE account SET failed_logins = 0 WHERE locked_at IS NULL")
    house.change("DELETE FROM stranger_login")
    house.change("DELETE FROM login_failure")


def _time(house: House, address: str, password: str) -> float:
    _set_back(house)
    # What this process works, which the rest of the machine does not stretch. Nothing here waits for anything else.
    began = time.process_time()
    house.post("/login", address=address, password=password)
    return time.process_time() - began


def test_the_time_tells_nothing(watched: House) -> None:
    _time(watched, KNOWN, "a guess")  # what is done once, such as reading a template, is done
    kinds = [(KNOWN, "a guess"), (UNKNOWN, "a guess"), (LOCKED, PASSWORD), (BARE, "a guess")]
    times: dict[tuple[str, str], list[float]] = {kind: [] for kind in kinds}
    for number in range(ROUNDS):
        for kind in kinds[number % len(kinds) :] + kinds[: number % len(kinds)]:
            times[kind].append(_time(watched, *kind))
    medians = {kind: median(taken) for kind, taken in times.items()}
    assert max(medians.values()) / min(medians.values()) < MOST, medians


@pytest.mark.usefixtures("cheap_hashing")
def test_the_answer_tells_nothing(watched: House) -> None:
    """From the first try to those after the lock, an address that nobody has reads as one that somebody has."""
    for _ in range(12):
        answers = {who: watched.post("/login", address=who, password="a guess") for who in (KNOWN, UNKNOWN, BARE)}
        watched.change("DELETE FROM login_failure")
        assert len({(answer.status_code, answer.text.replace(who, "")) for who, answer in answers.items()}) == 1
        assert len({tuple(answer.headers.get(name) for name in SAME) for answer in answers.values()}) == 1
    locked = watched.post("/login", address=LOCKED, password=PASSWORD)
    assert locked.text.replace(LOCKED, "") == answers[KNOWN].text.replace(KNOWN, "")
    assert locked.status_code == answers[UNKNOWN].status_code
