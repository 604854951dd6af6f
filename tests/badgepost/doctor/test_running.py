"""Checks run side by side: none hides another, each has its time; and what is printed of them."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from click import unstyle

from badgepost.doctor.checks import CHECKS
from badgepost.doctor.patient import CannotKnowError, Patient
from badgepost.doctor.results import Check, Looked, Result, failed, passed, unknown, warned
from badgepost.doctor.running import examine
from badgepost.doctor.showing import show, to_json
from tests.badgepost.conftest import Terminal
from tests.badgepost.doctor.conftest import look

STOP = threading.Event()


@pytest.fixture(autouse=True)
def _free() -> Iterator[None]:
    STOP.clear()
    yield
    STOP.set()


def say(*results: Result) -> Any:
    return lambda _patient: results


def hang(_patient: Patient) -> Iterator[Result]:
    yield passed("so far")
    STOP.wait(30)


def break_off(_patient: Patient) -> Iterator[Result]:
    yield passed("so far")
    raise ZeroDivisionError("a\nb\x1b[31m")


def give_up(_patient: Patient) -> Iterator[Result]:
    raise CannotKnowError("no", "yes")
    yield passed("never")


def test_each_check_stands_by_itself(patient) -> None:
    checks = [
        Check("hangs", "g", hang),
        Check("breaks", "g", break_off),
        Check("gives-up", "g", give_up),
        Check("asks", "g", say(failed("no", "no")), asks_network=True),
        Check("silent", "g", say()),
        Check("well", "g", say(passed("yes\x1b[31m"))),
        Check("chatty", "g", say(passed("x" * 5000))),
    ]
    someone = patient()
    looked = examine(type(someone)(someone.settings, someone.lookup, someone.clock, seconds=0.5), checks, offline=True)
    told = {one.check.name: [(result.verdict.value, result.seen) for result in one.results] for one in looked}
    assert told == {
        "hangs": [("pass", "so far"), ("unknown", "the check took longer than 0.5 seconds")],
        "breaks": [("pass", "so far"), ("unknown", "the check itself broke: ZeroDivisionError: a b\ufffd[31m")],
        "gives-up": [("unknown", "no")],
        "asks": [("unknown", "not asked: --offline")],
        "silent": [("unknown", "there is nothing to look at")],
        "well": [("pass", "yes\ufffd[31m")],
        "chatty": [("pass", "x" * 600 + " …")],
    }


LOOKED = [
    Looked(Check("one", "First", say()), (passed("well " * 30), failed("bad", "mend it " * 20, "a record " * 20))),
    Looked(Check("second", "First", say()), (unknown("nobody knows", "ask"), warned("look", "there"))),
    Looked(Check("third", "First", say()), (unknown("nobody knows", "ask"),)),
    Looked(Check("fourth", "Last", say()), (passed("fine"),)),
]


def test_the_worst_comes_first_in_columns_and_what_is_copied_is_not_broken() -> None:
    lines = [unstyle(line) for line in show(LOOKED, 80)]
    assert lines[0] == "First"
    assert [line[2:16].split() for line in lines if line[2:6].strip() in ("FAIL", "warn", "?", "pass")] == [
        ["FAIL", "one"],
        ["warn", "second"],
        ["?", "second"],
        ["pass", "one"],
        ["pass", "fourth"],
    ]
    assert "  ?     second  nobody knows (also third)" in lines
    assert "      " + "a record " * 20 in lines
    assert all(len(line) <= 80 for line in lines if "a record" not in line)
    assert lines[-1] == "1 fail (one), 1 warn, 2 cannot be known from here (?), 2 pass."


def test_as_json() -> None:
    told = json.loads(json.dumps(to_json(LOOKED)))
    assert told["summary"] == {"fail": 1, "warn": 1, "unknown": 2, "pass": 2}
    assert told["results"][1] == {
        "check": "one",
        "group": "First",
        "verdict": "fail",
        "seen": "bad",
        "remedy": "mend it " * 20,
        "lines": ["a record " * 20],
    }


def test_the_command(kites: Terminal) -> None:
    ran = kites.run("doctor", "--offline", "--only", "settings,dkim", "--only", "freemail")
    assert (ran.status, "\x1b" in ran.out) == (0, False)
    told = [line.split()[:2] for line in ran.out.splitlines() if line.startswith("  ") and line[2] != " "]
    assert told == [["pass", "settings"], ["pass", "freemail"], ["warn", "dkim"]]
    fails = kites.run("doctor", "--only", "base-url", BADGEPOST_TRANSPORT="smtp", BADGEPOST_RELAYS='[{"host": "r"}]')
    assert fails.status == 1
    assert fails.out.endswith("1 fail (base-url).\n")
    warns = ("doctor", "--only", "relays")
    assert (kites.run(*warns).status, kites.run(*warns, "--strict").status) == (0, 1)
    shown = json.loads(kites.run("doctor", "--only", "relays", "--json").out)
    assert shown["summary"]["warn"] == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--only", "pulse"), "there is no check pulse; there are settings,"),
        (("--egress", "here"), "--egress: 'here' does not appear"),
        (("--nameserver", "ns.school.example"), "--nameserver: 'ns.school.example' is no address"),
        (("--nameserver", "127.0.0.1#x"), "--nameserver: '127.0.0.1#x' is no address"),
    ],
)
def test_what_the_command_does_not_understand(terminal: Terminal, arguments: tuple[str, ...], words: str) -> None:
    ran = terminal.run("doctor", *arguments)
    assert (ran.status, words in ran.err) == (2, True)


def test_nothing_is_asked_offline(patient) -> None:
    def ask(name: str, record_type: str) -> Any:
        raise AssertionError(f"{record_type} of {name} was asked for")

    someone = patient()
    quiet = type(someone)(someone.settings, ask, someone.clock)
    for one in examine(quiet, [check for check in CHECKS.values() if check.asks_network], offline=True):
        assert one.worst.value == "unknown"
    # A real one would break on it.
    assert "AssertionError" in look(quiet, "mx")[0].seen
