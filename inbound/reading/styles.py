"""What the style of an element does to what a reader sees of it: hidden, white on white, on a background.

Here belongs looking at style sheets and style attributes for that alone, as attackers use them and mail programs write
them. What follows for the text of a mail is decided in `html_text`.
"""

import re

from inbound.reading.markup import StartTag

NEVER_SEEN = frozenset({
    "select", "datalist", "object", "audio", "video", "svg", "math", "map", "s", "strike", "del",
})  # fmt: skip
"""What is struck out its writer has taken back."""
_HIDING = re.compile(
    r"(?:^|;)(?:display:none|visibility:(?:hidden|collapse)|mso-hide:all|opacity:0*\.?0\d{0,8}(?=;|!|$)"
    r"|font-size:(?:0*\.?0*(?:px|pt|em|rem|%)?|[0-2](?:\.\d{0,8})?(?:px|pt))(?=;|!|$)"
    r"|(?:max-height|max-width):0*\.?0*(?:px|pt|em|rem|%)?(?=;|!|$)"
    r"|(?:display|visibility|opacity|font-size|color):[^;\\]{0,20}\\"
    r"|(?:left|right|top|text-indent|margin-left|margin-top):-\d{3,8}|clip:rect\(0|clip-path:inset\((?:50|100)%"
    r"|transform:scale[xy]?\(0[,)]|color:transparent|text-decoration[a-z-]{0,12}:[^;]{0,40}line-through)"
)
"""An escape in one of these no program writes: who does hides something."""
_NO_ROOM = re.compile(r"(?:^|;)(?:width|height):0*\.?0*(?:px|pt|em|rem|%)?(?=;|!|$)")
_WHITE = re.compile(
    r"(?:^|;)color:(?:white|#fff(?:fff)?(?:ff)?|rgba?\(255,255,255(?:,1)?\)|rgba\([^)]{0,20},0(?:\.0\d{0,4})?\))(?=;|!|$)"
)
_PAINT = re.compile(r"(?:^|;)background(?:-color|-image)?:(?!none|transparent|white|#fff(?:fff)?(?=;|!|$))")
_CSS_COMMENT = re.compile(r"/\*[^*]{0,200}\*/")
_STYLE = re.compile(r"<style[^>]{0,200}>([^<]{0,50000})", re.IGNORECASE)
_CSS_RULE = re.compile(r"[.#]([\w-]{1,60})\s{0,20}\{([^{}]{0,500})\}")
_MOST_RULES = 500


def find_hidden_marks(source: str) -> frozenset[str]:
    """Return the classes and ids, lower case, that the style sheets of a mail hide."""
    if "<style" not in source and "<STYLE" not in source:
        return frozenset()
    rules = [rule for sheet in _STYLE.findall(source) for rule in _CSS_RULE.findall(sheet)[:_MOST_RULES]]
    return frozenset(mark.lower() for mark, style in rules if _HIDING.search(_squeeze(style)))


def read_style(tag: StartTag) -> str:
    """Return the style of an element, lower case, without comments and white space."""
    style = tag.attributes.get("style", "")
    return _squeeze(style) if style else ""


def _squeeze(style: str) -> str:
    return "".join(_CSS_COMMENT.sub("", style).lower().split())


def is_hidden(tag: StartTag, style: str) -> bool:
    """Whether nothing of an element is seen."""
    if tag.name in NEVER_SEEN or "hidden" in tag.attributes or _HIDING.search(style):
        return True
    return "overflow:hidden" in style and bool(_NO_ROOM.search(style))


def is_white(tag: StartTag, style: str) -> bool:
    """Whether an element is written in white, or in nothing."""
    return bool(_WHITE.search(style)) or tag.attributes.get("color", "").lower() in ("white", "#ffffff", "#fff")


def paints_background(style: str) -> bool:
    """Whether an element has a background of its own: white text can be seen on it."""
    return bool(style and _PAINT.search(style))
