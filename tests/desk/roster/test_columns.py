"""Columns by their names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.roster.columns import SYNONYMS, WEAK_SYNONYMS, Columns, NoColumns, match_columns

ALL = [(field, name) for field, names in SYNONYMS.items() for name in names]


@pytest.mark.parametrize(("field", "name"), ALL, ids=[name for _, name in ALL])
def test_each_name_is_understood_in_any_dress(field: str, name: str) -> None:
    for dressed in (name, name.upper(), name.title(), name.replace(" ", "_"), f"  {name} :"):
        header = {"address": ["email"], "name": ["name"]}
        if field in ("first_name", "last_name"):
            header = {"address": ["email"], "first_name": ["first name"], "last_name": ["last name"]}
        header[field] = [dressed]
        columns = match_columns([cell for cells in header.values() for cell in cells])
        assert isinstance(columns, Columns), columns
        assert columns.names[field] == " ".join(dressed.split())


def test_no_name_stands_for_two_fields() -> None:
    names = [name for _, name in ALL] + [name for names in WEAK_SYNONYMS.values() for name in names]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("header", "positions"),
    [
        (["Name", "Vorname", "Email"], {"last_name": 0, "first_name": 1, "address": 2}),
        (["Nom", "Prénom", "Courriel"], {"last_name": 0, "first_name": 1, "address": 2}),
        (["Nombre", "Apellidos", "Correo"], {"first_name": 0, "last_name": 1, "address": 2}),
        (["Name", "First name", "Email"], {"name": 0, "address": 2}),
        (["Name", "Vorname", "Nachname", "Email"], {"name": 0, "address": 3}),
        (["Email", "Address", "Name"], {"address": 0, "name": 2}),
        (["Address", "Name"], {"address": 0, "name": 1}),
        (["", "Email", None, "Name", ""], {"address": 1, "name": 3}),
    ],
)
def test_columns_are_chosen_by_their_neighbours(header: list[str | None], positions: dict[str, int]) -> None:
    columns = match_columns(header)
    assert isinstance(columns, Columns)
    assert columns.positions == positions


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (["Name", "Full name", "Email"], "has two columns for the name, “Name” and “Full name”: keep one of them"),
        (["Address", "Adresse", "Name"], "has two columns for the address, “Address” and “Adresse”: keep one of them"),
        (["Email", "Surname"], "has no column for the first name: found “Email”, “Surname”; needed"),
        (["", None], "has no column for the address and none for the name: no column has a name; needed"),
        (list("abcdefghijk"), "has no column for the address and none for the name: found “a”, “b”, “c”, “d”, "
                              "“e”, “f”, “g”, “h” and 3 more; needed"),
    ],
)  # fmt: skip
def test_a_row_that_is_no_header_says_why(header: list[str | None], reason: str) -> None:
    columns = match_columns(header)
    assert isinstance(columns, NoColumns)
    assert columns.reason.startswith(reason)


@given(st.lists(st.one_of(st.none(), st.text(), st.floats(), st.dates())))
def test_any_row_gives_a_value(header: list[object]) -> None:
    assert isinstance(match_columns(header), Columns | NoColumns)  # type: ignore[arg-type]
