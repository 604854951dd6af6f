"""Lettering: words set in capitals with Pillow's own font, broken into lines that fit a box.

Here belong the choice of size and lines, and the accents: Pillow's own font (Aileron) has the letters of ASCII alone,
so accents are drawn over them. Names in other scripts cannot be set; `can_letter` tells beforehand.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from PIL import ImageDraw, ImageFont

_LEADING = 1.22
"""From one baseline to the next, in sizes."""
_CAPITAL = 0.72
"""The height of a capital, in sizes."""
_WEIGHT = 0.022
"""Thickens the letters, in sizes: the font has one weight."""
_ELLIPSIS = "..."

_SPELLINGS = str.maketrans(
    {"Æ": "AE", "Œ": "OE", "ẞ": "SS", "’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-"}
)

_Stroke = tuple[tuple[float, float], ...]

_MARKS: Mapping[str, tuple[_Stroke, ...]] = {
    "\u0300": (((-0.13, -0.17), (0.05, -0.04)),),
    "\u0301": (((-0.05, -0.04), (0.13, -0.17)),),
    "\u0302": (((-0.14, -0.04), (0.0, -0.16), (0.14, -0.04)),),
    "\u0303": (((-0.16, -0.05), (-0.08, -0.12), (0.08, -0.05), (0.16, -0.12)),),
    "\u0304": (((-0.14, -0.09), (0.14, -0.09)),),
    "\u0306": (((-0.13, -0.16), (-0.06, -0.06), (0.06, -0.06), (0.13, -0.16)),),
    "\u0307": (((-0.01, -0.1), (0.01, -0.1)),),
    "\u0308": (((-0.12, -0.1), (-0.1, -0.1)), ((0.1, -0.1), (0.12, -0.1))),
    "\u030a": (((-0.07, -0.1), (0.0, -0.17), (0.07, -0.1), (0.0, -0.03), (-0.07, -0.1)),),
    "\u030b": (((-0.12, -0.04), (-0.02, -0.17)), ((0.06, -0.04), (0.16, -0.17))),
    "\u030c": (((-0.14, -0.16), (0.0, -0.04), (0.14, -0.16)),),
    "\u0326": (((0.01, 0.86), (-0.04, 0.97)),),
    "\u0327": (((0.0, 0.74), (0.0, 0.82), (0.07, 0.88), (0.0, 0.95), (-0.08, 0.93)),),
    "\u0328": (((0.12, 0.74), (0.04, 0.86), (0.1, 0.94), (0.18, 0.9)),),
}
"""Combining marks as strokes, in sizes: right of the letter's middle, and down from the top of the capitals."""


@dataclass(frozen=True)
class Lettering:
    """Words as they will stand: lines of one size."""

    lines: tuple[str, ...]
    size: float

    def draw(self, pen: ImageDraw.ImageDraw, middle: tuple[float, float], scale: int, color: str) -> None:
        """Draw the lines, centred around `middle`, everything enlarged by `scale`."""
        size = self.size * scale
        baseline = middle[1] * scale + size * (_CAPITAL - (len(self.lines) - 1) * _LEADING) / 2
        for line in self.lines:
            _draw_line(pen, line, (middle[0] * scale, baseline), size, color)
            baseline += size * _LEADING


def can_letter(words: str) -> bool:
    """Tell whether every letter of `words` can be set: Latin with the usual accents, digits, punctuation."""
    return bool(words.strip()) and all(" " <= mark <= "~" or mark in _MARKS for mark in _spell(words))


def set_words(words: str, *, width: float, height: float, sizes: tuple[int, int]) -> Lettering:
    """Return `words` in the largest of `sizes` (from, down to) that fits; what fits in none is cut short."""
    spelled = _spell(words).split()
    for size in range(sizes[0], sizes[1] - 1, -1):
        lines = _break_lines(spelled, width, size)
        if _height_of(len(lines), size) <= height and all(_width_of(line, size) <= width for line in lines):
            return Lettering(tuple(lines), size)
    return _cut_short(spelled, width, height, sizes[1])


def _cut_short(words: list[str], width: float, height: float, size: int) -> Lettering:
    lines = _break_lines(words, width, size)
    while len(lines) > 1 and _height_of(len(lines), size) > height:
        lines = [*lines[:-2], lines[-2] + _ELLIPSIS]
    return Lettering(tuple(_trim_line(line, width, size) for line in lines), size)


def _trim_line(line: str, width: float, size: float) -> str:
    if _width_of(line, size) <= width:
        return line
    kept = line.removesuffix(_ELLIPSIS)
    while kept and _width_of(kept + _ELLIPSIS, size) > width:
        kept = kept[:-1]
    return kept.rstrip() + _ELLIPSIS


def _break_lines(words: list[str], width: float, size: float) -> list[str]:
    lines = [words[0]]
    for word in words[1:]:
        longer = f"{lines[-1]} {word}"
        if _width_of(longer, size) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _height_of(lines: int, size: float) -> float:
    return ((lines - 1) * _LEADING + _CAPITAL) * size


def _width_of(line: str, size: float) -> float:
    return _font(100).getlength(_without_marks(line)) * size / 100


def _draw_line(pen: ImageDraw.ImageDraw, line: str, middle: tuple[float, float], size: float, color: str) -> None:
    font, weight = _font(size), round(size * _WEIGHT)
    bare = _without_marks(line)
    left, baseline = middle[0] - font.getlength(bare) / 2, middle[1]
    pen.text((left, baseline), bare, fill=color, font=font, anchor="ls", stroke_width=weight, stroke_fill=color)
    letters = ""
    for mark in line:
        if mark not in _MARKS:
            letters += mark
            continue
        x = left + font.getlength(letters) - font.getlength(letters[-1:]) / 2
        _draw_mark(pen, mark, (x, baseline - size * _CAPITAL), size, color)


def _draw_mark(pen: ImageDraw.ImageDraw, mark: str, top: tuple[float, float], size: float, color: str) -> None:
    width = size * 0.085
    for stroke in _MARKS[mark]:
        points = [(top[0] + x * size, top[1] + y * size) for x, y in stroke]
        pen.line(points, fill=color, width=round(width), joint="curve")
        for x, y in (points[0], points[-1]):
            pen.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=color)


def _spell(words: str) -> str:
    """Return `words` in capitals, each accent apart from its letter."""
    return unicodedata.normalize("NFD", " ".join(words.split()).upper().translate(_SPELLINGS))


def _without_marks(line: str) -> str:
    return "".join(letter for letter in line if letter not in _MARKS)


@cache
def _font(size: float) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise RuntimeError("Pillow was built without FreeType, which draws the letters of badges")
    # The basic layout is on every machine; Raqm, which is not, would set the same letters elsewhere.
    return font.font_variant(layout_engine=ImageFont.Layout.BASIC)
