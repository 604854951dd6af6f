"""What the style of an element does to what a reader sees of it.

Here belongs looking at style sheets and style attributes for that alone, as attackers use them and mail programs write
them. Colours are compared in `colours`; what follows for the text of a mail is decided in `html_text`.
"""

import re
from collections.abc import Mapping

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
_CSS_COMMENT = re.compile(r"/\*[^*]{0,200}\*/")
_STYLE = re.compile(r"<style[^>]{0,200}>((?:[^<]|<(?!/style)){0,50000})", re.IGNORECASE)
_CSS_RULE = re.compile(r"([^{}]{1,300})\{([^{}]{0,500})\}")
_SELECTOR = re.compile(r"([.#][\w-]{1,60})(?::[\w-]{1,30})?$|^([a-z][a-z0-9]{0,20})$")
"""A class or an id, of whatever element and wherever, or an element by itself."""
_BETWEEN_WORDS = re.compile(r"(?<=[\w%)])\s{1,20}(?=[\w.#/-])")
_LONGEST_SHEET = 60_000
_MOST_RULES = 500
_LONGEST_STYLE = 600
_MOST_CLASSES = 10


def read_sheets(source: str) -> dict[str, str]:
    """Return what the style sheets of a mail say, by ".class", "#id" or element, each as `read_style` has it."""
    if "<style" not in source and "<STYLE" not in source:
        return {}
    said: dict[str, str] = {}
    sheet = "\n".join(_STYLE.findall(source)).replace("<!--", "")[:_LONGEST_SHEET]
    for selectors, style in _CSS_RULE.findall(_CSS_COMMENT.sub("", sheet))[:_MOST_RULES]:
        for selector in selectors.lower().split(","):
            found = _SELECTOR.search(selector.strip())
            if found:
                mark = found[1] or found[2]
                said[mark] = f"{said.get(mark, '')};{_squeeze(style)}"[-_LONGEST_STYLE:]
    return said


def read_style(tag: StartTag, sheets: Mapping[str, str]) -> str:
    """Return the style of an element, lower case, commas for white space, without comments; what tells most is last."""
    own = tag.attributes.get("style", "")
    style = _squeeze(own) if own else ""
    if not sheets:
        return style
    attributes = tag.attributes
    classes = [f".{name}" for name in attributes.get("class", "").lower().split()[:_MOST_CLASSES]]
    marks = (tag.name, *classes, f"#{attributes.get('id', '').lower()}")
    return ";".join(filter(None, (*(sheets.get(mark) for mark in marks), style)))


def _squeeze(style: str) -> str:
    return "".join(_BETWEEN_WORDS.sub(",", _CSS_COMMENT.sub("", style)).lower().split())


def is_hidden(tag: StartTag, style: str) -> bool:
    """Whether nothing of an element is seen."""
    if tag.name in NEVER_SEEN or "hidden" in tag.attributes or _HIDING.search(style):
        return True
    return "overflow:hidden" in style and bool(_NO_ROOM.search(style))
