"""A reply that is a name and nothing else, and what is none."""

import pytest

from inbound.understanding.bare_names import read_bare_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Jane Roe", "Jane Roe"),
        ("Hi,\n\nit is now Jane Roe-Poe.\n\nThanks", "Jane Roe-Poe"),
        ("Jane van der Roe, please", "Jane van der Roe"),
        ('The new name is: "Jane O\'Roe"', "Jane O'Roe"),
        ("Der neue Name lautet Anna Groß", "Anna Groß"),
        ("C'est Élodie Roux.", "Élodie Roux"),
        ("Nuevo nombre: María Peña Díaz", "María Peña Díaz"),
        ("Yes, it's Trần Thị Ngọc", "Trần Thị Ngọc"),
    ],
)
def test_bare_names(text: str, name: str) -> None:
    assert read_bare_name(text) == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Jane",
        "John Roe will tell you.",
        "Ask John Roe.\nJane Poe",
        "not Jane Roe",
        "Jane Roe?",
        "jane@roe.example",
        "Jane Roe 2",
        "Jane Roe <b>",
        "Jane " * 50,
        "It is.",
        "Ask John Roe",
        "Please Wait",
    ],
)
def test_what_is_none(text: str) -> None:
    assert read_bare_name(text) is None
