"""A scanner for HTML as mail programs and attackers write it: start tags, end tags and text, in one pass.

Here belongs telling the pieces apart, as a browser would; never raises, and takes time in proportion to the length.
What the elements mean for the text of a mail is decided in `html_text`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

_TAG_NAME = re.compile(r"<(/?)([A-Za-z][^\s/>]{0,60}+)")
_TAG_REST = re.compile(r"""[^>"']*+(?:"[^"]*+"[^>"']*+|'[^']*+'[^>"']*+)*+>""")
_ATTRIBUTE = re.compile(r"""([^\s"'>/=]++)(?:\s*+=\s*+("[^"]*+"|'[^']*+'|[^\s>"']++))?""")
_RAW_ELEMENT_END = {
    name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE)
    for name in ("script", "style", "title", "textarea", "template", "noframes", "xml")
}
"""Elements whose content nobody sees as text of the mail."""
_LONGEST_ATTRIBUTES = 4_000
"""Characters of one tag in which attributes are looked for."""


@dataclass(frozen=True, slots=True)
class StartTag:
    """`name` and the names of attributes are lower case; the values have their entities undone."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EndTag:
    """`name` is lower case."""

    name: str


Piece = StartTag | EndTag | str


def scan_markup(source: str) -> Iterator[Piece]:
    """Yield tags and text of `source` in their order, without comments, scripts and styles."""
    return _Scanner(source).scan()


@dataclass(slots=True)
class _Scanner:
    source: str
    position: int = 0
    quotes_are_broken: bool = False
    """A quote without its end was met; after it quotes mean nothing, so that none is sought to the end twice."""

    def scan(self) -> Iterator[Piece]:
        while self.position < len(self.source):
            less_than = self.source.find("<", self.position)
            end = less_than if less_than >= 0 else len(self.source)
            if end > self.position:
                yield unescape(self.source[self.position : end])
                self.position = end
            if less_than >= 0 and (piece := self._take_markup()):
                yield piece

    def _take_markup(self) -> Piece | None:
        name = _TAG_NAME.match(self.source, self.position)
        if name:
            return self._take_tag(name)
        if self.source.startswith(("<!", "<?", "</"), self.position):
            self._skip_declaration()
            return None
        self.position += 1
        return "<"

    def _take_tag(self, name: re.Match[str]) -> Piece | None:
        end = self._find_tag_end(name.end())
        inside = self.source[name.end() : min(end, name.end() + _LONGEST_ATTRIBUTES)]
        self.position = end
        element = name[2].lower()
        if name[1]:
            return EndTag(element)
        if element not in _RAW_ELEMENT_END:
            return StartTag(element, _read_attributes(inside))
        found = _RAW_ELEMENT_END[element].search(self.source, end)
        self.position = found.start() if found else len(self.source)
        return None

    def _find_tag_end(self, start: int) -> int:
        if not self.quotes_are_broken:
            rest = _TAG_REST.match(self.source, start)
            if rest:
                return rest.end()
            self.quotes_are_broken = True
        return self.source.find(">", start) + 1 or len(self.source)

    def _skip_declaration(self) -> None:
        """Skip a comment, a conditional comment's bare form, a doctype or what a browser takes for one."""
        if self.source.startswith(("<!-->", "<!--->"), self.position) or not self.source.startswith(
            "<!--", self.position
        ):
            end = self.source.find(">", self.position) + 1
        else:
            end = self.source.find("-->", self.position + 4) + 3
            end = 0 if end == 2 else end
        self.position = end or len(self.source)


def _read_attributes(inside: str) -> dict[str, str]:
    if not inside.strip(" />"):
        return {}
    found: dict[str, str] = {}
    for name, value in _ATTRIBUTE.findall(inside):
        found.setdefault(name.lower(), unescape(value.strip("\"'")))
    return found
