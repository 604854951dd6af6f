"""Colours as styles name them, veils included. Opaque colours and their contrast are `badges.branding`'s."""

from dataclasses import dataclass

from tinycss2.color3 import parse_color

from badges.branding import BLACK, Color, blend

UNREADABLE = 2.0
"""Below this contrast, text is as good as missing."""


@dataclass(frozen=True)
class Paint:
    """A colour, and how much of it covers what lies below: from 0 (nothing) to 1."""

    color: Color
    alpha: float = 1.0

    def over(self, ground: Color) -> Color:
        """Return what is seen of this paint on `ground`."""
        return blend(ground, self.color, self.alpha)


TEXT_BLACK = Paint(BLACK)
LINK_BLUE = Paint(Color(0, 0, 0xEE))
"""What an `<a>` without a colour of its own gets in most programs."""


def read_paint(text: str) -> Paint | None:
    """Return the colour that a CSS value or an old HTML attribute names; None for anything else."""
    parsed = parse_color(text)
    if parsed is None or isinstance(parsed, str):
        return None
    return Paint(Color(*(round(part * 255) for part in parsed[:3])), parsed.alpha)
