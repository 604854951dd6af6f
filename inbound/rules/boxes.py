"""Which mails a condition takes, as far as that can be told without a mail: unions of boxes in the space of facts.

Here belongs the arithmetic: a condition as boxes, and whether some boxes cover another. A box says for some facts which
values are allowed. Facts with few values are themselves; numbers fall into cells between the bounds that the file
names; each comparison of a text is a fact of its own, yes or no. That the latter are not independent ("contains ab" has
"contains a" in it) makes the space larger than the world: what is covered in it is covered in the world, too, so a rule
is never called unreachable that some mail reaches.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from inbound.rules.conditions import (
    Asks,
    Between,
    Condition,
    Every,
    Has,
    Leaf,
    Matches,
    Never,
    Says,
    Some,
    Within,
    list_leaves,
)
from inbound.rules.vocabulary import VALUES

BOXES_LIMIT = 64
"""Boxes of one condition. One with more is not judged."""
LIST_LIMIT = 8
"""A list of more texts is one dimension, not one for each: a thousand senders are no thousand boxes."""
PIECES_LIMIT = 400
"""Pieces that a box is cut into while it is compared. Beyond, it counts as not covered."""
_BOTH = frozenset({True, False})

Dimension = str | tuple[str, str, str]
"""A fact with few values or a number; or a comparison of a text."""
Box = Mapping[Dimension, frozenset[Any]]
"""The allowed values of some dimensions; what is not in it is free."""


@dataclass(frozen=True)
class Space:
    """The dimensions that the conditions of one file span."""

    bounds: Mapping[str, tuple[int, ...]]
    """For each number, where cells begin: 0 and every bound that the file names."""

    def list_values(self, dimension: Dimension) -> frozenset[Any]:
        """Return all values of a dimension."""
        if isinstance(dimension, tuple):
            return _BOTH
        if dimension in self.bounds:
            return frozenset(self.bounds[dimension])
        return VALUES[dimension]

    def make_boxes(self, condition: Condition) -> list[Box] | None:
        """Return boxes that together hold exactly the mails of a condition; None where that takes too many."""
        try:
            return self._expand(condition, is_so=True)
        except _TooManyError:
            return None

    def covers(self, covering: Iterable[Box], box: Box) -> bool:
        """Tell whether every mail of `box` is in one of `covering`. False also where that is too much work."""
        pieces = [box]
        for other in covering:
            pieces = [rest for piece in pieces for rest in self._subtract(piece, other)]
            if not pieces or len(pieces) > PIECES_LIMIT:
                break
        return not pieces

    def meets(self, one: Box, two: Box) -> bool:
        """Tell whether two boxes have a mail in common."""
        return all(allowed & two[dimension] for dimension, allowed in one.items() if dimension in two)

    def _expand(self, condition: Condition, *, is_so: bool) -> list[Box]:
        match condition:
            case Never(part):
                return self._expand(part, is_so=not is_so)
            case Some(parts) if len(parts) > LIST_LIMIT and all(
                isinstance(part, Asks | Has | Says | Matches) for part in parts
            ):
                listed = (str(len(parts)), "any of", "\n".join(part.tell() for part in parts))
                return [{listed: frozenset({is_so})}]
            case Every(parts) | Some(parts):
                expanded = [self._expand(part, is_so=is_so) for part in parts]
                is_product = isinstance(condition, Every) == is_so
                return _multiply(expanded) if is_product else _limit([box for boxes in expanded for box in boxes])
            case _:
                dimension, allowed = self._place(condition)
                allowed = allowed if is_so else self.list_values(dimension) - allowed
                return [{dimension: allowed}] if allowed else []

    def _place(self, leaf: Leaf) -> tuple[Dimension, frozenset[Any]]:
        match leaf:
            case Within(fact, allowed):
                return fact, allowed
            case Between(fact, least, most):
                cells = self.bounds[fact]
                return fact, frozenset(
                    cell for cell in cells if (least is None or cell >= least) and (most is None or cell <= most)
                )
            case Asks(intent):
                return ("asked", "has", intent), frozenset({True})
            case Has(name):
                return (name, "is there", ""), frozenset({True})
            case Says(name, operator, literal):
                return (name, operator, literal), frozenset({True})
            case Matches(name, pattern):
                return (name, "matches", pattern), frozenset({True})

    def _subtract(self, box: Box, other: Box) -> list[Box]:
        """Return boxes that hold what is in `box` and not in `other`."""
        rest: list[Box] = []
        inside = dict(box)
        for dimension, allowed in other.items():
            here = inside.get(dimension) or self.list_values(dimension)
            common = here & allowed
            if not common:
                return [box]
            if common != here:
                rest.append({**inside, dimension: here - allowed})
                inside[dimension] = common
        return rest


class _TooManyError(Exception):
    pass


def make_space(conditions: Iterable[Condition]) -> Space:
    """Return the space that holds these conditions."""
    bounds: dict[str, set[int]] = {}
    for leaf in (leaf for condition in conditions for leaf in list_leaves(condition)):
        if isinstance(leaf, Between):
            cells = bounds.setdefault(leaf.fact, {0})
            cells.update({leaf.least} if leaf.least is not None else set())
            cells.update({leaf.most + 1} if leaf.most is not None else set())
    return Space({fact: tuple(sorted(cells)) for fact, cells in bounds.items()})


def _multiply(factors: Sequence[list[Box]]) -> list[Box]:
    boxes: list[Box] = [{}]
    for factor in factors:
        met = (_meet(one, two) for one, two in product(boxes, factor))
        boxes = _limit([box for box in met if box is not None])
    return boxes


def _meet(one: Box, two: Box) -> Box | None:
    met = dict(one)
    for dimension, allowed in two.items():
        met[dimension] = met[dimension] & allowed if dimension in met else allowed
        if not met[dimension]:
            return None
    return met


def _limit(boxes: list[Box]) -> list[Box]:
    if len(boxes) > BOXES_LIMIT:
        raise _TooManyError
    return boxes
