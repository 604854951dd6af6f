"""Plain text from the few HTML elements of an issuer's wording.

Here belongs this one direction for paragraphs, lists and links. The plain-text parts of mails have templates of their
own and are never made from HTML.
"""

import re
import textwrap
from collections.abc import Iterable
from html import unescape

from mailer.templates.markup import Piece, Tag, Text

WIDTH = 72
"""Characters in a line; a longer word, such as a URL, stays whole."""

_BLANKS = re.compile(r"[ \t\r\n]+")


def to_prose(pieces: Iterable[Piece]) -> str:
    """Return paragraphs separated by empty lines, list items with "- " or their number, links as `text <URL>`."""
    writer = _Writer()
    for piece in pieces:
        if isinstance(piece, Text):
            writer.text += unescape(piece.text)
        elif isinstance(piece, Tag):
            writer.take(piece)
    writer.end_block()
    return _join_blocks(writer.blocks)


def _join_blocks(blocks: Iterable[tuple[str, str]]) -> str:
    text = ""
    previous = ""
    for bullet, block in blocks:
        between = "\n" if bullet and previous else "\n\n"
        text = f"{text}{between}{block}" if text else block
        previous = bullet
    return text


class _Writer:
    def __init__(self) -> None:
        self.blocks: list[tuple[str, str]] = []
        self.text = ""
        self._bullet = ""
        self._items: list[int | None] = []
        self._href = ""
        self._link_start = 0

    def take(self, tag: Tag) -> None:
        match tag.name:
            case "br":
                self.text += "\v"
            case "p":
                self.end_block()
            case "ul" | "ol":
                self.end_block()
                self._take_list(tag)
            case "li":
                self.end_block()
                self._bullet = "" if tag.closing else self._next_bullet()
            case "a":
                self._take_link(tag)

    def end_block(self) -> None:
        """Close the paragraph or list item that is being written."""
        lines = [_BLANKS.sub(" ", line).strip() for line in self.text.split("\v")]
        self.text = ""
        if not any(lines):
            return
        indent = " " * len(self._bullet)
        wrapped = [
            textwrap.fill(
                line,
                WIDTH,
                initial_indent=self._bullet if number == 0 else indent,
                subsequent_indent=indent,
                break_long_words=False,
                break_on_hyphens=False,
            )
            for number, line in enumerate(lines)
        ]
        self.blocks.append((self._bullet, "\n".join(wrapped)))

    def _take_list(self, tag: Tag) -> None:
        if tag.closing:
            self._items.pop()
        else:
            self._items.append(1 if tag.name == "ol" else None)

    def _next_bullet(self) -> str:
        number = self._items[-1] if self._items else None
        if number is None:
            return "- "
        self._items[-1] = number + 1
        return f"{number}. "

    def _take_link(self, tag: Tag) -> None:
        if not tag.closing:
            self._link_start = len(self.text)
            self._href = next((unescape(a.value) for a in tag.attributes if a.name == "href"), "")
        elif self._href:
            label = self.text[self._link_start :].strip()
            address = self._href.removeprefix("mailto:")
            if label != address:
                self.text += f" <{address}>"
