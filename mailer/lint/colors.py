"""Colours and their contrast (WCAG 2.2, "relative luminance" and "contrast ratio").

Here belong numbers. Which colours meet in a mail stands in `contrast`.
"""

from dataclasses import dataclass

from tinycss2.color3 import parse_color

ENOUGH = 4.5
"""The least contrast of text against its background (WCAG 2.2, success criterion 1.4.3)."""

UNREADABLE = 2.0
"""Below this, text is as good as missing."""


@dataclass(frozen=True)
class Color:
    """Red, green, blue and alpha, each from 0 to 1, in sRGB."""

    red: float
    green: float
    blue: float
    alpha: float = 1.0

    def over(self, below: "Color") -> "Color":
        """Return this colour laid over an opaque one."""
        share = self.alpha
        return Color(
            self.red * share + below.red * (1 - share),
            self.green * share + below.green * (1 - share),
            self.blue * share + below.blue * (1 - share),
        )

    def __str__(self) -> str:
        return "#" + "".join(f"{round(part * 255):02x}" for part in (self.red, self.green, self.blue))


BLACK = Color(0, 0, 0)
WHITE = Color(1, 1, 1)
LINK_BLUE = Color(0, 0, 238 / 255)
"""What an `<a>` without a colour of its own gets in most programs."""


def read_color(text: str) -> Color | None:
    """Return the colour that a CSS value or an old HTML attribute names; None for anything else."""
    parsed = parse_color(text)
    if parsed is None or isinstance(parsed, str):
        return None
    return Color(parsed.red, parsed.green, parsed.blue, parsed.alpha)


def contrast_of(one: Color, other: Color) -> float:
    """Return the contrast ratio of two opaque colours, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: Color) -> float:
    red, green, blue = (_linear(part) for part in (color.red, color.green, color.blue))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
