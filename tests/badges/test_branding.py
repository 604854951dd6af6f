"""Colours: reading, contrast, and shades that stay readable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges.branding import (
    BLACK,
    NIGHT,
    OURS,
    PAPER,
    READABLE,
    READABLE_AT_NIGHT,
    WHITE,
    BadColor,
    Color,
    blend,
    darken_until,
    derive_palette,
    lighten_until,
    measure_contrast,
    parse_color,
    read_brand,
    text_on,
)

COLORS = st.builds(Color, *[st.integers(0, 255)] * 3)


def read(text: str) -> Color:
    color = parse_color(text)
    assert isinstance(color, Color)
    return color


@pytest.mark.parametrize(
    ("text", "color"),
    [("#1f4e79", Color(31, 78, 121)), ("#1F4E79", Color(31, 78, 121)), (" #fa0 ", Color(255, 170, 0))],
)
def test_hexadecimal_colours_are_read(text: str, color: Color) -> None:
    assert parse_color(text) == color


@pytest.mark.parametrize(
    "text", ["", "red", "1f4e79", "#1f4e7", "#1f4e790", "#12345g", "rgb(1,2,3)", "#٠٠٠", "#fff;x:y"]
)
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    refused = parse_color(text)
    assert isinstance(refused, BadColor)
    assert "#1f4e79" in refused.reason


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000", "#fff", 21.0), ("#777", "#fff", 4.48), ("#767676", "#fff", 4.54), ("#1f4e79", "#1f4e79", 1.0)],
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    assert measure_contrast(read(one), read(other)) == pytest.approx(ratio, abs=0.01)
    assert measure_contrast(read(other), read(one)) == measure_contrast(read(one), read(other))


@given(COLORS)
def test_text_on_any_colour_is_readable(color: Color) -> None:
    assert measure_contrast(text_on(color), color) >= READABLE


@given(COLORS)
def test_every_shade_of_a_palette_is_readable_where_it_stands(color: Color) -> None:
    palette = derive_palette(color)
    assert measure_contrast(read(palette.color_text), read(palette.color)) >= READABLE
    for ground in (WHITE, PAPER):
        assert measure_contrast(read(palette.link_color), ground) >= READABLE
    assert measure_contrast(read(palette.link_color_dark), NIGHT) >= READABLE_AT_NIGHT


def test_a_colour_that_is_readable_already_stays() -> None:
    assert darken_until(Color(31, 78, 121), READABLE) == Color(31, 78, 121)
    assert lighten_until(WHITE, READABLE) == WHITE


def test_no_more_is_changed_than_needed() -> None:
    yellow = Color(255, 212, 0)
    darker = darken_until(yellow, READABLE)
    assert READABLE <= measure_contrast(darker, WHITE) < READABLE + 0.3


def test_what_no_shade_can_reach_ends_in_black_or_white() -> None:
    assert darken_until(Color(128, 128, 128), 10.0, BLACK) == BLACK
    assert lighten_until(Color(128, 128, 128), 10.0, WHITE) == WHITE


def test_white_is_preferred_to_black() -> None:
    assert text_on(Color(31, 78, 121)) == WHITE
    assert text_on(Color(255, 212, 0)) == BLACK


def test_blending_goes_from_one_to_the_other() -> None:
    assert [blend(BLACK, WHITE, share) for share in (0, 0.5, 1)] == [BLACK, Color(128, 128, 128), WHITE]


def test_what_cannot_be_read_is_shown_in_our_own_colour() -> None:
    assert (read_brand("#1f4e79"), read_brand("teal")) == (Color(31, 78, 121), OURS)
