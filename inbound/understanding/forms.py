"""What is told by the form of words, whatever they mean: names of persons, participles.

Here belongs only what a lexicon cannot hold. A name by form is a hint that weighs beside words, never proof: badges and
schools have names, too. Who is meant is found in `inbound.understanding.people`.
"""

import re
from collections.abc import Iterable

from inbound.understanding.concepts import THINGS
from inbound.understanding.sentences import Held
from inbound.understanding.words import Lexicon, fold

_PART = r"[^\W\d_a-zß-öø-ÿ][\w.'’]{0,30}"
_PARTICLE = r"(?:v[ao]n|de[rnl]?|della|di|d[ao]s?|du|l[ae]s?|el|al|bin|binti|ibn|te[rn]|zu[rm]?|a[fv]|[yei]) "
_A_NAME = re.compile(rf"{_PART}(?:(?: (?:{_PARTICLE}){{0,2}}|-){_PART}){{1,6}}")
_TO_A_NAME = re.compile(
    r"\b(?:to|into|as|put|enter|write|print|wants?|reads?|say|show|be|make (?:it|that|her|him)|in|zu|auf|als|a|por|como"
    r"|en|par|comme|(?:correct|right|korrekt|richtig) (?:is|ist))"
    rf"(?: exactly)?:? {{1,3}}\W?(?:{_PART}(?: (?:{_PARTICLE}){{0,2}}|-)){{1,6}}{_PART}"
)
_BETWEEN = re.compile(r"[ -]")
_LONGEST_READ = 400
"""Characters of a clause that are looked at for names."""
_MOST_NAMES = 40
_SMALL_WORD = 2
_PARTICIPLES = {
    "en": re.compile(r"(?:\w{2}ed|sent|given|made)$", re.IGNORECASE),
    "es": re.compile(r"\w{2}(?:[ai]d[oa]s?|[éíÉÍ])$", re.IGNORECASE),
    "fr": re.compile(r"\w{2}[éÉ]e?s?$", re.IGNORECASE),
    "de": re.compile(r"\w{2}t$", re.IGNORECASE),
}


def is_participle(word: str, language: str) -> bool:
    """Whether `word` tells what was done rather than what is to be done, as far as its ending tells."""
    return _PARTICIPLES[language].search(word) is not None


def names_a_person(text: str) -> bool:
    """Whether `text` says "to Jane Roe"."""
    return _TO_A_NAME.search(text[:_LONGEST_READ]) is not None


def tell_two_names(clauses: Iterable[str], lexicon: Lexicon, held: Held) -> bool:
    """Whether two names stand there that are not the same but share a part: "Jane Roe … Jane Roe-Poe"."""
    names: set[frozenset[str]] = set()
    for clause in clauses:
        for name in _A_NAME.finditer(held.restore(clause)[:_LONGEST_READ]):
            parts = frozenset(part for part in _BETWEEN.split(name[0]) if _may_be_name(part, lexicon))
            if len(parts) > 1:
                names.add(parts)
        if len(names) > _MOST_NAMES:
            break
    return any(one != other and _are_like(_fold(one), _fold(other)) for one in names for other in names)


def _are_like(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two names share a part, or are the same but for a letter of each part: "Jon Smyth", "John Smith"."""
    if one & other:
        return True
    return len(one) == len(other) and all(any(_is_near(part, it) for it in other) for part in one)


def _is_near(one: str, other: str) -> bool:
    longest, shortest = max(len(one), len(other)), min(len(one), len(other))
    if longest - shortest > 1 or one[:1] != other[:1]:
        return False
    same = 0
    while same < shortest and one[same] == other[same]:
        same += 1
    return one[same + 1 :] in (other[same:], other[same + 1 :]) or one[same:] == other[same + 1 :]


def _may_be_name(part: str, lexicon: Lexicon) -> bool:
    """Whether a capitalised word may be part of a name: no small word, and nothing that mails are about."""
    return len(part) > 1 and lexicon.knows(part) < _SMALL_WORD and not lexicon.look_up(part).concepts & THINGS


def _fold(parts: Iterable[str]) -> frozenset[str]:
    return frozenset(map(fold, parts))
