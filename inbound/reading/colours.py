"""The colours of a text and of the ground behind it, and whether a reader can tell one from the other.

Here belong colours as mail programs and attackers write them: names, hex, rgb(), hsl(), by attribute or style. Where
the styles of an element come from is told in `styles`.
"""

import re
from colorsys import hls_to_rgb
from dataclasses import dataclass

from inbound.reading.markup import StartTag

Colour = tuple[int, int, int] | str
"""Red, green and blue, 0 to 255; the word itself where it is no colour that is known here."""

_NAMED: dict[str, Colour] = {
    "white": (255, 255, 255), "black": (0, 0, 0), "red": (255, 0, 0), "lime": (0, 255, 0), "blue": (0, 0, 255),
    "yellow": (255, 255, 0), "aqua": (0, 255, 255), "cyan": (0, 255, 255), "fuchsia": (255, 0, 255),
    "magenta": (255, 0, 255), "green": (0, 128, 0), "navy": (0, 0, 128), "maroon": (128, 0, 0), "olive": (128, 128, 0),
    "purple": (128, 0, 128), "teal": (0, 128, 128), "gray": (128, 128, 128), "grey": (128, 128, 128),
    "silver": (192, 192, 192), "snow": (255, 250, 250), "ivory": (255, 255, 240), "ghostwhite": (248, 248, 255),
    "floralwhite": (255, 250, 240), "whitesmoke": (245, 245, 245), "mintcream": (245, 255, 250),
    "azure": (240, 255, 255), "aliceblue": (240, 248, 255), "seashell": (255, 245, 238), "honeydew": (240, 255, 240),
    "lightyellow": (255, 255, 224), "lightcyan": (224, 255, 255), "lavenderblush": (255, 240, 245),
    "oldlace": (253, 245, 230), "linen": (250, 240, 230), "cornsilk": (255, 248, 220), "beige": (245, 245, 220),
    "lavender": (230, 230, 250), "gainsboro": (220, 220, 220), "window": (255, 255, 255), "canvas": (255, 255, 255),
    "windowtext": (0, 0, 0), "canvastext": (0, 0, 0), "auto": (0, 0, 0),
}  # fmt: skip
_LIKE_AROUND = frozenset({"", "inherit", "initial", "unset", "revert", "currentcolor", "none"})
_HEX = re.compile(r"#?([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})")
_FUNCTION = re.compile(r"(rgb|hsl)a?\(([^)]{1,60})\)")
_NUMBER = re.compile(r"-?\d{0,4}\.?\d{1,6}%?")
_INK = re.compile(r"(?:^|;)(?:color|-webkit-text-fill-color):([^;!]{1,80})")
_GROUND = re.compile(r"(?:^|;)background(?:-color|-image)?:([^;!]{1,300})")
_PIECE = re.compile(r"[^,()]{1,40}(?:\([^()]{0,100}\))?")
_LEAST_DIFFERENCE = 24
"""Of 255: what differs by no more in red, green and blue is one colour to a reader."""
_SEEN_THROUGH = 0.1
"""An opacity up to this leaves nothing to be seen."""
_UNKNOWN = "unknown"
"""The ground where a picture lies behind: whatever stands on it may be seen."""


@dataclass(frozen=True, slots=True)
class Colours:
    """Of the text in an element."""

    ink: Colour = (0, 0, 0)
    ground: Colour = (255, 255, 255)

    @property
    def are_alike(self) -> bool:
        """Whether the text cannot be seen."""
        if isinstance(self.ink, str) or isinstance(self.ground, str):
            return self.ink == self.ground
        return max(abs(one - other) for one, other in zip(self.ink, self.ground, strict=True)) <= _LEAST_DIFFERENCE


def read_colours(tag: StartTag, style: str, around: Colours) -> Colours:
    """Return the colours in an element with `style` (`styles.read_style`) that stands in `around`."""
    told = tag.attributes.get("color", "") or (tag.attributes.get("text", "") if tag.name == "body" else "")
    ground = around.ground
    for value in (tag.attributes.get("bgcolor", ""), *_GROUND.findall(style)):
        ground = _lay(value.lower().strip(), ground)
    if tag.attributes.get("background"):
        ground = _UNKNOWN
    ink = around.ink
    for value in (told, *_INK.findall(style)):
        ink = _read_colour(value.lower().strip(), ink, ground)
    return around if (ink, ground) == (around.ink, around.ground) else Colours(ink, ground)


def _lay(value: str, below: Colour) -> Colour:
    """Return the ground once `value` is laid over what is `below`."""
    if "url(" in value or "gradient(" in value:
        return _UNKNOWN
    read = [_read_colour(piece, below, below) for piece in _PIECE.findall(value)]
    return next((colour for colour in read if not isinstance(colour, str)), read[0] if read else below)


def _read_colour(value: str, like: Colour, ground: Colour) -> Colour:
    """Return a colour; `like` where it is told by reference, `ground` where it is seen through."""
    if value in _LIKE_AROUND:
        return like
    if value == "transparent":
        return ground
    named = _NAMED.get(value)
    if named is not None:
        return named
    shape = _HEX.fullmatch(value)
    if shape:
        return _read_hex(shape[1], ground)
    function = _FUNCTION.match(value)
    return _read_function(function[1], function[2], ground) if function else value


def _read_hex(digits: str, ground: Colour) -> Colour:
    long = digits if len(digits) > 4 else "".join(digit * 2 for digit in digits)
    red, green, blue, alpha = (int(long[at : at + 2] or "ff", 16) for at in (0, 2, 4, 6))
    return ground if alpha <= _SEEN_THROUGH * 255 else (red, green, blue)


def _read_function(name: str, inside: str, ground: Colour) -> Colour:
    written = _NUMBER.findall(inside)
    if len(written) < 3:
        return inside
    one, two, three, alpha = (float(each.rstrip("%")) for each in (*written, "1")[:4])
    if alpha * (0.01 if written[3:] and written[3].endswith("%") else 1) <= _SEEN_THROUGH:
        return ground
    if name == "hsl":
        parts = [255 * part for part in hls_to_rgb(one % 360 / 360, three / 100, two / 100)]
    else:
        parts = [
            2.55 * part if each.endswith("%") else part
            for part, each in zip((one, two, three), written[:3], strict=True)
        ]
    red, green, blue = (min(255, max(0, round(part))) for part in parts)
    return red, green, blue
