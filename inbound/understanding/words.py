"""A lexicon compiled into the look-up of one word: what it means alone, and which longer entries it begins.

Here belongs everything between a lexicon's file and that look-up: folding, the syntax of entries (told at the top of
`lexicon/en.yaml`), endings, misspellings. Entries of several words are walked in `hits`. A word's look-up is
remembered, so that a mail costs one dictionary access a word; what is remembered is bounded, because a stranger may
send as many different words as they like.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from itertools import product

import yaml

from inbound.understanding.concepts import BITS, bits_of
from wire.letters import fold_letters

GAP = ".."
_SHORTEST_REPAIRED = 6
_REPAIRED = bits_of(
    "NAME USERNAME ADDRESS EMPLOYER PROFILE ACCOUNT PASSWORD LOGIN WEBSITE BADGE LINKEDIN PICTURE CERTIFICATE PRINT"
    " RESUME EMBED SIGNATURE NEWSLETTER PRIVACY_LAW CHANGE CORRECT DELETE REVOKE UNLOCK RESET UNSUBSCRIBE REGISTER"
    " DOWNLOAD LOCKED EXPIRED WRONG MISSPELLED MARRIED LOST FORGOT INVALID PHISHING MISUSE PLEASE"
)
"""Words of these are known misspelt too; others are too short, or too near to words that mean nothing here."""
_LONGEST_WORD = 40
_REMEMBERED = 20_000
_PIECES = re.compile(r"[^\W_*]+")
_WRAPPED = re.compile(r"\s*\|\s*")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d"})
_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


@dataclass(slots=True)
class Node:
    """A place in the entries: what is whole here, and what may follow."""

    concepts: int = 0
    next: dict[str, "Node"] = field(default_factory=dict)
    may_skip: bool = False
    """Whether words may stand between."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one word is to a lexicon."""

    keys: tuple[str, ...] = ()
    """The words of entries that it is an instance of."""
    concepts: int = 0
    """Of the entries that it is alone."""
    nodes: tuple[Node, ...] = ()
    """Where the entries of several words go on that it begins."""


class Lexicon:
    """One language's entries, compiled."""

    def __init__(self, source: str) -> None:
        """Compile the YAML text `source`. KeyError for a concept that does not exist."""
        document = yaml.safe_load(source)
        self.language: str = document["language"]
        self.function_words = frozenset(map(fold, document["function_words"].split()))
        self._not_misspelt = frozenset(map(fold, document["not_misspelt"].split())) | self.function_words
        self._root = Node()
        for concept, entries in document["concepts"].items():
            for entry in _WRAPPED.sub("|", entries).split(","):
                for words in _read_entry(entry):
                    self._insert(words, BITS[concept])
        self._keys = _Keys(self._root)
        self._repairs = _index_repairs(key for key, node in self._root.next.items() if node.concepts & _REPAIRED)
        self._meanings: dict[str, Meaning] = {}

    def look_up(self, word: str) -> Meaning:
        """Return what `word`, as it was written, means; an empty meaning for a word that is in no entry."""
        meaning = self._meanings.get(word)
        if meaning is None:
            meaning = self._learn(word)
            if len(self._meanings) < _REMEMBERED:
                self._meanings[word] = meaning
        return meaning

    def knows(self, word: str) -> int:
        """Return how well `word` speaks for this language: 2 for a function word, 1 for a word of an entry, else 0."""
        folded = fold(word[:_LONGEST_WORD])
        return 2 if folded in self.function_words else int(bool(self._keys.find(folded)))

    def holds(self, concept: int) -> bool:
        """Return whether some entry stands for `concept`."""
        return any(node.concepts & concept for node in _walk_nodes(self._root))

    def _learn(self, word: str) -> Meaning:
        folded = fold(word[: _LONGEST_WORD + 1])
        if len(folded) > _LONGEST_WORD:
            return Meaning()
        keys = self._keys.find(folded) or self._repair(folded)
        nodes = [self._root.next[key] for key in keys if key in self._root.next]
        concepts = 0
        for node in nodes:
            concepts |= node.concepts
        return Meaning(tuple(keys), concepts, tuple(node for node in nodes if node.next))

    def _insert(self, words: Iterable[str], concept: int) -> None:
        node = self._root
        for word in words:
            node.may_skip = node.may_skip or word == GAP
            node = node.next.setdefault(word, Node())
        node.concepts |= concept

    def _repair(self, word: str) -> list[str]:
        if len(word) < _SHORTEST_REPAIRED or word in self._not_misspelt or not word.isalpha():
            return []
        near = set().union(*(self._repairs.get(shorter, ()) for shorter in (word, *_shorten(word))))
        return sorted({key for key in near if key[0] == word[0] and _is_one_slip(key.rstrip("*"), word)})


class _Keys:
    """The words of all entries, by how they match."""

    def __init__(self, root: Node) -> None:
        keys = {key for node in _walk_nodes(root) for key in node.next} - {GAP}
        self.whole = {key for key in keys if "*" not in key}
        self.endings = {key for key in keys if key.endswith("*") and not key.startswith("*")}
        self.inner = sorted(key for key in keys if key.startswith("*"))

    def find(self, word: str) -> list[str]:
        found = [word] if word in self.whole else []
        found += [key for end in range(2, len(word) + 1) if (key := word[:end] + "*") in self.endings]
        found += [key for key in self.inner if (key[1:-1] in word if key.endswith("*") else word.endswith(key[1:]))]
        return found


def list_languages() -> tuple[str, ...]:
    """Return the languages that a lexicon is shipped for, English first."""
    files = resources.files("inbound.understanding.lexicon").iterdir()
    found = sorted(file.name.removesuffix(".yaml") for file in files if file.name.endswith(".yaml"))
    return tuple(sorted(found, key="en".__ne__))


@cache
def load_lexicon(language: str) -> Lexicon:
    """Return the shipped lexicon of that language, compiled at its first use."""
    file = resources.files("inbound.understanding.lexicon") / f"{language}.yaml"
    return Lexicon(file.read_text("utf-8"))


def fold(word: str) -> str:
    """Return `word` without case and accents."""
    return fold_letters(word).translate(_LIGATURES)


def _read_entry(entry: str) -> Iterator[tuple[str, ...]]:
    """Yield every sequence of words that an entry stands for."""
    chunks = [list(_read_chunk(chunk)) for chunk in entry.split()]
    for choice in product(*chunks):
        words = tuple(word for part in choice for word in part)
        if words:
            yield words


def _read_chunk(chunk: str) -> Iterator[tuple[str, ...]]:
    if chunk == GAP:
        yield (GAP,)
        return
    if chunk.endswith("?"):
        yield ()
    for alternative in chunk.rstrip("?").split("|"):
        lowered = alternative.casefold()
        for spelling in {fold(lowered), fold(lowered.translate(_SPELT_OUT))}:
            pieces = _PIECES.findall(spelling)
            if pieces:
                pieces[0] = "*" + pieces[0] if spelling.startswith("*") else pieces[0]
                pieces[-1] += "*" if spelling.endswith("*") else ""
                yield tuple(pieces)


def _walk_nodes(node: Node) -> Iterator[Node]:
    yield node
    for child in node.next.values():
        yield from _walk_nodes(child)


def _index_repairs(keys: Iterable[str]) -> dict[str, set[str]]:
    """Return the keys by each way to leave one letter out of them: two words that are one slip apart share one."""
    index: dict[str, set[str]] = {}
    for key in keys:
        word = key.rstrip("*")
        if len(word) >= _SHORTEST_REPAIRED and word.isalpha():
            for shorter in (word, *_shorten(word)):
                index.setdefault(shorter, set()).add(key)
    return index


def _shorten(word: str) -> Iterator[str]:
    return (word[:at] + word[at + 1 :] for at in range(len(word)))


def _is_one_slip(right: str, wrong: str) -> bool:
    """Whether one letter is wrong, missing or too much, or two neighbours are swapped."""
    start = 0
    while start < min(len(right), len(wrong)) and right[start] == wrong[start]:
        start += 1
    rest, other = right[start:], wrong[start:]
    is_swapped = rest[2:] == other[2:] and rest[:2] == other[1::-1] and len(rest) > 1
    return rest[1:] == other[1:] or rest[1:] == other or rest == other[1:] or is_swapped
