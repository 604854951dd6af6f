"""Moments as forms have them, and mails as a program in dark mode has them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.console.framed_mail import choose_scheme
from web.console.moments import ZONES, NoMomentError, read_moment, write_moment

MINUTES = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(
    lambda moment: moment.replace(second=0, microsecond=0)
)


@given(moment=MINUTES, zone=st.sampled_from(ZONES))
def test_what_is_written_is_read_as_the_same_moment(moment: datetime, zone: str) -> None:
    there = moment.replace(tzinfo=UTC)
    read = read_moment(write_moment(there, zone), zone)
    assert read is not None
    # Of an hour that comes twice, the first is meant.
    assert read == there or (read < there and write_moment(read, zone) == write_moment(there, zone))


@given(text=st.text(max_size=30), zone=st.text(max_size=10))
def test_nothing_that_is_sent_breaks_it(text: str, zone: str) -> None:
    try:
        moment = read_moment(text, zone)
    except NoMomentError:
        return
    assert moment is None or moment.tzinfo is UTC


def test_an_hour_that_the_clock_skips_is_none() -> None:
    assert read_moment("2027-03-28T01:30", "Europe/Madrid") == datetime(2027, 3, 28, 0, 30, tzinfo=UTC)
    for text in (
        "2027-03-28T02:30",
        "2027-03-28T01:30+01:00",
        "9999-12-31T23:59",
        "2027-13-01T00:00",
    ):
        with pytest.raises(NoMomentError):
            read_moment(text, "Europe/Madrid" if text < "9" else "America/New_York")


def test_a_mail_has_the_colours_that_were_asked_for_whatever_the_browsers() -> None:
    html = '<head><meta name="color-scheme" content="light dark"></head>@media (prefers-color-scheme: dark) {a{}}'
    assert "@media all{a{}}" in choose_scheme(html, is_dark=True).replace(" {", "{")
    assert "@media not all{a{}}" in choose_scheme(html, is_dark=False).replace(" {", "{")
    assert 'content="dark"' in choose_scheme(html, is_dark=True)
    assert "prefers-color-scheme" not in choose_scheme(html, is_dark=True)
