"""Showing where a text fits a query: a piece of it around the first place, with what fits marked.

Here belongs cutting a text into pieces that do and do not fit. Whoever shows them escapes each. Pure.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from desk.search.asking import Term
from desk.search.words import Word, list_words

AROUND = 110
"""Characters before and after the first place."""
MOST_READ = 8_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text."""

    text: str
    fits: bool


def mark_all(text: str, terms: Sequence[Term]) -> list[Piece]:
    """Return the whole of a short text in pieces."""
    return list(_cut(text, 0, len(text), _list_places(text, terms)))


def mark_piece(text: str, terms: Sequence[Term]) -> list[Piece]:
    """Return a piece of a long text around the first place that fits; its beginning where none does."""
    line = " ".join(text[:MOST_READ].split())
    places = _list_places(line, terms)
    first = places[0][0] if places else 0
    start = max(0, first - AROUND // 2)
    start = 0 if start < 10 else line.find(" ", start, first) + 1 or start
    end = min(len(line), start + 2 * AROUND)
    pieces = list(_cut(line, start, end, places))
    before, after = [Piece("… ", fits=False)] if start else [], [Piece(" …", fits=False)] if end < len(line) else []
    return [*before, *pieces, *after]


def _list_places(text: str, terms: Sequence[Term]) -> list[tuple[int, int]]:
    """Return where terms fit, in order and without overlaps."""
    words = list_words(text)
    found = sorted(
        (words[at].start, words[at + len(term.words) - 1].end)
        for at in range(len(words))
        for term in terms
        if _fits(words, at, term)
    )
    places: list[tuple[int, int]] = []
    for start, end in found:
        if places and start < places[-1][1]:
            places[-1] = (places[-1][0], max(end, places[-1][1]))
        else:
            places.append((start, end))
    return places


def _fits(words: Sequence[Word], at: int, term: Term) -> bool:
    *first, last = term.words
    if at + len(first) >= len(words) or any(words[at + step].text != word for step, word in enumerate(first)):
        return False
    met = words[at + len(first)].text
    return met.startswith(last) if term.goes_on else met == last


def _cut(text: str, start: int, end: int, places: Sequence[tuple[int, int]]) -> Iterator[Piece]:
    at = start
    for first, last in places:
        if last <= start or first >= end:
            continue
        if first > at:
            yield Piece(text[at:first], fits=False)
        yield Piece(text[max(first, start) : min(last, end)], fits=True)
        at = min(last, end)
    if at < end:
        yield Piece(text[at:end], fits=False)
