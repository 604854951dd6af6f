"""New names that follow all old ones, in their order: "please change A and B to X and Y".

Here belongs the pairing. One that is given right after its bearer is read in `new_names`.
"""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

from badges.names import shares_part
from inbound.understanding.particulars import Person
from inbound.understanding.people.composing import shares_given_name
from inbound.understanding.people.groups import Group
from inbound.understanding.people.mentions import Mention
from inbound.understanding.people.name_runs import may_be_name, trim_start
from inbound.understanding.people.neighbours import is_coordinated
from inbound.understanding.people.new_names import find_new_name
from inbound.understanding.people.runs import Run
from inbound.understanding.people.scene import Scene
from inbound.understanding.people.signs import Old
from inbound.understanding.people.weights import Weight, stands_as_new_name
from inbound.understanding.people.words import listed

_IN_ORDER = listed("respectively")
_MOST = 10
"""People of one sentence."""


def pair_names(scene: Scene, groups: Sequence[Group], olds: Sequence[str]) -> tuple[str, ...] | None:
    """Return the new name of each of `groups`, called `olds` until now; None where they are not given so.

    As many names follow as people are named, joined as they are; each fits its bearer, or "respectively" is said.
    """
    if not 1 < len(groups) <= _MOST:
        return None
    named = [max(group.mentions, key=lambda mention: mention.first) for group in groups]
    if not all(is_coordinated(scene, one, other) for one, other in pairwise(named)):
        return None
    runs = _list_following(scene, named[-1].last, len(groups))
    if len(runs) != len(groups) or not stands_as_new_name(scene, runs[0].first):
        return None
    mentions = [Mention(run.first, run.last, scene.show(run), Weight.PLAIN) for run in runs]
    if not all(is_coordinated(scene, one, other) for one, other in pairwise(mentions)):
        return None
    is_told = any(token.folded in _IN_ORDER for token in scene.tokens[named[0].first : runs[-1].last + 3])
    fits = all(shares_part(old, mention.said) for old, mention in zip(olds, mentions, strict=True))
    return tuple(mention.said for mention in mentions) if is_told or fits else None


def find_elsewhere(
    scene: Scene, people: Sequence[Person], named: Sequence[Run], others: tuple[str, ...]
) -> tuple[str | None, ...]:
    """Return the new names of `people`, for those without one that of their given name which stands anywhere in the
    text: "A and B have married. Jane is now Jane Poe, …"."""
    names = []
    taken = {person.new_name for person in people}
    for person in people:
        name = person.new_name
        if name is None and person.earner is not None and len(people) <= _MOST:
            old = Old(person.earner.name, others=others)
            name = find_new_name(scene, scene.title_end, len(scene.tokens) - 1, old, named)
            olds = (other.earner.name for other in people if other.earner and other is not person)
            if name is not None and (
                name in taken
                or not shares_given_name(old.name, name)
                or any(shares_given_name(other, name) for other in olds)
            ):
                name = None
        names.append(name)
    return tuple(names)


def _list_following(scene: Scene, last: int, most: int) -> list[Run]:
    """Return the names of two words and more after token `last` in its sentence; one more than `most`, if there are."""
    found: list[Run] = []
    starts = [run.first for run in scene.runs]
    for run in scene.runs[bisect_right(starts, last) :]:
        if any(token.ends_sentence for token in scene.tokens[last : run.first]) or len(found) > most:
            break
        trimmed = trim_start(scene, run)
        if trimmed is not None and trimmed.first < trimmed.last and may_be_name(scene, trimmed):
            found.append(trimmed)
        last = run.last
    return found
