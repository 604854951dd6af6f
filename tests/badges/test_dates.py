"""Days in words."""

from datetime import date

import pytest

from badges.dates import write_date


@pytest.mark.parametrize(
    ("language", "width", "day", "written"),
    [
        ("en", "long", date(2027, 1, 1), "January 1, 2027"),
        ("de", "long", date(2027, 1, 1), "1. Januar 2027"),
        ("de", "medium", date(2027, 1, 1), "01.01.2027"),
        ("es", "long", date(2027, 1, 1), "1 de enero de 2027"),
        ("fr", "long", date(2027, 1, 1), "1er janvier 2027"),
        ("fr", "medium", date(2027, 2, 1), "1er févr. 2027"),
        ("fr", "long", date(2027, 1, 11), "11 janvier 2027"),
    ],
)
def test_each_language_writes_days_its_own_way(language: str, width: str, day: date, written: str) -> None:
    assert write_date(day, language, width) == written
