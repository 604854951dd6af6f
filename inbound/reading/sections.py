"""Who wrote which line of a mail: the writer's own new text, quotes, forwards, signature, disclaimer.

Here belongs the one pass over the lines and its result. What programs write before a quote stands in `introductions`,
how a writer ends in `signatures`, what a company appends in `disclaimers`. Nothing is ever left out: every line keeps
its place, and in doubt a line is new text.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from inbound.reading.disclaimers import find_disclaimers
from inbound.reading.introductions import Introduction, Opening, count_levels, find_introduction
from inbound.reading.signatures import find_signatures


class Mark(StrEnum):
    """What a line is."""

    NEW = "new"
    QUOTE = "quote"
    FORWARD = "forward"
    SIGNATURE = "signature"
    DISCLAIMER = "disclaimer"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a mail, as it stands there."""

    text: str
    mark: Mark

    @property
    def depth(self) -> int:
        """How many `>` stand before it."""
        return count_levels(self.text)


@dataclass(frozen=True, slots=True)
class Sections:
    """All lines of a mail, in their order, each with its mark."""

    lines: tuple[Line, ...]

    @property
    def full_text(self) -> str:
        """The whole text, exactly as it was given."""
        return "\n".join(line.text for line in self.lines)

    @property
    def new_text(self) -> str:
        """What the writer wrote in this mail; empty for a bare forward."""
        return self.text_of(Mark.NEW)

    @property
    def quoted(self) -> str:
        """What others wrote, answered or forwarded, with the lines that introduce it."""
        return self.text_of(Mark.QUOTE, Mark.FORWARD)

    @property
    def forwarded(self) -> str:
        """What is forwarded, with the lines that introduce it."""
        return self.text_of(Mark.FORWARD)

    @property
    def signature(self) -> str:
        """Closing, name, position and the programs' advertisements: a name may matter."""
        return self.text_of(Mark.SIGNATURE)

    @property
    def disclaimer(self) -> str:
        """What the writer's company appends or puts before."""
        return self.text_of(Mark.DISCLAIMER)

    def text_of(self, *marks: Mark) -> str:
        """Return the lines with one of these marks, without empty lines around them."""
        return "\n".join(line.text for line in self.lines if line.mark in marks).strip("\n")


def mark_sections(text: str) -> Sections:
    """Return the lines of `text` (line end `\\n`), each marked. Never raises; the time grows with the length."""
    lines = text.split("\n")
    marks = [Mark.NEW] * len(lines)
    at = 0
    while at < len(lines):
        at = _mark_quote(lines, marks, at) if lines[at] else at + 1
    for start, end in _find_runs(marks):
        for number in find_disclaimers(lines[start:end]):
            marks[start + number] = Mark.DISCLAIMER
    _mark_signatures(lines, marks)
    return Sections(tuple(map(Line, lines, marks)))


def _mark_quote(lines: Sequence[str], marks: list[Mark], at: int) -> int:
    """Mark what begins at that line, if it is another's, and return the line to look at next."""
    introduction = find_introduction(lines, at)
    is_quoted = lines[at].startswith(">")
    if introduction is None:
        marks[at] = Mark.QUOTE if is_quoted or _is_barred(lines[at]) else Mark.NEW
        return at + 1
    mark = Mark.FORWARD if introduction.opening is Opening.FORWARD else Mark.QUOTE
    after = at + introduction.lines
    end = _find_end(lines, introduction, after, is_quoted)
    if end is None:
        return at + 1
    marks[at:end] = [mark] * (end - at)
    return end


def _is_barred(line: str) -> bool:
    """Whether a bar stands before a line and nowhere else: some programs quote so. More bars make a table's row."""
    return line.startswith("| ") and "|" not in line[1:]


def _find_end(lines: Sequence[str], introduction: Introduction, after: int, is_quoted: bool) -> int | None:
    """Return where that which is introduced ends; None where the introduction is but the writer's own words."""
    text = after
    while text < min(len(lines), after + 3) and not lines[text].strip():
        text += 1
    if is_quoted or (text < len(lines) and lines[text].startswith(">")):
        if introduction.opening is not Opening.FORWARD:
            return after
        while text < len(lines) and lines[text].startswith(">"):
            text += 1
        return max(text, after)
    return len(lines) if introduction.is_certain else None


def _mark_signatures(lines: Sequence[str], marks: list[Mark]) -> None:
    has_text = False
    for start, end in list(_find_runs(marks)):
        for number in find_signatures(lines[start:end], has_text):
            marks[start + number] = Mark.SIGNATURE
        has_text = has_text or any(
            mark is Mark.NEW and line.strip() for line, mark in zip(lines[start:end], marks[start:end], strict=True)
        )


def _find_runs(marks: Sequence[Mark]) -> Iterator[tuple[int, int]]:
    """Yield where each run of new lines begins and ends."""
    start = 0
    for is_new, run in groupby(list(marks), key=Mark.NEW.__eq__):
        end = start + sum(1 for _ in run)
        if is_new:
            yield start, end
        start = end
