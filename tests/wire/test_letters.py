"""Letters without case and accents."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.letters import fold_letters


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Out of Office", "out of office"),
        ("Réponse AUTOMATIQUE", "reponse automatique"),
        ("E\u0301cole", "ecole"),
        ("Straße", "strasse"),
        ("ﬁn", "fin"),
        ("Ångström", "angstrom"),
        ("Œuvre", "œuvre"),
        ("हिन्दी", "हिन्दी"),
        ("", ""),
    ],
)
def test_a_text_is_folded(text: str, folded: str) -> None:
    assert fold_letters(text) == folded


@given(st.text(max_size=50))
def test_what_is_folded_has_no_accent_left(text: str) -> None:
    assert not any("\u0300" <= letter <= "\u036f" for letter in fold_letters(text))
