"""Whether an earner writes for somebody else: "my colleague Jane Roe is locked out".

Here belongs telling that from the words beside a name. Who is on record under it is told in `groups`.
"""

from collections.abc import Sequence

from inbound.understanding.people.mentions import Mention, find_unknown_names
from inbound.understanding.people.phrases import is_skipped
from inbound.understanding.people.scene import Scene
from inbound.understanding.people.weights import Weight
from inbound.understanding.people.words import listed

_FIRST_PERSON = listed("first person")
_ANOTHER = listed("another")
_BETWEEN = 2
"""Words between "my" and "colleague": "my former shift lead"."""


def speaks_of_self(scene: Scene) -> bool:
    """Whether the writer says anything of themselves, "my colleague" apart."""
    return any(
        token.folded in _FIRST_PERSON and not _leads_to_another(scene, at) for at, token in enumerate(scene.tokens)
    )


def find_strangers(
    scene: Scene, addresses: Sequence[Mention], names: Sequence[Mention], least: Weight
) -> list[Mention]:
    """Return whom nobody on record is, and for whom something is asked as for a colleague or a relative."""
    unknown = [mention for mention in addresses if not mention.earners]
    least = least if least is Weight.CLEAR else Weight.PLAIN
    unknown += find_unknown_names(scene, (*addresses, *names), least)
    return [mention for mention in unknown if mention.weight >= least and _follows_another(scene, mention.first)]


def _leads_to_another(scene: Scene, at: int) -> bool:
    following = scene.tokens[at + 1 : at + 2 + _BETWEEN]
    return any(token.folded in _ANOTHER for token in following)


def _follows_another(scene: Scene, first: int) -> bool:
    """Whether "my colleague" stands right before token `first`."""
    at = first - 1
    while at >= 0 and is_skipped(scene.tokens[at]) and scene.tokens[at].text != ".":
        at -= 1
    if at < 0 or scene.tokens[at].folded not in _ANOTHER:
        return False
    return any(token.folded in _FIRST_PERSON for token in scene.tokens[max(0, at - 1 - _BETWEEN) : at])
