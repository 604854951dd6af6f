"""Marks: from a place in rendered text back to the template and line that it was written in.

A rendering with the `Marks` extension carries an invisible mark before every line of template text. It is made only to
say where a fault is: what is sent comes from a rendering without marks.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

from mailer.templates.faults import PublishFault, Refusal

_OPEN, _CLOSE = "\ue000", "\ue001"
_MARK = re.compile(f"{_OPEN}([0-9a-fA-F]*):([0-9]+){_CLOSE}")


class Marks(Extension):
    """Puts a mark before every line of a template's text, but for texts to translate, which are keys."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """Yield the template's tokens with marks in the text ones."""
        name = stream.name or "template"
        in_translation = False
        previous = ""
        for token in stream:
            if previous == "block_begin" and token.value in {"trans", "endtrans"}:
                in_translation = token.value == "trans"
            if token.type == "data" and not in_translation:
                yield Token(token.lineno, "data", _mark_lines(token.value, name, token.lineno))
            else:
                yield token
            previous = token.type


def _mark_lines(text: str, name: str, first_line: int) -> str:
    lines = text.split("\n")
    # In hexadecimal, which even a filter that changes letters leaves readable.
    name = name.encode().hex()
    return "\n".join(f"{_OPEN}{name}:{first_line + number}{_CLOSE}{line}" for number, line in enumerate(lines))


class SourceMap:
    """Rendered text without its marks, and where each part of it came from."""

    def __init__(self, marked: str) -> None:
        self._offsets: list[int] = []
        self._places: list[tuple[str, int]] = []
        length = 0
        parts = []
        end = 0
        for mark in _MARK.finditer(marked):
            part = marked[end : mark.start()]
            parts.append(part)
            length += len(part)
            self._offsets.append(length)
            self._places.append((bytes.fromhex(mark[1]).decode(), int(mark[2])))
            end = mark.end()
        self.text = "".join([*parts, marked[end:]])

    def locate(self, offset: int) -> tuple[str, int] | None:
        """Return template and line of the text at `offset`, None if it stands before any template text."""
        index = bisect_right(self._offsets, offset) - 1
        return self._places[index] if index >= 0 else None


@dataclass(frozen=True)
class Rendered:
    """The text of one rendering, and how to render it again with marks when a fault in it needs a place."""

    template: str
    text: str
    render_marked: Callable[[], str]

    def refuse(self, offset: int, reason: str) -> Refusal:
        """Return the refusal for what stands at `offset`."""
        source = SourceMap(self.render_marked())
        # A filter over captured text may have changed the marks with it; then the file has to do.
        place = source.locate(offset) if source.text == self.text else None
        return Refusal(PublishFault(*(place or (self.template, 1)), reason))

    def refuse_line(self, line: int, reason: str) -> Refusal:
        """Return the refusal for what stands in that line of the text, counted from 1."""
        lines = self.text.splitlines(keepends=True)
        start = sum(map(len, lines[: line - 1]))
        indent = len(lines[line - 1]) - len(lines[line - 1].lstrip()) if line <= len(lines) else 0
        return self.refuse(start + indent, reason)
