"""Prefixes of subjects, as programs, gateways and lists write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.subject import Subject, strip_prefixes


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("My badge", Subject("My badge", is_answer=False, is_forward=False)),
        ("Re: My badge", Subject("My badge", is_answer=True, is_forward=False)),
        ("RE : Re[2]:Re(3): My badge", Subject("My badge", is_answer=True, is_forward=False)),
        ("AW: WG: Mein Badge", Subject("Mein Badge", is_answer=True, is_forward=False)),
        ("Fwd: My badge", Subject("My badge", is_answer=False, is_forward=True)),
        ("TR : RÉP : Mon badge", Subject("Mon badge", is_answer=False, is_forward=True)),
        ("RV: Mi insignia", Subject("Mi insignia", is_answer=False, is_forward=True)),
        ("[EXTERNAL] Re: My badge", Subject("My badge", is_answer=True, is_forward=False)),
        ("[board] My badge", Subject("[board] My badge", is_answer=False, is_forward=False)),
        ("Request: my badge", Subject("Request: my badge", is_answer=False, is_forward=False)),
        ("Intro: my badge", Subject("Intro: my badge", is_answer=False, is_forward=False)),
        ("", Subject("", is_answer=False, is_forward=False)),
    ],
)
def test_prefixes_are_taken_off_and_told(subject: str, expected: Subject) -> None:
    assert strip_prefixes(subject) == expected


def test_tags_are_taken_off_where_that_is_asked() -> None:
    stripped = strip_prefixes("[board] Re: [Ticket 12] My [first] badge", with_tags=True)
    assert stripped == Subject("My [first] badge", is_answer=True, is_forward=False)


@given(st.lists(st.sampled_from(["re:", "aw: ", "[x]", "fwd:", " ", "a", ":"]), max_size=40).map("".join))
def test_what_is_left_is_an_end_of_the_subject(subject: str) -> None:
    for with_tags in (False, True):
        assert subject.endswith(strip_prefixes(subject, with_tags=with_tags).text)
