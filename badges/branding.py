"""Colours: an issuer's brand colour, and the colours that stay readable beside it.

Here belong reading a colour, its contrast, and the shades derived from it, as pure functions. Where the shades are
used stands in `templates/email/`. Contrast is that of WCAG 2.2 (relative luminance, contrast ratio), from 1 to 21.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

READABLE = 4.5
"""The least contrast of text with its ground: WCAG 2.2, success criterion 1.4.3, level AA."""
READABLE_AT_NIGHT = 7.0
"""The least contrast of links in dark mode (level AAA): saturated colours glare on a dark ground."""

_HEX = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_STEPS = 100


@dataclass(frozen=True)
class Color:
    """An opaque sRGB colour; each part from 0 to 255."""

    red: int
    green: int
    blue: int

    def __str__(self) -> str:
        """Return `#rrggbb`, as HTML attributes and Outlook's VML take it."""
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"


@dataclass(frozen=True)
class BadColor:
    """What was given is no colour that every mail program understands."""

    reason: str


BLACK = Color(0, 0, 0)
WHITE = Color(255, 255, 255)
NIGHT = Color(0x1B, 0x1E, 0x24)
"""The lightest ground of links in dark mode (templates/email/_screen.css)."""

PAPER = Color(0xF1, 0xF3, 0xF5)
"""The darkest ground of text in light mode: around the card (templates/email/_style.css)."""

OURS = Color(0x23, 0x40, 0x3C)
"""Of pages that speak for no issuer (templates/pages/static/pages.css)."""


@dataclass(frozen=True)
class Palette:
    """An issuer's colour with the colours of what stands on it and of links in it, as `#rrggbb`."""

    color: str
    color_text: str
    """Black or white, whichever is readable on `color`."""
    link_color: str
    """`color`, darkened as far as needed to be readable on white and on `PAPER`."""
    link_color_dark: str
    """`color`, lightened as far as needed to be readable in dark mode."""


def parse_color(text: str) -> Color | BadColor:
    """Read `#rgb` or `#rrggbb`. Names and functions are refused: Outlook's VML does not read them all."""
    text = text.strip()
    if not _HEX.fullmatch(text):
        return BadColor(f"{text!r} is not a colour: write # and six hexadecimal digits, as in #1f4e79")
    digits = text[1:] if len(text) == 7 else "".join(digit * 2 for digit in text[1:])
    return Color(int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16))


def read_brand(text: str) -> Color:
    """Return the colour on record of an issuer; `OURS` for one that cannot be read: what it is for is shown anyway."""
    color = parse_color(text)
    return color if isinstance(color, Color) else OURS


def derive_palette(color: Color) -> Palette:
    """Return the colours of a mail in the brand colour `color`; all its text is readable (contrast 4.5 or more)."""
    return Palette(
        color=str(color),
        color_text=str(text_on(color)),
        link_color=str(darken_until(color, READABLE, PAPER)),
        link_color_dark=str(lighten_until(color, READABLE_AT_NIGHT, NIGHT)),
    )


@dataclass(frozen=True)
class Contrasts:
    """How well what is derived from a colour can be read: ratios from 1 to 21."""

    text: float
    """Of text on the colour."""
    link: float
    """Of links on the darkest ground of light mode."""
    link_dark: float
    """Of links on the lightest ground of dark mode."""
    as_link: float
    """Of the colour itself on white: below `READABLE` its links are darkened."""


def measure_palette(color: Color) -> Contrasts:
    """Return how readable a mail in the brand colour `color` is."""
    return Contrasts(
        text=measure_contrast(color, text_on(color)),
        link=measure_contrast(darken_until(color, READABLE, PAPER), PAPER),
        link_dark=measure_contrast(lighten_until(color, READABLE_AT_NIGHT, NIGHT), NIGHT),
        as_link=measure_contrast(color, WHITE),
    )


def measure_luminance(color: Color) -> float:
    """Return the relative luminance, from 0 (black) to 1 (white)."""
    red, green, blue = (_linear(part / 255) for part in (color.red, color.green, color.blue))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def measure_contrast(one: Color, other: Color) -> float:
    """Return the contrast ratio of two colours, from 1 (none) to 21 (black on white)."""
    darker, lighter = sorted((measure_luminance(one), measure_luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def text_on(ground: Color) -> Color:
    """Return white if it is readable on `ground`, else black. One of the two always is: their worst case is 4.58."""
    return WHITE if measure_contrast(WHITE, ground) >= READABLE else BLACK


def darken_until(color: Color, ratio: float, ground: Color = WHITE) -> Color:
    """Return `color`, mixed with as little black as gives `ratio` on `ground`; black if none does."""
    return _blend_until(color, BLACK, lambda shade: measure_contrast(shade, ground) >= ratio)


def lighten_until(color: Color, ratio: float, ground: Color = NIGHT) -> Color:
    """Return `color`, mixed with as little white as gives `ratio` on `ground`; white if none does."""
    return _blend_until(color, WHITE, lambda shade: measure_contrast(shade, ground) >= ratio)


def blend(color: Color, other: Color, share: float) -> Color:
    """Return `color` with `share` (0 to 1) of `other` mixed in."""
    return Color(
        round(color.red + (other.red - color.red) * share),
        round(color.green + (other.green - color.green) * share),
        round(color.blue + (other.blue - color.blue) * share),
    )


def _blend_until(color: Color, other: Color, is_enough: Callable[[Color], bool]) -> Color:
    shades = (blend(color, other, step / _STEPS) for step in range(_STEPS + 1))
    return next((shade for shade in shades if is_enough(shade)), other)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
