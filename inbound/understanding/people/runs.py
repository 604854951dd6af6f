"""Runs: words in a row that look like a name, as names are written in mails.

Here belongs the shape only. Whether somebody bears such a name is asked of the register, and what the text says of it
is told in `context`.
"""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from inbound.understanding.people.tokens import Kind, Token, fold_word

_MOST_RUNS = 3_000
_LONGEST = 200
"""Words of one run; a longer one is cut in two."""
LONGEST_NAME = 8
"""Words of a name: longer runs are none."""
_WITHIN = re.compile(r"\.? ?")
"""What may stand between two words of a name: a space, and the dot of an initial."""
_ARTICLE = re.compile(r"(?:al|el|ad|as|ash|ul|d|l|bin|ibn)['’‐-][^\W\d_a-z]")
"""A small word joined to a name: al-Farsi."""
PARTICLES = frozenset({
    "van", "von", "der", "den", "de", "del", "della", "di", "da", "do", "dos", "das", "du", "la", "las", "los", "le",
    "el", "al", "bin", "ibn", "bint", "ben", "ter", "ten", "te", "zu", "zum", "zur", "af", "av", "op", "vom", "dei",
    "degli", "lo", "abu", "'t", "ul", "ur", "bte",
})  # fmt: skip
_ARTICLES = frozenset({"der", "den", "das"})
_BEFORE_ARTICLES = frozenset({"van", "von", "op", "und", "auf", "aus"})
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
_DOTTED = frozenset({"jr", "sr", "st", "dr", "mr", "mrs", "ms", "prof"})


@dataclass(frozen=True, slots=True)
class Run:
    """Tokens `first` to `last` (inclusive) of a text."""

    first: int
    last: int


def find_runs(text: str, tokens: Sequence[Token], common: Collection[str] = frozenset()) -> tuple[Run, ...]:
    """Return the longest runs of capitalised words, initials and particles between them, in their order.

    In a text all in capitals, `common` words part them.
    """
    runs: list[Run] = []
    at = 0
    while at < len(tokens) and len(runs) < _MOST_RUNS:
        end = read_run(text, tokens, at, common)
        if end is None:
            at += 1
            continue
        runs.append(Run(at, end))
        at = end + 1
    return tuple(runs)


def read_run(text: str, tokens: Sequence[Token], at: int, common: Collection[str] = frozenset()) -> int | None:
    """Return the last token of the run that begins at `at`; None where none begins."""
    if not is_capital(tokens[at]) or _parts(tokens[at], common):
        return None
    end = last = at
    while last + 1 < len(tokens) and last - at + 1 < _LONGEST and not tokens[last].is_possessive:
        following = _next_word(text, tokens, last)
        if following is None or _parts(tokens[following], common) or _ends_name(tokens, last, following, common):
            break
        if is_capital(tokens[following]):
            end = following
        elif not _joins_names(text, tokens, last, following, common):
            break
        last = following
    return _take_suffix(text, tokens, end)


def _joins_names(text: str, tokens: Sequence[Token], last: int, following: int, common: Collection[str]) -> bool:
    """Whether a word in small letters is a particle, and no article: "für Jan Roe den Titel" names no Roe den Titel."""
    particle = tokens[following].folded
    is_article = "seit" in common and particle in _ARTICLES and tokens[last].folded not in _BEFORE_ARTICLES
    return not is_article and (particle in PARTICLES or _is_elided(text, tokens[following]))


def _ends_name(tokens: Sequence[Token], last: int, following: int, common: Collection[str]) -> bool:
    """Whether a sentence ends with "Jr." and the next begins with a common word."""
    return following > last + 1 and tokens[last].folded in _SUFFIXES and tokens[following].folded in common


def read_any_words(text: str, tokens: Sequence[Token], at: int, most: int) -> int | None:
    """Return the last of up to `most` words in a row from `at` on, however they are written."""
    if at >= len(tokens) or tokens[at].kind is not Kind.WORD:
        return None
    last = at
    while last - at + 1 < most and not tokens[last].is_possessive:
        following = _next_word(text, tokens, last)
        if following is None:
            break
        last = following
    return last


def _parts(token: Token, common: Collection[str]) -> bool:
    return len(token.text) > 1 and token.text.isupper() and token.folded in common


def is_capital(token: Token) -> bool:
    """Whether a name may begin with this word: a capital, or a script without case."""
    if token.kind is not Kind.WORD:
        return False
    first = token.text[0]
    if first.islower() and _ARTICLE.match(token.text):
        return True
    return first.isupper() or first.istitle() or unicodedata.category(first) == "Lo"


def show_run(text: str, tokens: Sequence[Token], run: Run) -> str:
    """Return the words of a run as they stand there, with single spaces."""
    end = tokens[run.last].end
    last = tokens[run.last]
    if text[end : end + 1] == "." and (fold_word(last.text) in _SUFFIXES or _is_initial(last)):
        end += 1
    return " ".join(text[tokens[run.first].start : end].split())


def _next_word(text: str, tokens: Sequence[Token], last: int) -> int | None:
    """Return the place of the word that follows, if nothing but a space or an initial's dot stands between."""
    following = last + 1
    if following < len(tokens) and tokens[following].text == "." and _takes_dot(tokens[last]):
        following += 1
    if following >= len(tokens) or tokens[following].kind is not Kind.WORD:
        return None
    between = text[tokens[last].end : tokens[following].start]
    if between in ("'", "’") and tokens[last].text == "d":
        return following
    return following if between and _WITHIN.fullmatch(between) else None


def _is_elided(text: str, token: Token) -> bool:
    """Whether a token is the `d` of "d'Arc"."""
    return token.text == "d" and text[token.end : token.end + 1] in ("'", "’")


def _take_suffix(text: str, tokens: Sequence[Token], last: int) -> int:
    """Take a `Jr.` after a comma in."""
    place = last + 2
    if place < len(tokens) and tokens[last + 1].text == "," and tokens[place].folded in _SUFFIXES:
        return place if text[tokens[last + 1].end : tokens[place].start] in ("", " ") else last
    return last


def _takes_dot(token: Token) -> bool:
    return _is_initial(token) or token.folded in _DOTTED


def _is_initial(token: Token) -> bool:
    return len(token.text) == 1 and token.text.isupper()
