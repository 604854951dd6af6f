"""The emblem: the picture of a badge for programmes that bring none of their own.

Here belong its shapes and colours: a seal in the issuer's colour with the badge's name on it, and a ribbon with the
issuer's. Everything is drawn with Pillow alone, and its own font, so that the picture is the same on every machine.
How words are set stands in `badges.lettering`; how the picture becomes bytes, in `badges.images`.
"""

import math
from collections.abc import Iterable

from PIL import Image, ImageDraw

from badges.branding import BLACK, WHITE, BadColor, Color, blend, darken_until, parse_color, text_on
from badges.lettering import Lettering, can_letter, set_words

SIDE = 600
"""Pixels of the finished picture; it is shown at half of that, sharp on dense screens."""

_SCALE = 3
"""Drawn that much larger and reduced: Pillow's shapes have no smooth edges of their own."""
_X, _Y = 300, 300
"""The middle of the seal."""
_TEETH = 32
_HALO, _SEAL, _TOOTH = 279, 272, 9
_RIM, _FIELD = 240, 234
_RIBBON = (34, 422, 566, 510)
_COLORS = 192
_SMALL_PRINT = 7.0
"""The contrast of the ribbon's small letters (WCAG 2.2, level AAA)."""

_Point = tuple[float, float]


def compose_badge(name: str, issuer_name: str, color: str) -> Image.Image:
    """Return the picture of a badge, transparent around the seal. Raises `ValueError` if `color` is no colour."""
    brand = parse_color(color)
    if isinstance(brand, BadColor):
        raise ValueError(brand.reason)
    picture = Image.new("RGBA", (SIDE * _SCALE, SIDE * _SCALE), (255, 255, 255, 0))
    pen = ImageDraw.Draw(picture)
    _draw_seal(pen, brand)
    if can_letter(name):
        _draw_star(pen, (_X, 136), 30, _soft(brand))
        _write(pen, set_words(name, width=370, height=196, sizes=(58, 24)), (_X, 290), text_on(brand))
    else:
        _draw_star(pen, (_X, 264), 118, text_on(brand))
    if can_letter(issuer_name):
        _draw_ribbon(pen, brand)
        lettering = set_words(issuer_name, width=440, height=66, sizes=(32, 17))
        _write(pen, lettering, (_X, (_RIBBON[1] + _RIBBON[3]) / 2), darken_until(brand, _SMALL_PRINT))
    return _reduce(picture)


def _reduce(picture: Image.Image) -> Image.Image:
    """Return `picture` at its size, in so few colours that its PNG is a third as long: every mail carries it."""
    small = picture.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    reduced = small.quantize(_COLORS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    colors = bytearray(reduced.getpalette("RGBA") or b"")
    colors[3::4] = bytes(_settle(alpha) for alpha in colors[3::4])
    reduced.putpalette(colors, "RGBA")
    return reduced


def _settle(alpha: int) -> int:
    """Undo what averaging does to the opacity of what is wholly opaque or wholly clear."""
    return 0 if alpha < 8 else 255 if alpha > 247 else alpha


def _draw_seal(pen: ImageDraw.ImageDraw, brand: Color) -> None:
    """Draw the toothed disc. Its white edge keeps a dark seal apart from a dark ground."""
    edge = blend(brand, BLACK, 0.22)
    _draw_polygon(pen, _toothed(_HALO), WHITE)
    _draw_polygon(pen, _toothed(_SEAL), edge)
    _draw_disc(pen, _RIM, _soft(brand))
    _draw_disc(pen, _FIELD, brand)


def _draw_ribbon(pen: ImageDraw.ImageDraw, brand: Color) -> None:
    left, top, right, bottom = _RIBBON
    paper, shade, line = blend(brand, WHITE, 0.9), blend(brand, WHITE, 0.6), blend(brand, BLACK, 0.22)
    drop = 30
    for outer, inner, notch in ((left - 28, left + 58, left - 4), (right + 28, right - 58, right + 4)):
        tail = [(outer, top + drop), (inner, top + drop), (inner, bottom + drop), (outer, bottom + drop)]
        middle = (notch, (top + bottom) / 2 + drop)
        _draw_polygon(pen, [*tail, middle], shade, line)
        fold = [(inner, bottom), (inner, bottom + drop), (left if inner < _X else right, bottom)]
        _draw_polygon(pen, fold, line)
    _draw_polygon(pen, [(left, top), (right, top), (right, bottom), (left, bottom)], paper, line)


def _write(pen: ImageDraw.ImageDraw, lettering: Lettering, middle: _Point, color: Color) -> None:
    lettering.draw(pen, middle, _SCALE, str(color))


def _draw_star(pen: ImageDraw.ImageDraw, middle: _Point, radius: float, color: Color) -> None:
    turns = [math.pi * step / 5 for step in range(10)]
    radii = [radius if step % 2 == 0 else radius * 0.42 for step in range(10)]
    points = [
        (middle[0] + r * math.sin(turn), middle[1] - r * math.cos(turn)) for r, turn in zip(radii, turns, strict=True)
    ]
    _draw_polygon(pen, points, color)


def _draw_disc(pen: ImageDraw.ImageDraw, radius: float, color: Color) -> None:
    box = [(_X - radius) * _SCALE, (_Y - radius) * _SCALE, (_X + radius) * _SCALE, (_Y + radius) * _SCALE]
    pen.ellipse(box, fill=str(color))


def _draw_polygon(pen: ImageDraw.ImageDraw, points: Iterable[_Point], color: Color, line: Color | None = None) -> None:
    scaled = [(x * _SCALE, y * _SCALE) for x, y in points]
    pen.polygon(scaled, fill=str(color), outline=str(line) if line else None, width=3 * _SCALE)


def _toothed(radius: float) -> list[_Point]:
    turns = [2 * math.pi * step / 720 for step in range(720)]
    radii = [radius - _TOOTH / 2 + math.cos(turn * _TEETH) * _TOOTH / 2 for turn in turns]
    return [(_X + r * math.sin(turn), _Y - r * math.cos(turn)) for r, turn in zip(radii, turns, strict=True)]


def _soft(brand: Color) -> Color:
    """Return a shade between the brand colour and its text: seen, but not loud."""
    return blend(brand, text_on(brand), 0.55)
