"""Child processes that are kept alive."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badgepost.children import FIRST_DELAY, HEALTHY_AFTER, LONGEST_DELAY, Child, Children, delay_after

SLEEPS = [sys.executable, "-c", "import time; time.sleep(600)"]
DIES = [sys.executable, "-c", "raise SystemExit(3)"]
DEAF = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(600)",
]


@given(st.integers(1, 10_000))
def test_waits_grow_and_have_an_end(deaths: int) -> None:
    assert FIRST_DELAY <= delay_after(deaths) <= delay_after(deaths + 1) <= LONGEST_DELAY


def test_a_child_that_dies_at_once_is_started_again_later_and_later() -> None:
    child = Child("test", DIES)
    now = 0.0
    waits = []
    for _ in range(4):
        child.look_after(now)
        assert child.process is not None
        child.process.wait(30)
        child.look_after(now)
        assert child.process is None, "not before its time"
        waits.append(child.start_at - now)
        now = child.start_at
    assert waits == [1.0, 2.0, 4.0, 8.0]


def test_a_child_that_lived_long_begins_anew() -> None:
    child = Child("test", DIES, early_deaths=5)
    child.start(0.0)
    assert child.process is not None
    child.process.wait(30)
    child.look_after(HEALTHY_AFTER)
    assert child.start_at - HEALTHY_AFTER == FIRST_DELAY


def test_stopping_ends_all_of_them() -> None:
    children = Children([Child("one", SLEEPS), Child("two", SLEEPS)])
    children.look_after()
    processes = [child.process for child in children.children]
    children.stop(30)
    assert [process.poll() is not None for process in processes if process] == [True, True]


@pytest.mark.timeout(60)
def test_a_child_that_does_not_listen_is_killed() -> None:
    child = Child("deaf", DEAF)
    children = Children([child])
    children.look_after()
    process = child.process
    assert process is not None
    children.stop(0.5)
    assert process.poll() is not None
