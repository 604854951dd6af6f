"""The phrases beside names, by language: loaded once from the YAML files of this folder.

Here belongs looking them up. What follows from a phrase is told in `mentions` and `new_names`.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import product

import yaml

from inbound.understanding.people.tokens import Kind, Token, fold_word
from inbound.understanding.people.words import listed

LANGUAGES = ("en", "es", "fr", "de")
_LONGEST = 6
"""Words of a phrase."""
_SEEN = 24
"""Words before a name that are looked at."""
_SKIPPED = frozenset("\"'“”„‟«»‚‘’`*_()[]{}:=,–—-<>|#.·•")
"""Marks that may stand between a phrase and a name."""
_KEPT = frozenset({","})
_SINCE = frozenset({"since", "after", "following", "seit", "nach", "desde", "tras", "depuis", "apres", "suite"})
_WE = listed("first person") | listed("we")
"""After "since" a clause of the writer's own: "but since we are writing" says nothing of a name."""
_LIKELY = 3
"""A language whose common words are at least one in so many of those of the likeliest one is looked for, too."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """The phrases of the languages of one mail. Each is words with single spaces, folded."""

    common: frozenset[str]
    roles: frozenset[str]
    about_before: frozenset[str]
    about_after: frozenset[str]
    passing_before: frozenset[str]
    passing_after: frozenset[str]
    new_before: frozenset[str]
    new_if_change: frozenset[str]
    name_is: frozenset[str]
    new_after: frozenset[str]
    old_if_change: frozenset[str]
    old_before: frozenset[str]
    old_after: frozenset[str]
    change: frozenset[str]
    surname: frozenset[str]
    given: frozenset[str]
    middle: frozenset[str]
    becomes: frozenset[str]
    new_address: frozenset[str]
    old_address: frozenset[str]
    from_here: frozenset[str]
    fillers: frozenset[str]
    matters: frozenset[str]


_SINGLE = frozenset({"common", "change", "matters"})
"""Lists of single words, with blanks between; the others are phrases with commas between."""


@dataclass(frozen=True, slots=True)
class Before:
    """What stands before a name in its sentence, the nearest last."""

    words: tuple[str, ...]
    has_colon: bool = False
    """A colon stands right before the name."""
    has_comma: bool = False
    """A comma does."""


def choose_phrases(tokens: Sequence[Token], language: str) -> Phrases:
    """Return the phrases of the language of a text, as told by its common words, and of `language`."""
    words = [token.folded for token in tokens[:600] if token.kind is Kind.WORD]
    counts = {code: sum(word in load_phrases((code,)).common for word in words) for code in LANGUAGES}
    most = max(counts.values())
    chosen = {code for code, count in counts.items() if count and count * _LIKELY >= most}
    return load_phrases(tuple(code for code in LANGUAGES if code in chosen or code == language or not chosen))


@lru_cache(maxsize=32)
def load_phrases(languages: tuple[str, ...]) -> Phrases:
    """Return the phrases of some languages together."""
    read = [_read_file(language) for language in languages]
    return Phrases(*(frozenset().union(*(each[key] for each in read)) for key in Phrases.__slots__))


@lru_cache(maxsize=8)
def _read_file(language: str) -> dict[str, frozenset[str]]:
    text = files("inbound.understanding.people").joinpath(f"{language}.yaml").read_text("utf-8")
    document: dict[str, str] = yaml.safe_load(text)
    if set(document) != set(Phrases.__slots__):
        raise ValueError(f"{language}.yaml: its keys are not those of Phrases")
    return {key: frozenset(_split(key, value)) for key, value in document.items()}


def _split(key: str, value: str) -> Iterable[str]:
    listed = value.split() if key in _SINGLE else value.split(",")
    return (" ".join(fold_word(each).replace(".", " ").split()) for phrase in listed for each in _expand(phrase))


def _expand(phrase: str) -> Iterable[str]:
    """Yield what a phrase with alternatives stands for: "since the|her wedding|marriage", "seit ihrer? heirat"."""
    choices = [["", *chunk[:-1].split("|")] if chunk.endswith("?") else chunk.split("|") for chunk in phrase.split()]
    return (" ".join(filter(None, words)) for words in product(*choices))


def look_before(tokens: Sequence[Token], first: int) -> Before:
    """Return the words before token `first`, back to where its sentence begins.

    A name that stands alone on its line, below an empty one perhaps, is told by the line above.
    """
    words: list[str] = []
    has_colon = has_comma = False
    at = first - 1
    lines = 0
    while at >= 0 and len(words) < _SEEN:
        token = tokens[at]
        if token.kind is Kind.LINE and not words and lines < 3:
            lines += 1
        elif token.ends_sentence:
            break
        elif token.kind is Kind.MARK:
            has_colon = has_colon or (token.text == ":" and not words)
            has_comma = has_comma or (token.text == "," and not words)
            if token.text in _KEPT and words:
                words.append(token.text)
        elif not (lines and not words and token.kind is Kind.NUMBER):
            words.append(_word_of(token))
        at -= 1
    if lines and not _is_alone(tokens, first):
        return Before(())
    words.reverse()
    return Before(tuple(words), has_colon, has_comma)


def look_after(tokens: Sequence[Token], last: int) -> tuple[str, ...]:
    """Return up to six words after token `last`, within its sentence."""
    words: list[str] = ["'s"] if tokens[last].is_possessive else []
    for token in tokens[last + 1 : last + 12]:
        if token.ends_sentence or len(words) >= _LONGEST:
            break
        if token.kind is Kind.MARK:
            if token.text in _KEPT:
                words.append(token.text)
        else:
            words.append(_word_of(token))
    return tuple(words)


def count_ending(words: Sequence[str], phrases: Collection[str]) -> int:
    """Return how many words the longest of `phrases` has that `words` end with; 0 for none."""
    for count in range(min(_LONGEST, len(words)), 0, -1):
        if " ".join(words[-count:]) in phrases:
            return count
    return 0


def count_beginning(words: Sequence[str], phrases: Collection[str]) -> int:
    """Return how many words the longest of `phrases` has that `words` begin with; 0 for none."""
    for count in range(min(_LONGEST, len(words)), 0, -1):
        if " ".join(words[:count]) in phrases:
            return count
    return 0


def drop_fillers(words: Sequence[str], phrases: Phrases) -> tuple[str, ...]:
    """Return `words` without up to three fillers at their end, nor a "since the wedding"."""
    left = tuple(words)
    since = next((at for at in range(len(left) - 1, max(-1, len(left) - 5), -1) if left[at] in _SINCE), None)
    if since and _WE.isdisjoint(left[since:]):
        left = left[:since]
    for _ in range(3):
        count = count_ending(left, phrases.fillers)
        if not count:
            break
        left = left[:-count]
    return left


def find_nearest(words: Sequence[str], phrases: Collection[str]) -> int:
    """Return after how many words from the start the last of `phrases` in `words` ends; 0 where none stands there."""
    for end in range(len(words), 0, -1):
        if count_ending(words[:end], phrases):
            return end
    return 0


def is_skipped(token: Token) -> bool:
    """Whether a mark may stand between a phrase and a name."""
    return token.kind is Kind.MARK and token.text in _SKIPPED


def _word_of(token: Token) -> str:
    if token.kind is Kind.ADDRESS:
        return "@"
    return "#" if token.kind is Kind.NUMBER else token.folded


def _is_alone(tokens: Sequence[Token], first: int) -> bool:
    """Whether nothing but a few words stands on the line of token `first` from there on."""
    words = 0
    for token in tokens[first : first + 2 * _LONGEST]:
        if token.kind is Kind.LINE:
            return True
        words += token.kind is Kind.WORD
        if token.kind not in (Kind.WORD, Kind.MARK) or words > _LONGEST:
            return False
    return first + 2 * _LONGEST >= len(tokens)
