"""Texts as words: how what is searched for and what is searched are cut and folded, the same in every database.

Here belongs that alone. Databases get words that they only have to split at blanks, so that SQLite and PostgreSQL find
the same. Pure.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from badges.names import fold_word

LONGEST_WORD = 40
"""Characters of a word that count."""


_RUN = re.compile("[0-9A-Za-z\x80-\U0010ffff]+")
"""Most texts are ASCII for the most part, and that is cut at the speed of the pattern."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: folded, and where it stands."""

    text: str
    start: int
    end: int


def list_words(text: str, most: int | None = None) -> list[Word]:
    """Return the words of `text`: letters and digits with their marks, without case and accents.

    Chinese and Japanese put no blanks between words: there each character is one, and several in a row are found as
    they stand.
    """
    found = (Word(_fold(text[start:end]), start, end) for start, end in _list_spans(text))
    return list(islice((word for word in found if word.text), most))


def fold_words(text: str, most: int) -> list[str]:
    """Return the first words of `text`, folded."""
    found = (_fold(text[start:end]) for start, end in _list_spans(text))
    return list(islice(filter(None, found), most))


def _fold(word: str) -> str:
    if word.isascii():
        return word.lower()[:LONGEST_WORD]
    return "".join(filter(str.isalnum, fold_word(word)))[:LONGEST_WORD]


def _list_spans(text: str) -> Iterator[tuple[int, int]]:
    for run in _RUN.finditer(text):
        if run[0].isascii():
            yield run.span()
        else:
            yield from _cut_run(text, *run.span())


def _cut_run(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    begun = None
    for at in range(start, end):
        sign = text[at]
        is_part = sign.isalnum() or (begun is not None and unicodedata.category(sign) in {"Mn", "Mc", "Cf"})
        if begun is not None and (_stands_alone(sign) or not is_part):
            yield begun, at
            begun = None
        if _stands_alone(sign):
            yield at, at + 1
        elif is_part and begun is None:
            begun = at
    if begun is not None:
        yield begun, end


def _stands_alone(sign: str) -> bool:
    return "\u3040" <= sign <= "\u30ff" or "\u3400" <= sign <= "\u9fff" or "\U00020000" <= sign <= "\U0003ffff"
