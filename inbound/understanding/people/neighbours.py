"""How two mentions of a text stand to each other: side by side, or joined by "and".

Here belongs what stands between them only.
"""

from collections.abc import Sequence
from dataclasses import replace

from inbound.understanding.people.mentions import Mention
from inbound.understanding.people.runs import is_capital
from inbound.understanding.people.scene import Scene
from inbound.understanding.people.tokens import Kind
from inbound.understanding.people.weights import Weight
from inbound.understanding.people.words import listed

_PREPOSITIONS = listed("prepositions")
_RELATED = listed("related")
_OF = listed("of")
_AND_WORDS = listed("and")
_MOST_BETWEEN = 8
_AND = _AND_WORDS | {",", ";"}


def join_coordinated(scene: Scene, mentions: Sequence[Mention]) -> list[Mention]:
    """Give a mention that follows another after "and" or a comma the other's weight: "unlock A and B"."""
    ordered = sorted(mentions, key=lambda mention: mention.first)
    joined: list[Mention] = []
    for mention in ordered:
        before = joined[-1] if joined else None
        if before and before.weight > mention.weight and _is_coordinated(scene, before, mention):
            joined.append(replace(mention, weight=before.weight))
        else:
            joined.append(mention)
    return _raise_earlier(scene, joined)


def _raise_earlier(scene: Scene, mentions: Sequence[Mention]) -> list[Mention]:
    """Give a mention the weight of one that follows after "and": "A, B and C are locked out". A comma alone is not
    enough: "I saw A, B is locked out"."""
    raised: list[Mention] = []
    is_chain = False
    for mention in reversed(mentions):
        after = raised[-1] if raised else None
        if after and mention.weight > Weight.PASSING and _is_coordinated(scene, mention, after):
            is_chain = is_chain or any(
                token.folded in _AND_WORDS for token in scene.tokens[mention.last + 1 : after.first]
            )
            weight = max(mention.weight, after.weight) if is_chain else mention.weight
            raised.append(replace(mention, weight=weight))
        else:
            is_chain = False
            raised.append(mention)
    return raised[::-1]


def is_coordinated(scene: Scene, one: Mention, other: Mention) -> bool:
    """Whether only "and", commas, brackets and an address stand between two mentions."""
    return _is_coordinated(scene, *sorted((one, other), key=lambda mention: mention.first))


def are_adjacent(scene: Scene, one: Mention, other: Mention) -> bool:
    """Whether only a bracket, a comma or the like stands between two mentions: "Jane Roe (jane@…)"."""
    first, second = sorted((one, other), key=lambda mention: mention.first)
    if second.first - first.last > 4:
        return False
    between = scene.tokens[first.last + 1 : second.first]
    return all(
        token.text in "(<[,:-–—/|=" or token.folded in ("at", "unter", "mail", "e-mail", "email", "mailto")
        for token in between
    )


def are_stacked(scene: Scene, one: Mention, other: Mention) -> bool:
    """Whether two addresses stand in a row or below each other, with nothing but bullets and numbers between."""
    first, second = sorted((one, other), key=lambda mention: mention.first)
    if not (one.address and other.address) or second.first - first.last > _MOST_BETWEEN:
        return False
    between = scene.tokens[first.last + 1 : second.first]
    return all(token.kind in (Kind.LINE, Kind.NUMBER) or token.text in "-*•·–),;|<>/." for token in between)


def _is_coordinated(scene: Scene, one: Mention, other: Mention) -> bool:
    between = scene.tokens[one.last + 1 : other.first]
    has_and = any(token.folded in _AND for token in between)
    are_meant = one.weight > Weight.PASSING and other.weight > Weight.PASSING
    idle = _OF if are_meant else _RELATED | _PREPOSITIONS
    between = tuple(token for token in between if token.folded not in idle)
    return (
        has_and
        and len(between) <= 14
        and all(
            token.folded in _AND
            or token.text in "();/"
            or token.kind is Kind.ADDRESS
            or (is_capital(token) and token.folded not in scene.phrases.common)
            for token in between
        )
    )
