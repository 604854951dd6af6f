"""A second opinion on what a mail asks for: a small linear model, learned from our own labelled mails.

Here belong the model's features and its arithmetic; what its opinion may lead to stands in `settling`. It has read no
grammar: it sees which words and pieces of words a mail holds, so it knows turns of phrase that no lexicon lists, and
falls for mails that merely sound alike. That is why it never decides an act. `opinion.tsv` is written by
`scripts/train-opinion`. Pure, and linear in the length of the text.
"""

import base64
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise

from desk.words import Intent
from wire.letters import fold_letters

_LONGEST_TEXT = 6_000
"""Characters that are looked at: a request stands near the beginning, and what follows dilutes it."""
_WORD = re.compile(r"[^\W_]{1,40}")
_ADDRESS = re.compile(r"[^\s<>()]{1,64}@[^\s<>()]{1,255}|https?://\S{1,500}")
_PIECE = 4
_LANE = 32
"""Bits of one sum. All sums of a mail are kept in one integer, side by side: adding a feature is one addition."""
_BIAS = 128
"""Weights are stored as bytes, this much above their value."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the model takes a mail for."""

    intent: Intent
    probability: float
    """Of `intent`, 0 to 1, as the model reckons."""
    every: Mapping[Intent, float]
    """The probability of each intent that it knows."""


@dataclass(frozen=True, slots=True)
class Model:
    """The learned weights. `scale` is the value of one step of a weight, `rarity_scale` of one step of a rarity."""

    intents: tuple[Intent, ...]
    intercepts: tuple[float, ...]
    scale: float
    rarity_scale: float
    weights: Mapping[str, int]
    """For each feature, one lane for each intent and a last one for the square of its rarity."""

    def judge(self, text: str) -> Opinion | None:
        """Return the opinion on a text; None for one in which nothing is known."""
        known = [weights for feature in set(list_features(text)) if (weights := self.weights.get(feature)) is not None]
        if not known:
            return None
        sums = _split_lanes(sum(known), len(self.intents) + 1)
        length = math.sqrt(sums[-1] * self.rarity_scale)
        shift = _BIAS * len(known)
        scores = [
            (total - shift) * self.scale / length + intercept
            for total, intercept in zip(sums[:-1], self.intercepts, strict=True)
        ]
        every = dict(zip(self.intents, _to_probabilities(scores), strict=True))
        intent = max(self.intents, key=every.__getitem__)
        return Opinion(intent, every[intent], every)


def list_features(text: str) -> Iterator[str]:
    """Yield what the model sees of a text: words, pairs of words, and pieces of four letters; some more than once."""
    words = _WORD.findall(fold_letters(_ADDRESS.sub(" ", text[:_LONGEST_TEXT])))
    yield from words
    for first, second in pairwise(words):
        yield f"{first} {second}"
    for word in words:
        framed = f"_{word}_"
        for start in range(len(framed) - _PIECE + 1):
            yield "~" + framed[start : start + _PIECE]


def _split_lanes(total: int, lanes: int) -> list[int]:
    mask = (1 << _LANE) - 1
    return [total >> _LANE * number & mask for number in range(lanes)]


def _to_probabilities(scores: Sequence[float]) -> list[float]:
    highest = max(scores)
    powers = [math.exp(score - highest) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]


@cache
def load_model() -> Model:
    """Return the model that is shipped."""
    return read_model(resources.files("inbound.understanding").joinpath("opinion.tsv").read_text("utf-8"))


def read_model(source: str) -> Model:
    """Read a model: a line each for the intents, their intercepts and the two scales, then one for each feature."""
    lines = source.splitlines()
    rows = [line.split("\t") for line in lines[:3]]
    scale, rarity_scale = map(float, rows[2])
    weights = {}
    for line in lines[3:]:
        feature, _, encoded = line.partition("\t")
        weights[feature] = _join_lanes(base64.b64decode(encoded))
    return Model(tuple(map(Intent, rows[0])), tuple(map(float, rows[1])), scale, rarity_scale, weights)


def _join_lanes(values: bytes) -> int:
    return sum(value << _LANE * number for number, value in enumerate(values))
