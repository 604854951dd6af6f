"""Where the entries of a lexicon stand in a sentence.

Here belongs walking the entries over the words. The longest entry wins: a word that a longer entry took is no entry of
its own ("user name" is no NAME), unless the longer one names no thing at all ("deleted your mail"); words in the gap of
an entry stay free. Each place looks a bounded number of words ahead, so the time grows with the length.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from inbound.understanding.concepts import THINGS
from inbound.understanding.words import GAP, Lexicon, Meaning, Node

_LONGEST_GAP = 6
_MOST_WAYS = 64
"""Ways that are followed from one word: an entry has few, hostile text could find more."""


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that stands there."""

    at: int
    """The place of its first word."""
    concepts: int
    words: tuple[int, ...]
    """The places of its words."""


def find_hits(words: Sequence[str], lexicon: Lexicon) -> list[Hit]:
    """Return the entries among `words`, in their order."""
    meanings = [lexicon.look_up(word) for word in words]
    long: list[Hit] = []
    for at, meaning in enumerate(meanings):
        if meaning.nodes:
            after = meanings[at + 1].keys if at + 1 < len(meanings) else ()
            nodes = [node for node in meaning.nodes if node.may_skip or not node.next.keys().isdisjoint(after)]
            if nodes:
                long += _walk(meanings, at, nodes)
    hits: list[Hit] = []
    taken: dict[int, int] = {}
    if long:
        hits = _keep_longest(long)
        taken = {place: hit.concepts for hit in hits for place in hit.words}
    for at, meaning in enumerate(meanings):
        concepts = meaning.concepts
        if at in taken:
            concepts = 0 if taken[at] & THINGS else concepts & THINGS
        if concepts:
            hits.append(Hit(at, concepts, (at,)))
    if long:
        hits.sort(key=_place_of)
    return hits


def _place_of(hit: Hit) -> int:
    return hit.at


def _walk(meanings: Sequence[Meaning], at: int, nodes: Sequence[Node]) -> list[Hit]:
    found: list[Hit] = []
    ways: list[tuple[Node, tuple[int, ...]]] = [(node, (at,)) for node in nodes]
    looked = 0
    while ways and looked < _MOST_WAYS:
        looked += 1
        node, places = ways.pop()
        after = places[-1] + 1
        gap = node.next.get(GAP)
        ways += _step(meanings, node, places, after)
        if gap is not None:
            for start in range(after, min(after + _LONGEST_GAP + 1, len(meanings))):
                ways += _step(meanings, gap, places, start)
        if node.concepts and len(places) > 1:
            found.append(Hit(at, node.concepts, places))
    return found


def _step(
    meanings: Sequence[Meaning], node: Node, places: tuple[int, ...], at: int
) -> list[tuple[Node, tuple[int, ...]]]:
    if at >= len(meanings):
        return []
    return [(node.next[key], (*places, at)) for key in meanings[at].keys if key in node.next]


def _keep_longest(long: list[Hit]) -> list[Hit]:
    """Drop each whose words a longer one took; what stands at the very same words is kept."""
    long.sort(key=lambda hit: (-len(hit.words), hit.at, hit.words[-1]))
    kept: list[Hit] = []
    owners: dict[int, int] = {}
    for hit in long:
        if any(owners.get(place, 0) <= len(hit.words) for place in hit.words):
            kept.append(hit)
            for place in hit.words:
                owners.setdefault(place, len(hit.words))
    return kept
