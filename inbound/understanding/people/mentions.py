"""Mentions: where a text names somebody, by address or by name.

Here belongs finding them. How clearly each is of the one that the text is about is told in `weights`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from badges.names import fold_name, make_name_key
from badges.register import KnownEarner, Register
from inbound.understanding.people.runs import PARTICLES, Run
from inbound.understanding.people.scene import Scene, is_common, is_foreign, trim_run
from inbound.understanding.people.tokens import Kind
from inbound.understanding.people.weights import Weight, weigh_address, weigh_name
from inbound.understanding.people.words import listed
from wire.address import Address, fold_address, parse_address

_MOST_KEYS = 3_000
_MOST_ADDRESSES = 500
_LONGEST_NAME = 6
"""Words of a name that is looked up."""
_LOWER_CASE_WORDS = 400
"""So many words are looked through for names without capitals, as telephones are typed on."""
_RELATIONS = listed("another") | listed("titles")
_LEADS_TO_NAME = listed("leads to name")


@dataclass(frozen=True, slots=True)
class Mention:
    """Tokens `first` to `last` name somebody."""

    first: int
    last: int
    said: str
    weight: Weight
    address: str | None = None
    """Folded, where it is an address."""
    earners: tuple[KnownEarner, ...] = ()
    """Whose address it is, or who bears the name; nobody, where it is unknown."""


def find_addresses(scene: Scene, register: Register) -> list[Mention]:
    """Return every address in the text, with whose it is."""
    found: list[tuple[int, str]] = []
    for at, token in enumerate(scene.tokens):
        if token.kind is Kind.ADDRESS and len(found) < _MOST_ADDRESSES:
            address = parse_address(token.text)
            if isinstance(address, Address):
                found.append((at, fold_address(address)))
    known = register.find_by_addresses({address for _, address in found})
    return [
        Mention(at, at, address, weigh_address(scene, at), address, (known[address],) if address in known else ())
        for at, address in found
    ]


def find_known_names(scene: Scene, register: Register) -> list[Mention]:
    """Return every name of somebody on record, the longest where several begin at one place."""
    places = dict.fromkeys(islice(_list_places(scene), 2 * _MOST_KEYS))
    keys = {place: _make_keys(scene, place) for place in list(places)[:_MOST_KEYS]}
    bearers = register.find_by_names({key for some in keys.values() for key in some})
    mentions: list[Mention] = []
    taken = -1
    for place in sorted(keys, key=lambda run: (run.first, run.first - run.last)):
        earners = next((bearers[key] for key in keys[place] if key in bearers), ())
        if earners and place.first > taken:
            weight = weigh_name(scene, place.first, place.last)
            mentions.append(Mention(place.first, place.last, _join(scene, place), weight, None, earners))
            taken = place.last
    return mentions


def find_unknown_names(scene: Scene, taken: Iterable[Mention], least: Weight = Weight.LIKELY) -> list[Mention]:
    """Return runs of two words and more that stand where a name stands, though nobody on record bears it."""
    used = {at for mention in taken for at in range(mention.first, mention.last + 1)}
    mentions = []
    for run in scene.runs:
        trimmed = _drop_relation(scene, trim_run(scene, run))
        if trimmed is None or trimmed.first == trimmed.last or not used.isdisjoint(range(run.first, run.last + 1)):
            continue
        if any(is_foreign(scene, at) for at in range(trimmed.first, trimmed.last + 1)):
            continue
        weight = weigh_name(scene, trimmed.first, trimmed.last)
        if weight >= least:
            mentions.append(Mention(trimmed.first, trimmed.last, scene.show(trimmed), weight))
    return mentions


def _drop_relation(scene: Scene, run: Run | None) -> Run | None:
    """Leave out what somebody is to the writer: German capitalises "Kollege Jan Roe"."""
    if run is None or run.first == run.last or scene.tokens[run.first].folded not in _RELATIONS:
        return run
    return Run(run.first + 1, run.last)


def _list_places(scene: Scene) -> Iterable[Run]:
    """Yield what may be a name on record: parts of runs whose rest is no part of a name, and "Surname, Given"."""
    for run in scene.runs:
        yield from _list_parts(scene, run)
    for one, other in zip(scene.runs, scene.runs[1:], strict=False):
        if other.first == one.last + 2 and scene.tokens[one.last + 1].text == ",":
            yield from _list_swapped(scene, one, other)
    yield from _list_lower_case(scene)


def _list_parts(scene: Scene, run: Run) -> Iterable[Run]:
    # Where the common words at the end begin is told once: for each word anew, a long run would cost its square.
    end = run.last
    while end > run.first and is_common(scene, end):
        end -= 1
    for first in range(run.first, run.last + 1):
        if first > run.first and not is_common(scene, first - 1):
            break
        if scene.tokens[first].kind is not Kind.WORD:
            continue
        for last in range(min(run.last, first + _LONGEST_NAME - 1), max(end, first) - 1, -1):
            if scene.tokens[last].kind is Kind.WORD:
                yield Run(first, last)
    for at in range(run.first + 1, run.last - 1):
        if scene.tokens[at].text in _LEADS_TO_NAME and run.last - at <= _LONGEST_NAME:
            yield Run(at + 1, run.last)  # "Konten von Jane Roe": a German noun is a capitalised word, too


def _list_swapped(scene: Scene, one: Run, other: Run) -> Iterable[Run]:
    start = one.first
    while start > 0 and scene.tokens[start - 1].text in PARTICLES:
        start -= 1
    for first in range(start, one.last + 1):
        for last in range(other.first, min(other.last, other.first + 2) + 1):
            if last - first < _LONGEST_NAME:
                yield Run(first, last)


def _list_lower_case(scene: Scene) -> Iterable[Run]:
    for at, token in enumerate(scene.tokens[:_LOWER_CASE_WORDS]):
        if token.kind is not Kind.WORD or not token.text.islower() or token.folded in scene.phrases.common:
            continue
        for last in range(at + 1, min(at + 4, len(scene.tokens))):
            following = scene.tokens[last]
            gap = scene.text[scene.tokens[last - 1].end : following.start]
            if following.kind is not Kind.WORD or gap != " " or not following.text.islower():
                break
            if following.folded not in scene.phrases.common:
                yield Run(at, last)


def _make_keys(scene: Scene, place: Run) -> tuple[str, ...]:
    """Return by what a name is looked up: as it stands, and as it is without a genitive ("Jane Roes Konto")."""
    name = _cut(scene, place)
    following = scene.tokens[place.last + 1].folded if place.last + 1 < len(scene.tokens) else ""
    is_genitive = name.endswith("s") and following in scene.phrases.matters and " " in name
    names = (name, name[:-1]) if is_genitive else (name,)
    return tuple(key for key in map(make_name_key, names) if key)


def _join(scene: Scene, run: Run) -> str:
    text = _cut(scene, run)
    return text if fold_name(text) else ""


def _cut(scene: Scene, run: Run) -> str:
    return " ".join(scene.text[scene.tokens[run.first].start : scene.tokens[run.last].end].split())
