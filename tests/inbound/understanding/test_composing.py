"""New names from parts: only where the whole follows without doubt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbound.understanding.people.composing import Part, compose_name, restore_case, split_name

COMPOSED = [
    ("Jane Smith", "Okafor", Part.SURNAME, "Jane Okafor"),
    ("Kees van der Berg", "Visser", Part.SURNAME, "Kees Visser"),
    ("Marcus Bell Jr.", "Park", Part.SURNAME, "Marcus Park Jr."),
    ("Jane Smith", "Jane Okafor", Part.SURNAME, "Jane Okafor"),
    ("Christina Berg", "Kristina", Part.GIVEN, "Kristina Berg"),
    ("Anna Kowalska", "Marie", Part.MIDDLE, "Anna Marie Kowalska"),
    ("Oluwaseun Adeyemi", "Adéyẹmí", Part.UNTOLD, "Oluwaseun Adéyẹmí"),
    ("Suharto", "Soeharto", Part.UNTOLD, "Soeharto"),
    ("Zhang Wei", "Park", Part.SURNAME, None),
    ("María del Carmen Fernández López", "Ruiz", Part.SURNAME, None),
    ("C. R. Venkataraman", "Ruiz", Part.SURNAME, None),
    ("Suharto", "Wijaya", Part.SURNAME, None),
    ("Jane Smith", "Okafor", Part.UNTOLD, None),
    ("Marta Marsa", "Marda", Part.UNTOLD, None),
]


@pytest.mark.parametrize(("old", "given", "part", "whole"), COMPOSED)
def test_composing(old: str, given: str, part: Part, whole: str | None) -> None:
    assert compose_name(old, given, part) == whole


@pytest.mark.parametrize(
    ("typed", "old", "name"),
    [
        ("fatima hassan", "Fatima Al-Zahra", "Fatima Hassan"),
        ("FATIMA HASSAN", "Fatima Al-Zahra", "Fatima Hassan"),
        ("jane mcdonald-o'neill", "Jane Smith", "Jane Mcdonald-O'Neill"),
        ("kees van der berg", "Kees Visser", "Kees van der Berg"),
        ("JANE McDONALD", "Jane Smith", "JANE McDONALD"),
        ("fiona macleod grant", "Fiona MacLeod", "Fiona MacLeod Grant"),
        ("李 明", "Li Ming", "李 明"),
        ("JJ", "Jay", "JJ"),
    ],
)
def test_case(typed: str, old: str, name: str) -> None:
    assert restore_case(typed, old) == name


@given(st.text(max_size=60), st.text(max_size=60), st.sampled_from(list(Part)))
def test_no_text_breaks_it(old: str, given_text: str, part: Part) -> None:
    compose_name(old, given_text, part)
    restore_case(given_text, old)
    split_name(old)
