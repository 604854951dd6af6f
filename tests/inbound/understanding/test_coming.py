"""Days that a change of a name waits for, and days that are over, deadlines, or nobody's."""

import time
from datetime import date

import pytest

from inbound.understanding.coming import awaits_a_day

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    "text",
    [
        "She gets her name on 3 December, after her wedding.",
        "Her wedding: Dec 3rd, 2026.",
        "Change her name 2027-01-01.",
        "Change her name on 02/12/2026.",
        "Ihre Hochzeit ist am 3. Dezember.",
        "Den Namen ändern: 1.1.2027",
        "Son mariage est le 1er janvier 2027.",
        "Su boda es el 3 de diciembre de 2026.",
        "Her court hearing is on 5 January.",
        "Please unlock her account tomorrow morning.",
    ],
)
def test_what_is_yet_to_come_is_awaited(text: str) -> None:
    assert awaits_a_day(text, TODAY)


@pytest.mark.parametrize(
    "text",
    [
        "She married on 3 October.",
        "Her wedding was on 30 November 2025.",
        "Please change her name by 1 December.",
        "Bitte ändern Sie ihren Namen bis zum 1. Dezember.",
        "We meet on 3 December.",
        "Change her name to Jane Poe. The parcel comes on 3 December, thanks.",
        "Her name is wrong: ticket 31.02.2027, 99/99/2027.",
        "Please unlock her account, so that she can work tomorrow.",
    ],
)
def test_what_is_over_or_a_deadline_is_not(text: str) -> None:
    assert not awaits_a_day(text, TODAY)


def test_without_a_day_of_writing_words_alone_tell() -> None:
    assert not awaits_a_day("Her wedding is on 3 December.", None)
    assert awaits_a_day("She is getting married.", None)


@pytest.mark.parametrize("repeated", ["3 may 3 ", "12/3/", "change a b ", "1.1.", "nom "])
def test_hostile_text_takes_no_longer_than_its_length(repeated: str) -> None:
    began = time.process_time()
    awaits_a_day(repeated * 40_000, TODAY)
    assert time.process_time() - began < 1.0
