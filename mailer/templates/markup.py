"""A scanner for the HTML of templates: tags with their attributes, text, comments, each with its offset.

Here belongs telling the parts of a source apart, strictly: what a browser would have to guess about (a bare "<", a tag
that does not end) is a `MarkupFault`. What may stand in which part is decided in `structure` and `wording`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

RAW_ELEMENTS = frozenset({"style", "script", "title", "textarea"})
"""Elements whose content is text up to their end tag."""

VOID_ELEMENTS = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
"""Elements without an end tag (HTML Living Standard, section 13.1.2)."""

_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
_DECLARATION = re.compile(r"<![^>]*>")
_TAG = re.compile(r"<(/?)([A-Za-z][^\s/>\"'=<]*)")
_ATTRIBUTE = re.compile(r"""\s+([^\s"'>/=<]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
_TAG_END = re.compile(r"\s*(/?)>")


class MarkupFault(Exception):  # noqa: N818 - becomes a Refusal with its place
    """What stands at `offset` is not well written."""

    def __init__(self, offset: int, reason: str) -> None:
        super().__init__(reason)
        self.offset = offset
        self.reason = reason


@dataclass(frozen=True)
class Attribute:
    """`value` as written, with its entities; `offset` is where the attribute begins."""

    name: str
    value: str
    offset: int
    quoted: bool


@dataclass(frozen=True)
class Tag:
    """A start or end tag. `name` is lower case."""

    name: str
    offset: int
    end: int
    closing: bool = False
    self_closing: bool = False
    attributes: tuple[Attribute, ...] = ()


@dataclass(frozen=True)
class Text:
    """Text, or the content of a raw element (then `element` is its name)."""

    text: str
    offset: int
    element: str | None = None


@dataclass(frozen=True)
class Comment:
    """A comment's content, `<!--` and `-->` left out; `offset` is where the content begins."""

    text: str
    offset: int


@dataclass(frozen=True)
class Declaration:
    """`<!DOCTYPE …>` and its like."""

    text: str
    offset: int = field(default=0)


Piece = Tag | Text | Comment | Declaration


def scan(html: str, start: int = 0, end: int | None = None) -> Iterator[Piece]:
    """Yield the parts of `html[start:end]` in order, without gaps. Offsets count from the start of `html`."""
    position = start
    end = len(html) if end is None else end
    while position < end:
        if html[position] != "<":
            after = html.find("<", position, end)
            after = end if after < 0 else after
            yield Text(html[position:after], position)
            position = after
            continue
        piece, position = _scan_markup(html, position, end)
        yield piece
        if isinstance(piece, Tag) and piece.name in RAW_ELEMENTS and not piece.closing:
            raw, position = _scan_raw(html, piece, end)
            yield raw


def _scan_markup(html: str, position: int, end: int) -> tuple[Piece, int]:
    if html.startswith("<!--", position):
        comment = _COMMENT.match(html, position, end)
        if comment is None:
            raise MarkupFault(position, "this comment does not end")
        return Comment(comment[1], comment.start(1)), comment.end()
    declaration = _DECLARATION.match(html, position, end)
    if declaration:
        return Declaration(declaration[0], position), declaration.end()
    tag = _TAG.match(html, position, end)
    if tag is None:
        raise MarkupFault(position, 'a bare "<": write &lt;')
    return _scan_tag(html, tag, end)


def _scan_tag(html: str, tag: re.Match[str], end: int) -> tuple[Tag, int]:
    attributes = []
    position = tag.end()
    while found := _ATTRIBUTE.match(html, position, end):
        quoted = found[2] is not None or found[3] is not None
        value = next((group for group in found.groups()[1:] if group is not None), "")
        attributes.append(Attribute(found[1].lower(), value, found.start(1), quoted))
        position = found.end()
    tag_end = _TAG_END.match(html, position, end)
    if tag_end is None:
        raise MarkupFault(tag.start(), f"the tag <{tag[1]}{tag[2]}> is not well written")
    closing, self_closing = bool(tag[1]), bool(tag_end[1])
    return (
        Tag(tag[2].lower(), tag.start(), tag_end.end(), closing, self_closing, tuple(attributes)),
        tag_end.end(),
    )


def _scan_raw(html: str, tag: Tag, end: int) -> tuple[Text, int]:
    closing = re.compile(f"</{re.escape(tag.name)}[\\s>]", re.IGNORECASE).search(html, tag.end, end)
    if closing is None:
        raise MarkupFault(tag.offset, f"<{tag.name}> is not closed")
    return Text(html[tag.end : closing.start()], tag.end, tag.name), closing.start()
