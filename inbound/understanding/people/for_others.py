"""Whether somebody writes for somebody else: "my colleague Jane Roe is locked out", "unsubscribe my mother".

Here belongs telling that from the words beside a name. Who is on record under it is told in `groups`.
"""

from collections.abc import Sequence

from badges.names import is_same_name
from inbound.understanding.particulars import Person, Standing, Writer
from inbound.understanding.people.mentions import Mention, find_unknown_names
from inbound.understanding.people.phrases import count_ending, is_skipped, look_before
from inbound.understanding.people.scene import Scene
from inbound.understanding.people.weights import Weight
from inbound.understanding.people.words import listed

_FIRST_PERSON = listed("first person")
_ANOTHER = listed("another")
_PRONOUNS = listed("pronouns") - {"el"}
"""Without accents, Spanish "él" is an article."""
_TAKEN_OFF = listed("taken off")
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


def find_unsubscribed(
    scene: Scene, writer: Writer, addresses: Sequence[Mention], names: Sequence[Mention]
) -> list[Person]:
    """Return who else is to get no more mail, where the writer says nothing of themselves."""
    if speaks_of_self(scene):
        return []
    unknown = find_unknown_names(scene, (*addresses, *names), Weight.PLAIN)
    named = [mention for mention in names if mention.weight > Weight.PASSING]
    named += [each for each in unknown if count_ending(look_before(scene.tokens, each.first).words, _TAKEN_OFF)]
    others = [each.said for each in named if not any(is_same_name(each.said, own) for own in writer.names)]
    if not others and not named:
        others = [token.text for token in scene.tokens if token.folded in _ANOTHER | _PRONOUNS][:1]
    return [Person(said, Standing.NOT_FOUND, None) for said in others]


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
