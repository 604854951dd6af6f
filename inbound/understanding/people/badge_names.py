"""Which badges a text names, among those that are in question.

Here belongs the matching of words only. By its full name a badge is named, by two words of it in a row, or by a word
that no other badge has, beside a word such as "badge" or "course".
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from inbound.understanding.people.tokens import Kind, Token, fold_word
from inbound.understanding.people.words import listed

_NO_CONTENT = listed("no content")
_BESIDE = listed("beside badges")
_NOT = listed("not")
_STAYS = listed("stays")
_NEAR = 3
_NEAR_AFTER = 5


def find_named_badges(tokens: Sequence[Token], badges: Mapping[str, str]) -> frozenset[str]:
    """Return the keys of those `badges` (key to name) that the text names, and does not rule out ("not the …")."""
    words = [token.folded for token in tokens if token.kind in (Kind.WORD, Kind.NUMBER)]
    places: dict[str, list[int]] = {}
    for at, word in enumerate(words):
        places.setdefault(word, []).append(at)
    names = {key: _fold_words(name) for key, name in badges.items()}
    kinds = Counter(word for name in {tuple(name) for name in names.values()} for word in set(name))
    return frozenset(key for key, name in names.items() if _is_named(name, words, places, kinds))


def _is_named(
    name: Sequence[str], words: Sequence[str], places: Mapping[str, Sequence[int]], kinds: Mapping[str, int]
) -> bool:
    content = [word for word in name if word not in _NO_CONTENT and len(word) > 2]
    if _stands(name, words, places):
        return True
    pairs = [(one, other) for one, other in pairwise(name) if one in content and other in content]
    if any(kinds[one] == 1 or kinds[other] == 1 for one, other in pairs if _stands((one, other), words, places)):
        return True
    return any(
        kinds[word] == 1 and _is_beside(at, words)
        for word in content
        for at in places.get(word, ())
        if not _is_ruled_out(at, words)
    )


def _stands(name: Sequence[str], words: Sequence[str], places: Mapping[str, Sequence[int]]) -> bool:
    if not name:
        return False
    starts = places.get(name[0], ())
    return any(
        list(words[at : at + len(name)]) == list(name) and not _is_ruled_out(at, words, len(name)) for at in starts
    )


def _is_beside(at: int, words: Sequence[str]) -> bool:
    return any(word in _BESIDE for word in words[max(0, at - _NEAR) : at + _NEAR + 1])


def _is_ruled_out(at: int, words: Sequence[str], length: int = 1) -> bool:
    """Whether it is said not to be this one: "not the …", "keeps the …", "the … badge is not affected"."""
    before, after = words[max(0, at - 2) : at], words[at + length : at + length + _NEAR_AFTER]
    return any(word in _NOT for word in before) or any(word in _STAYS for word in (*before, *after))


def _fold_words(name: str) -> list[str]:
    cleaned = "".join(character if character.isalnum() else " " for character in name)
    return [fold_word(word) for word in cleaned.split()]


def fold_all(names: Iterable[str]) -> frozenset[str]:
    """Return the words of some names, folded, that are long enough to mean something."""
    return frozenset(word for name in names for word in _fold_words(name) if len(word) > 2)
