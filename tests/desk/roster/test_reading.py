"""Rosters as a whole: any bytes give a value, passes repeat, memory stays flat."""

import io
import tracemalloc
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.roster.reading import Roster, read_roster
from desk.roster.rows import Bad, Repeated, RosterFault, Row

TODAY = date(2026, 11, 23)
CELLS = st.sampled_from(
    ["Anna", "a@b.example", "b@b.example", "", '"', '"a""b"', "=1", "2026-11-23", "03/04/2026", "é", "\n", "x" * 300]
)
ROSTER_LIKE = st.builds(
    lambda header, rows, delimiter, end, encoding: end.join(
        [delimiter.join(header), *(delimiter.join(row) for row in rows)]
    ).encode(encoding, "replace"),
    st.permutations(["Name", "Email", "Award date", "Expiry", "Language"]),
    st.lists(st.lists(CELLS, max_size=7), max_size=6),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"]),
)


@given(st.one_of(st.binary(max_size=300), ROSTER_LIKE), st.sampled_from(["r.csv", "r.xlsx", "r", "", "r.", "r.pdf"]))
def test_any_bytes_give_a_value_and_the_same_one_twice(data: bytes, name: str) -> None:
    roster = read_roster(io.BytesIO(data), name, TODAY)
    if isinstance(roster, RosterFault):
        assert roster.reason.isprintable()
        return
    lines = list(roster.rows())
    assert lines == list(roster.rows())
    numbers = [line.line for line in lines]
    assert numbers == sorted(set(numbers))
    for line in lines:
        assert isinstance(line, Row | Bad | Repeated)
        if isinstance(line, Bad):
            assert line.reason
            assert line.value.isprintable()
            assert len(line.value) <= 120


@given(ROSTER_LIKE)
def test_a_row_holds_what_a_mail_can_hold(data: bytes) -> None:
    roster = read_roster(io.BytesIO(data), "r.csv", TODAY)
    if isinstance(roster, Roster):
        for line in roster.rows():
            if isinstance(line, Row):
                assert not set(line.name + line.address) & set("\r\n\t\0")
                assert line.address == line.address.lower()
                assert 0 < len(line.name) <= 200


def test_a_pass_that_is_broken_off_leaves_room_for_the_next() -> None:
    roster = read_roster(io.BytesIO(make_roster(1000)), "r.csv", TODAY)
    assert isinstance(roster, Roster)
    rows = roster.rows()
    next(rows)
    rows.close()
    assert len(list(roster.rows())) == 1000


@pytest.mark.parametrize("name", ["roster.csv", "ROSTER.CSV", "archive/2026.v2.csv", "roster.dat", "roster"])
def test_text_may_be_called_so(name: str) -> None:
    assert isinstance(read_roster(io.BytesIO(make_roster(1)), name, TODAY), Roster)


def test_a_line_without_end_is_refused() -> None:
    fault = read_roster(io.BytesIO(b"Name,Email\n" + b"x" * (3 << 20)), "r.csv", TODAY)
    assert fault == RosterFault("holds a line of more than a megabyte: it is no roster")


def test_memory_stays_flat_from_2_000_to_100_000_rows() -> None:
    small, large = measure_peak(2_000), measure_peak(100_000)
    assert large - small < 1 << 20


def measure_peak(rows: int) -> int:
    """Return the peak of what Python holds during a pass, in bytes; the roster itself is not counted."""
    roster = read_roster(io.BytesIO(make_roster(rows)), "r.csv", TODAY)
    assert isinstance(roster, Roster)
    tracemalloc.start()
    try:
        assert sum(isinstance(line, Row) for line in roster.rows()) == rows
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def make_roster(rows: int) -> bytes:
    lines = (f"Anna Lindqvist,anna{number}@north.example" for number in range(rows))
    return "\n".join(["Name,Email", *lines]).encode()
