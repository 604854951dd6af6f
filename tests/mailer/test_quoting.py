"""What somebody else wrote, before it stands in a mail of ours."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.quoting import CUT, MOST_CHARACTERS, MOST_LINES, greet_by, tidy_lines


@pytest.mark.parametrize(
    ("text", "tidy"),
    [
        ("one\r\ntwo\rthree\nfour", "one\ntwo\nthree\nfour"),
        ("\n\n one \n\n\n\n two\t \n\n", " one\n\n two"),
        ("a\u2028b\x85c\x0bd", "a\nb\nc\nd"),
        ("be\u202efore\x00\x1b[31m \ufeffafter", "before[31m after"),
        ("", ""),
        ("\n", ""),
    ],
)
def test_lines_are_tidied(text: str, tidy: str) -> None:
    assert tidy_lines(text) == tidy


def test_what_is_too_long_is_cut_and_says_so() -> None:
    for text in ("x" * (MOST_CHARACTERS + 1), "line\n" * (MOST_LINES + 1), "a" * 10**6):
        lines = tidy_lines(text).split("\n")
        assert lines[-1] == CUT
        assert len(lines) <= MOST_LINES
    assert CUT not in tidy_lines("x" * MOST_CHARACTERS)
    assert CUT not in tidy_lines("line\n" * MOST_LINES)


@given(st.text())
def test_tidied_text_is_tidy(text: str) -> None:
    tidy = tidy_lines(text)
    assert tidy_lines(tidy) == tidy
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\ud800-\udfff]|\n\n\n| \n|^\n|\n$", tidy)


@pytest.mark.parametrize(
    "name",
    [
        "María González",
        "O'Brien, Siobhán",
        "Jean-Luc de la Tour",
        "J. R. R. Tolkien",
        "Dr. Anne-Marie L’Heureux",
        "ليلى بنت محمد",
        "陈大文",
        "நந்தினி",
        "Ana",
    ],
)
def test_a_name_greets(name: str) -> None:
    assert greet_by(name) == name
    assert greet_by(f"  {name.replace(' ', '   ')} ") == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "maria@mail.example",
        "Support (no reply)",
        "Ann <ann@mail.example>",
        "https://evil.example",
        "evil.example",
        "visit www.evil.example now",
        "Your account is blocked, call us now",
        "Maria 0800 123",
        "Maria\r\nBcc: x@y.example",
        "Win €100",
        "x" * 61,
        "!!!",
        "🏅 Ana",
        "{{ 7*7 }}",
    ],
)
def test_what_is_no_name_does_not_greet(name: str) -> None:
    assert greet_by(name) is None


@given(st.text())
def test_what_greets_is_short_and_plain(name: str) -> None:
    greeting = greet_by(name)
    assert greeting is None or (
        len(greeting) <= 60 and greeting.isprintable() and not re.search(r"[@:/<>()\d]", greeting)
    )


@pytest.mark.parametrize("name", ["a" * 10**6, "a-" * 10**5, "a'" * 29 + "!", "." * 10**6, "\u0301" * 10**6])
def test_a_hostile_name_takes_no_time(name: str) -> None:
    start = time.perf_counter()
    greet_by(name)
    assert time.perf_counter() - start < 0.5
