"""The text that a reader of an HTML mail sees, line by line, with `> ` before what the mail program quotes.

Here belongs what elements mean: hidden ones, blocks, table cells, links, and the containers that mail programs put
around the mail they answer. Tags are told apart in `markup`; who wrote which line is decided in `sections`.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from inbound.reading.colours import Colours, read_colours
from inbound.reading.markup import EndTag, StartTag, scan_markup
from inbound.reading.styles import NEVER_SEEN, is_hidden, read_sheets, read_style

_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "center", "dd", "div", "dl", "dt", "fieldset",
    "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main", "nav",
    "ol", "p", "pre", "section", "table", "tbody", "tfoot", "thead", "tr", "ul",
})  # fmt: skip
_SPACED = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "ul"})
_VOID = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track",
    "wbr",
})  # fmt: skip
_CLOSED_BY_ITS_LIKE = {"p": {"p"}, "li": {"li"}, "tr": {"tr", "td", "th"}, "td": {"td", "th"}, "th": {"td", "th"}}
_QUOTE_MARKS = (
    "gmail_attr", "moz-cite-prefix", "yahoo_quoted", "protonmail_quote", "zmail_extra", "tutanota_quote",
    "mail-editor-reference-message-container", "ms-outlook-mobile-reference-message",
)  # fmt: skip
"""Classes and ids of elements that hold a quote, or the line that introduces it. `gmail_quote` is none: interleaved
answers stand in it beside the quotes."""
_HEADER_MARKS = ("outlookmessageheader", "divrplyfwdmsg")
"""After an element so marked stands the mail that is answered, to the end."""
_INDENTATION = re.compile(r"(?:^|;)border(?:-width|-style)?:(?:none|0)")
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_LINK = re.compile(r"(?:https?://|mailto:)[^\s<>]{1,500}", re.IGNORECASE)


def render_text(source: str, longest: int) -> tuple[str, bool]:
    """Return the text of `source`, at most about `longest` characters, and whether something was left off."""
    writer = _Writer(read_sheets(source))
    for piece in scan_markup(source):
        if isinstance(piece, str):
            writer.write(piece)
        elif isinstance(piece, StartTag):
            writer.open(piece)
        else:
            writer.close(piece)
        if writer.length > longest:
            break
    writer.end_line()
    text = "\n".join(writer.lines).strip("\n")
    return text[:longest], writer.length > longest


@dataclass(frozen=True, slots=True)
class _Open:
    """An element that is open, and what ends with it."""

    name: str
    hides: bool
    quotes: bool
    colours: Colours | None = None
    """Its own; None: those around it."""
    href: str = ""


@dataclass(slots=True)
class _Writer:
    sheets: Mapping[str, str]
    lines: list[str] = field(default_factory=list)
    length: int = 0
    _line: list[str] = field(default_factory=list)
    _open: list[_Open] = field(default_factory=list)
    _names: Counter[str] = field(default_factory=Counter)
    _hidden: int = 0
    _quoted: int = 0
    _colours: list[Colours] = field(default_factory=lambda: [Colours()])
    _unseen: bool = False
    """What is written has the colour of its ground."""
    _answers_to_the_end: int = 0

    def write(self, text: str) -> None:
        if self._hidden or self._unseen:
            return
        self.length += len(text)
        if not self._names.get("pre"):
            self._line.append(_BLANKS.sub(" ", text))
            return
        first, *others = text.split("\n")
        self._line.append(first)
        for other in others:
            self._break_line()
            self._line.append(other)

    def open(self, tag: StartTag) -> None:
        while self._open and self._open[-1].name in _CLOSED_BY_ITS_LIKE.get(tag.name, ()):
            self._pop()
        if tag.name in _BLOCKS:
            self._start_block(tag)
        if tag.name == "br" and not self._hidden:
            self._break_line()
        elif tag.name in ("td", "th") and not self._hidden and self._line:
            self._line.append("\t")
        if tag.name not in _VOID:
            self._push(tag)

    def close(self, tag: EndTag) -> None:
        if tag.name == "br":
            self._break_line()
        if not self._names.get(tag.name):
            return
        while self._pop() != tag.name:
            pass

    def end_line(self) -> None:
        """Put down what stands in the line; nothing where it is empty."""
        if self._line and "".join(self._line).strip():
            self._break_line()
        self._line.clear()

    def _start_block(self, tag: StartTag) -> None:
        if self._hidden:
            return
        self.end_line()
        if tag.name in _SPACED and not _is_tight(tag) and self.lines and self.lines[-1].strip("> "):
            self._break_line()

    def _break_line(self) -> None:
        if self._hidden:
            return
        depth = self._quoted + self._answers_to_the_end
        text = "".join(self._line)
        text = text.rstrip() if self._names.get("pre") else _tidy(text)
        if text.startswith("-----"):
            depth = self._answers_to_the_end
        self.lines.append(f"{'>' * min(depth, 50)} {text}".rstrip() if depth else text)
        self.length += depth + 1
        self._line.clear()

    def _push(self, tag: StartTag) -> None:
        opened = self._look_at(tag)
        if opened.quotes:
            self.end_line()
        self._open.append(opened)
        self._names[tag.name] += 1
        self._hidden += opened.hides
        self._quoted += opened.quotes
        if opened.colours:
            self._colours.append(opened.colours)
            self._unseen = opened.colours.are_alike

    def _look_at(self, tag: StartTag) -> _Open:
        if not tag.attributes and not self.sheets:
            return _Open(tag.name, tag.name in NEVER_SEEN, tag.name == "blockquote")
        marks = f"{tag.attributes.get('class', '')} {tag.attributes.get('id', '')}".lower()
        if any(mark in marks for mark in _HEADER_MARKS) and not self._answers_to_the_end:
            self.end_line()
            self._answers_to_the_end = 1
        quotes = _is_quote(tag, marks)
        link = _LINK.match(tag.attributes.get("href", "").strip()) if tag.name == "a" else None
        style = read_style(tag, self.sheets)
        around = self._colours[-1]
        colours = read_colours(tag, style, around)
        own_colours = None if colours is around else colours
        return _Open(tag.name, is_hidden(tag, style), quotes, own_colours, link[0] if link else "")

    def _pop(self) -> str:
        closed = self._open[-1]
        if closed.quotes or (closed.name in _BLOCKS and not self._hidden):
            self.end_line()
        if closed.href and not self._hidden and not self._unseen:
            self._write_link(closed.href)
        self._open.pop()
        self._names[closed.name] -= 1
        self._hidden -= closed.hides
        self._quoted -= closed.quotes
        if closed.colours:
            self._colours.pop()
            self._unseen = self._colours[-1].are_alike
        return closed.name

    def _write_link(self, href: str) -> None:
        """Add the address of a link where its label does not say it."""
        address = href[len("mailto:") :].partition("?")[0] if href.lower().startswith("mailto:") else href
        written = "".join(self._line[-8:])
        if address.rstrip("/").lower() not in written.lower():
            self._line.append(f" <{address}>")


def _tidy(text: str) -> str:
    """Collapse blanks; tabs part the cells of a table, a no-break space is a space."""
    cells = (_BLANKS.sub(" ", cell.replace("\xa0", " ")).strip() for cell in text.split("\t"))
    return "\t".join(cells).strip("\t") or ""


def _is_quote(tag: StartTag, marks: str) -> bool:
    if any(mark in marks for mark in _QUOTE_MARKS):
        return True
    if tag.name != "blockquote":
        return False
    style = "".join(tag.attributes.get("style", "").lower().split())
    return tag.attributes.get("type", "").lower() == "cite" or "quote" in marks or not _INDENTATION.search(style)


def _is_tight(tag: StartTag) -> bool:
    """Whether a paragraph stands without space around it, as Outlook writes single lines."""
    style = "".join(tag.attributes.get("style", "").lower().split())
    return tag.attributes.get("class", "").lower().startswith("mso") or "margin:0" in style
