"""Which frames fit what a clause says, and which of them count.

Here belongs the comparison alone; the frames stand in `frames`. Of those that fit the heaviest counts: a frame that
says more weighs more.
"""

from collections.abc import Iterable

from desk.words import CHANGES_A_RECORD, Intent
from inbound.understanding.concepts import BITS
from inbound.understanding.frames import FRAMES, Frame

_OF_TWO = 3.2
"""What a second change of a record weighs at least, to be one of two that are asked."""


def match_frames(concepts: int, is_asked: bool, verbs: int = -1) -> list[tuple[Intent, float, bool]]:
    """Return the intents that `concepts` come to, heaviest first, each with its weight and whether it is asked.

    Only frames that need one of `verbs` count. Two intents come back only where both change a record.
    """
    best: dict[Intent, tuple[float, bool]] = {}
    for frame in _find_candidates(concepts):
        if (frame.must_be_asked and not is_asked) or concepts & frame.never or not _fits(frame, concepts, verbs):
            continue
        if frame.weight > best.get(frame.intent, (0.0, False))[0]:
            best[frame.intent] = (frame.weight, frame.must_be_asked)
    ranked = sorted(((intent, weight, asked) for intent, (weight, asked) in best.items()), key=lambda it: -it[1])
    return [found for number, found in enumerate(ranked) if not number or _goes_along(ranked[0], found)]


def _goes_along(first: tuple[Intent, float, bool], found: tuple[Intent, float, bool]) -> bool:
    return first[0] in CHANGES_A_RECORD and found[0] in CHANGES_A_RECORD and found[2] and found[1] >= _OF_TWO


def _fits(frame: Frame, concepts: int, verbs: int) -> bool:
    for term in frame.terms:
        if not concepts & term:
            return False
    return verbs == -1 or any(term & verbs & concepts for term in frame.terms)


def _find_candidates(concepts: int) -> list[Frame]:
    found: list[Frame] = []
    while concepts:
        lowest = concepts & -concepts
        found += _BY_ANCHOR.get(lowest, ())
        concepts ^= lowest
    return found


def _index_frames(frames: Iterable[Frame]) -> dict[int, list[Frame]]:
    """Return the frames by the concepts of their first term, so that a clause is compared only with what it may fit."""
    index: dict[int, list[Frame]] = {}
    for frame in frames:
        for bit in BITS.values():
            if frame.terms[0] & bit:
                index.setdefault(bit, []).append(frame)
    return index


_BY_ANCHOR = _index_frames(FRAMES)
