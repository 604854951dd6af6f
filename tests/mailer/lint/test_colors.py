"""Contrast as WCAG defines it."""

import pytest

from mailer.lint.colors import BLACK, WHITE, Color, contrast_of, read_color


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    # Ratios as published for these pairs by common contrast checkers.
    [("#000", "#fff", 21.0), ("#777777", "#ffffff", 4.48), ("#767676", "white", 4.54), ("#ff0000", "#fff", 4.0)],
)
def test_ratios_are_those_of_wcag(one: str, other: str, ratio: float) -> None:
    first, second = read_color(one), read_color(other)
    assert first is not None
    assert second is not None
    assert contrast_of(first, second) == pytest.approx(ratio, abs=0.005)
    assert contrast_of(second, first) == contrast_of(first, second)


def test_a_veil_lets_through_what_lies_below() -> None:
    assert str(Color(0, 0, 0, 0.5).over(WHITE)) == "#808080"
    assert Color(1, 1, 1, 0).over(BLACK) == BLACK


@pytest.mark.parametrize("text", ["", "inherit", "currentcolor", "url(x)", "#12"])
def test_what_names_no_colour_is_none(text: str) -> None:
    assert read_color(text) is None
