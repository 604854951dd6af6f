"""Mentions put together by person, and the choice of those whom the text is about.

Here belongs who is named. Who that is on record is told in `telling_apart`, what becomes of them in `in_text`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from badges.names import is_same_name, shares_part
from badges.register import KnownEarner
from desk.words import Intent
from inbound.understanding.people.asking import Asking
from inbound.understanding.people.mentions import Mention, find_unknown_names
from inbound.understanding.people.neighbours import are_adjacent, are_stacked, is_coordinated, join_coordinated
from inbound.understanding.people.scene import Scene
from inbound.understanding.people.weights import (
    Weight,
    begins_item,
    is_asked_about,
    stands_as_a_name,
    stands_as_new_name,
)

_MOST_UNKNOWN = 250
"""Of people who are nobody on record; as each is compared with all, more would cost their square."""


@dataclass(slots=True)
class Group:
    """Mentions of one person."""

    mentions: list[Mention]
    owner: KnownEarner | None = None
    """Whose address is among them."""
    bearers: tuple[KnownEarner, ...] = ()
    """Who bears the name that is among them."""
    is_contradictory: bool = False
    is_doubtful: bool = False
    """Another is named more plainly: it is not sure that something is asked for this one, too."""
    unknown: list[str] = field(default_factory=list)
    """Addresses beside the name that nobody on record has."""

    @property
    def weight(self) -> Weight:
        """That of the clearest mention."""
        return max(mention.weight for mention in self.mentions)

    @property
    def first(self) -> int:
        """Where it is first spoken of."""
        return min(mention.first for mention in self.mentions)


def group_mentions(scene: Scene, asking: Asking, addresses: Sequence[Mention], names: Sequence[Mention]) -> list[Group]:
    """Put together what is said of one person."""
    groups: list[Group] = []
    for mention in addresses:
        if mention.earners:
            owner = mention.earners[0]
            same = next((group for group in groups if group.owner == owner), None)
            if same:
                same.mentions.append(mention)
            else:
                groups.append(Group([mention], owner))
    for mention in names:
        _add_name(scene, groups, mention)
    _judge_unknown_neighbours(scene, asking, groups, addresses)
    return groups


def _add_name(scene: Scene, groups: list[Group], mention: Mention) -> None:
    owned = next((group for group in groups if group.owner and group.owner in mention.earners), None)
    if owned:
        owned.mentions.append(mention)
        owned.bearers = mention.earners
        return
    for group in groups:
        if group.owner and any(each.address and are_adjacent(scene, each, mention) for each in group.mentions):
            group.is_contradictory = True
            group.bearers = mention.earners
            group.mentions.append(mention)
            _take_in(groups, group)
            return
    same = next((group for group in groups if not group.owner and group.bearers == mention.earners), None)
    if same:
        same.mentions.append(mention)
    else:
        groups.append(Group([mention], None, mention.earners))


def _take_in(groups: list[Group], group: Group) -> None:
    """Put what is said of the bearers of a name elsewhere to the `group` where an address contradicts that name."""
    for other in [each for each in groups if not each.owner and each.bearers == group.bearers]:
        group.mentions.extend(other.mentions)
        groups.remove(other)


def _judge_unknown_neighbours(
    scene: Scene, asking: Asking, groups: Sequence[Group], addresses: Sequence[Mention]
) -> None:
    """A known address beside a stranger's full name, or a known name beside a stranger's address, contradict."""
    strangers = [
        stranger
        for stranger in find_unknown_names(scene, (mention for group in groups for mention in group.mentions))
        if asking.intent is not Intent.NAME_CHANGE
        or not (stands_as_new_name(scene, stranger.first) or stands_as_a_name(scene, stranger.first))
    ]
    for group in groups:
        owner = group.owner
        for stranger in strangers:
            is_beside = any(each.address and are_adjacent(scene, each, stranger) for each in group.mentions)
            if owner and is_beside and not shares_part(stranger.said, owner.name):
                group.is_contradictory = True
            if is_beside and all(mention.address for mention in group.mentions):
                group.mentions.append(replace(stranger, weight=Weight.PASSING))
        if owner or asking.intent is Intent.EMAIL_CHANGE:
            continue
        for address in addresses:
            beside = any(are_adjacent(scene, each, address) for each in group.mentions)
            if not address.earners and address.address and (beside or _is_labelled(scene, address)):
                group.unknown.append(address.address)


def _is_labelled(scene: Scene, address: Mention) -> bool:
    """Whether "e-mail:", "her address is" or the like stands before an address."""
    before = [token.folded for token in scene.tokens[max(0, address.first - 6) : address.first]]
    words = {
        "e-mail",
        "email",
        "mail",
        "address",
        "adresse",
        "courriel",
        "correo",
        "direccion",
        "mailadresse",
        "e-mail-adresse",
    }
    return bool(words & set(before))


def choose_groups(scene: Scene, groups: Sequence[Group]) -> list[Group]:
    """Keep those that the mail is about: the clearest, and whoever stands beside them in a list."""
    meant = [group for group in groups if group.weight > Weight.PASSING]
    best = max((group.weight for group in meant), default=Weight.PASSING)
    if best is Weight.PLAIN:
        if len(meant) > 1:
            return [_merge(meant)]
        return meant
    if best is Weight.LIKELY and len(meant) > 1 and not _are_all_listed(scene, meant):
        return [_merge(meant)]
    kept = [group for group in meant if group.weight >= Weight.LIKELY]
    by_address = [group for group in kept if group.owner and not group.bearers]
    by_name = [group for group in kept if not group.owner]
    if len(by_address) == len(by_name) == 1 and not _are_listed(scene, by_address[0], by_name[0]):
        pair = by_address[0]
        pair.is_contradictory = True
        pair.bearers = by_name[0].bearers
        return [group for group in kept if group is not by_name[0]]
    for group in kept:
        group.is_doubtful = group.weight is not best
    return kept


def _are_all_listed(scene: Scene, groups: Sequence[Group]) -> bool:
    ordered = sorted((group.mentions[0] for group in groups), key=lambda mention: mention.first)
    return all(is_coordinated(scene, one, other) for one, other in pairwise(ordered))


def _merge(groups: Sequence[Group]) -> Group:
    """Several are named alike, and nothing says which is meant."""
    bearers = tuple(dict.fromkeys(each for group in groups for each in group.bearers))
    return Group([mention for group in groups for mention in group.mentions], None, bearers, is_contradictory=True)


def _are_listed(scene: Scene, one: Group, other: Group) -> bool:
    first, second = one.mentions[0], other.mentions[0]
    if is_coordinated(scene, first, second) or is_asked_about(scene, first.first):
        return True
    return begins_item(scene, first.first) and begins_item(scene, second.first)


def group_unknown(
    scene: Scene, asking: Asking, addresses: Sequence[Mention], names: Sequence[Mention], least: Weight
) -> list[Group]:
    """Return people who are named although nobody on record is."""
    addresses = [mention for mention in addresses if not mention.earners]
    strangers = [
        mention
        for mention in find_unknown_names(scene, (*addresses, *names), least)
        if not any(is_same_name(mention.said, other) for other in asking.others)
        and not (asking.intent is Intent.NAME_CHANGE and stands_as_new_name(scene, mention.first))
    ]
    groups = [Group([mention]) for mention in join_coordinated(scene, strangers) if mention.weight >= least]
    merged: dict[str, Group] = {}
    for group in groups:
        merged.setdefault(" ".join(sorted(group.mentions[0].said.casefold().split())), group)
    unique = list(merged.values())
    if asking.intent is not Intent.EMAIL_CHANGE or not unique:
        for mention in addresses:
            if not any(are_adjacent(scene, mention, group.mentions[0]) or len(unique) == 1 for group in unique):
                unique.append(Group([mention], unknown=[mention.said]))
    if asking.intent is Intent.EMAIL_CHANGE and len(unique) == 1 and unique[0].mentions[0].address:
        return []
    return unique


def add_unknown(scene: Scene, asking: Asking, groups: Sequence[Group], unknown: Sequence[Group]) -> list[Group]:
    """Return `groups` and those of nobody on record that stand beside them, or beside each other; all, without any."""
    found = list(groups)
    for group in unknown[:_MOST_UNKNOWN]:
        if not groups or _stands_beside(scene, asking, group, found):
            found.append(group)
    return found


def _stands_beside(scene: Scene, asking: Asking, unknown: Group, groups: Sequence[Group]) -> bool:
    """Whether somebody unknown is asked for in one breath, or one list, with somebody who is known."""
    one = unknown.mentions[0]
    others = [mention for group in groups for mention in group.mentions]
    if any(shares_part(one.said, each.name) for group in groups for each in list_candidates(group)):
        return False
    if any(_may_be_same(scene, asking, one, other) for other in others):
        return False
    is_asked = one.weight is Weight.CLEAR and (one.address is None or is_asked_about(scene, one.first))
    if is_asked or any(is_coordinated(scene, one, other) for other in others):
        return True
    if asking.intent is not Intent.EMAIL_CHANGE and any(are_stacked(scene, one, other) for other in others):
        return True
    return begins_item(scene, one.first) and any(begins_item(scene, other.first) for other in others)


def _may_be_same(scene: Scene, asking: Asking, one: Mention, other: Mention) -> bool:
    """Whether a name and an address side by side may be one person's; two addresses are where one is to be new."""
    if one.address and other.address and asking.intent is not Intent.EMAIL_CHANGE:
        return False
    return are_adjacent(scene, one, other) and one.address != other.address


def list_candidates(group: Group) -> tuple[KnownEarner, ...]:
    owners: Iterable[KnownEarner] = () if group.owner is None else (group.owner,)
    return tuple(dict.fromkeys((*owners, *group.bearers)))
