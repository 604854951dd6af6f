"""Cells of each kind: what any text may give. The many single cases stand in tests/data/rosters."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.roster.cells import Cell, CellFault, shorten
from desk.roster.dates import Order, find_order, read_date
from desk.roster.languages import LANGUAGES, NAMES, read_language
from desk.roster.names import MAX_NAME, read_name
from desk.roster.seen import SeenAddresses

EPOCH = date(1899, 12, 30)


@given(st.text(st.characters()))
def test_a_name_that_is_read_reads_the_same_again(text: str) -> None:
    name = read_name(text)
    if isinstance(name, str):
        assert read_name(name) == name
        assert 0 < len(name) <= MAX_NAME
    else:
        assert name.reason


@given(st.text())
def test_what_is_shown_is_printable_and_short(text: str) -> None:
    shown = shorten(text)
    assert shown.isprintable()
    assert len(shown) <= 120


@given(st.dates(date(1950, 1, 1), date(2199, 12, 31)))
def test_a_day_is_read_from_each_way_of_writing_it(day: date) -> None:
    written: list[Cell] = [
        day,
        float((day - EPOCH).days),
        day.isoformat(),
        f"{day:%Y/%m/%d}",
        f"{day:%d.%m.%Y}",
        f"{day:%d %B %Y}",
        f"{day:%b %d, %Y}",
        f"{day}T23:59:59+02:00",
    ]
    assert {read_date(cell, None, EPOCH) for cell in written} == {day}
    assert read_date(f"{day:%d/%m/%Y}", Order.DAY_FIRST, None) == day
    assert read_date(f"{day:%m/%d/%Y}", Order.MONTH_FIRST, None) == day


@given(st.one_of(st.text(), st.floats(), st.text("0123456789/-. TZjanuary")), st.sampled_from([None, *Order]))
def test_any_cell_is_a_day_or_has_a_fault(cell: str | float, order: Order | None) -> None:
    assert isinstance(read_date(cell, order, EPOCH), date | CellFault)


@pytest.mark.parametrize("serial", [0.0, -1.0, 109_572.0, 1e300, float("nan"), float("inf")])
def test_a_number_out_of_the_calendar_is_no_date(serial: float) -> None:
    assert read_date(serial, None, EPOCH) == CellFault("is a number, not a date")


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        ([], None),
        (["03/04/2026", None, "soon", 7.0], None),
        (["03/04/2026", "25/04/2026"], Order.DAY_FIRST),
        (["03-04-2026", "04-25-2026"], Order.MONTH_FIRST),
        (["25/04/2026", "04/25/2026"], None),
        (["25.04.2026", "04/25/2026"], Order.MONTH_FIRST),
    ],
)
def test_the_order_of_day_and_month_is_told_by_the_column(cells: list[Cell], order: Order | None) -> None:
    assert find_order(cells) is order


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_is_known_by_its_names(language: str) -> None:
    for name in NAMES[language]:
        assert read_language(f" {name.upper()} ") == language
        assert read_language(f"{name}-XX") == language


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3))))
def test_addresses_are_met_as_a_dictionary_would_tell(visits: list[tuple[int, int]]) -> None:
    known: dict[int, tuple[int, int]] = {}
    with SeenAddresses() as seen:
        for line, (who, said) in enumerate(visits, 2):
            met = seen.meet(f"{who}@north.example", said, line)
            if who in known:
                first_line, first_said = known[who]
                assert met == (first_line, first_said == said)
            else:
                assert met is None
                known[who] = (line, said)
