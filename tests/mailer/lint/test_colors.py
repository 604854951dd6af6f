"""Colours as styles name them."""

import pytest

from badges.branding import BLACK, WHITE, Color
from mailer.lint.colors import Paint, read_paint


@pytest.mark.parametrize(
    ("text", "paint"),
    [
        ("#777", Paint(Color(0x77, 0x77, 0x77))),
        ("White", Paint(WHITE)),
        ("rgb(255, 0, 0)", Paint(Color(255, 0, 0))),
        ("rgba(0, 0, 0, 0.5)", Paint(BLACK, 0.5)),
        ("transparent", Paint(BLACK, 0)),
    ],
)
def test_a_colour_is_read(text: str, paint: Paint) -> None:
    assert read_paint(text) == paint


@pytest.mark.parametrize("text", ["", "inherit", "currentcolor", "url(x)", "#12"])
def test_what_names_no_colour_is_none(text: str) -> None:
    assert read_paint(text) is None


def test_a_veil_lets_through_what_lies_below() -> None:
    assert Paint(BLACK, 0.5).over(WHITE) == Color(128, 128, 128)
    assert Paint(WHITE, 0).over(BLACK) == BLACK
