"""Texts as words: how what is searched for and what is searched are cut and folded, the same in every database.

Here belongs that alone. Databases get words that they only have to split at blanks, so that SQLite and PostgreSQL find
the same. Pure.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from badges.names import fold_word

LONGEST_WORD = 40
"""Characters of a word that count."""


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
    words = []
    for start, end in _list_spans(text):
        folded = "".join(filter(str.isalnum, fold_word(text[start:end])))[:LONGEST_WORD]
        if folded:
            words.append(Word(folded, start, end))
            if len(words) == most:
                break
    return words


def _list_spans(text: str) -> Iterator[tuple[int, int]]:
    start = None
    for at, sign in enumerate(text):
        if _stands_alone(sign):
            if start is not None:
                yield start, at
                start = None
            yield at, at + 1
        elif sign.isalnum() or (start is not None and unicodedata.category(sign) in {"Mn", "Mc", "Cf"}):
            start = at if start is None else start
        elif start is not None:
            yield start, at
            start = None
    if start is not None:
        yield start, len(text)


def _stands_alone(sign: str) -> bool:
    return "\u3040" <= sign <= "\u30ff" or "\u3400" <= sign <= "\u9fff" or "\U00020000" <= sign <= "\U0003ffff"
