"""The people of a text: its mentions put together, weighed, and each looked up once.

Here belongs who it is. What is to become of each is read from the stretch of the text that speaks of them
(`new_names`, `new_addresses`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from badges.names import is_same_name, shares_part
from badges.register import KnownEarner
from desk.words import NAMES_ITS_EARNER, Intent
from inbound.understanding.particulars import Person, Standing
from inbound.understanding.people.asking import Asking
from inbound.understanding.people.badge_names import find_named_badges, fold_all
from inbound.understanding.people.mentions import (
    Mention,
    Scene,
    Weight,
    are_adjacent,
    begins_item,
    find_addresses,
    find_known_names,
    find_unknown_names,
    is_asked_about,
    is_coordinated,
    join_coordinated,
    stands_as_new_name,
)
from inbound.understanding.people.new_addresses import find_new_address, tell_address
from inbound.understanding.people.new_names import Old, find_new_name
from inbound.understanding.people.runs import Run
from inbound.understanding.people.telling_apart import Told, choose_holding, tell_apart


@dataclass(slots=True)
class Group:
    """Mentions of one person."""

    mentions: list[Mention]
    owner: KnownEarner | None = None
    """Whose address is among them."""
    bearers: tuple[KnownEarner, ...] = ()
    """Who bears the name that is among them."""
    is_contradictory: bool = False
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


def find_people(scene: Scene, asking: Asking) -> tuple[list[Person], bool]:
    """Return the people that a text asks something for, and whether they stand in a list."""
    addresses = [mention for mention in find_addresses(scene, asking.register) if _counts(mention, asking)]
    known = join_coordinated(scene, find_known_names(scene, asking.register))
    if asking.intent is Intent.EMAIL_CHANGE:
        # One that is to be the new one may be somebody else's: that is for whoever approves, not who is meant.
        addresses = [each for each in addresses if not tell_address(scene, each.first)[1]] or addresses[: not known]
    meant = [mention for mention in known if _may_be_meant(mention, asking)]
    names = meant
    if asking.intent is Intent.NAME_CHANGE:
        # Somebody may be called what somebody else is; but one who is alone named is the one who is meant.
        names = [each for each in meant if not stands_as_new_name(scene, each)] or meant[: not addresses]
    if asking.writer.earner is not None:
        return _find_for_earner(scene, asking, addresses, names, asking.writer.earner), False
    groups = _choose(scene, _group(scene, asking, addresses, names))
    if asking.intent in NAMES_ITS_EARNER:
        unknown = _group_unknown(scene, asking, addresses, names, Weight.PLAIN if groups else Weight.LIKELY)
        groups += [group for group in unknown if not groups or _stands_beside(scene, group, groups)]
    people = _describe(scene, asking, groups)
    is_list = sum(begins_item(scene, group.mentions[0].first) for group in groups) > 1
    return people, is_list


def _counts(mention: Mention, asking: Asking) -> bool:
    """Leave out the writer's own address, ours, and those of contacts."""
    if mention.address is None or mention.weight is Weight.PASSING:
        return False
    if mention.address == asking.writer.address and not mention.earners:
        return False
    if mention.address in asking.recipients and not mention.earners:
        return False
    return bool(mention.earners) or not asking.register.find_contacts({mention.address})


def _may_be_meant(mention: Mention, asking: Asking) -> bool:
    if mention.weight is Weight.PASSING:
        return False
    return not any(is_same_name(mention.said, other) for other in asking.others)


def _find_for_earner(
    scene: Scene, asking: Asking, addresses: Sequence[Mention], names: Sequence[Mention], earner: KnownEarner
) -> list[Person]:
    """An earner writes about themselves, unless they clearly ask for somebody else on record."""
    own = Group([Mention(0, 0, earner.name, Weight.CLEAR, None, (earner,))], earner)
    others = [
        mention
        for mention in (*addresses, *names)
        if mention.weight is Weight.CLEAR and mention.earners and earner not in mention.earners
    ]
    if asking.intent is Intent.EMAIL_CHANGE:
        others = [mention for mention in others if mention.address is None]
    new_name = None
    if asking.intent is Intent.NAME_CHANGE:
        new_name = find_new_name(scene, 0, len(scene.tokens), Old(earner.name, is_writer=True, is_named=True))
        others = [mention for mention in others if not (new_name and is_same_name(mention.said, new_name))]
    if others and asking.intent in NAMES_ITS_EARNER:
        groups = _group(
            scene, asking, [each for each in others if each.address], [each for each in others if not each.address]
        )
        return _describe(scene, asking, groups)
    person = _describe_one(scene, asking, own, 0, len(scene.tokens))
    return [replace(person, new_name=new_name)]


def _group(scene: Scene, asking: Asking, addresses: Sequence[Mention], names: Sequence[Mention]) -> list[Group]:
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
            return
    same = next((group for group in groups if not group.owner and group.bearers == mention.earners), None)
    if same:
        same.mentions.append(mention)
    else:
        groups.append(Group([mention], None, mention.earners))


def _judge_unknown_neighbours(
    scene: Scene, asking: Asking, groups: Sequence[Group], addresses: Sequence[Mention]
) -> None:
    """A known address beside a stranger's full name, or a known name beside a stranger's address, contradict."""
    strangers = [
        stranger
        for stranger in find_unknown_names(scene, (mention for group in groups for mention in group.mentions))
        if asking.intent is not Intent.NAME_CHANGE or not stands_as_new_name(scene, stranger)
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


def _choose(scene: Scene, groups: Sequence[Group]) -> list[Group]:
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
        if group.weight is not best:
            group.is_contradictory = True
    return kept


def _are_all_listed(scene: Scene, groups: Sequence[Group]) -> bool:
    ordered = sorted((group.mentions[0] for group in groups), key=lambda mention: mention.first)
    return all(is_coordinated(scene, one, other) for one, other in zip(ordered, ordered[1:], strict=False))


def _merge(groups: Sequence[Group]) -> Group:
    """Several are named alike, and nothing says which is meant."""
    bearers = tuple(dict.fromkeys(each for group in groups for each in group.bearers))
    return Group([mention for group in groups for mention in group.mentions], None, bearers, is_contradictory=True)


def _are_listed(scene: Scene, one: Group, other: Group) -> bool:
    first, second = one.mentions[0], other.mentions[0]
    if is_coordinated(scene, first, second) or is_asked_about(scene, first.first):
        return True
    return begins_item(scene, first.first) and begins_item(scene, second.first)


def _group_unknown(
    scene: Scene, asking: Asking, addresses: Sequence[Mention], names: Sequence[Mention], least: Weight
) -> list[Group]:
    """Return people who are named although nobody on record is."""
    addresses = [mention for mention in addresses if not mention.earners]
    strangers = [
        mention
        for mention in find_unknown_names(scene, (*addresses, *names), least)
        if not any(is_same_name(mention.said, other) for other in asking.others)
        and not (asking.intent is Intent.NAME_CHANGE and stands_as_new_name(scene, mention))
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


def _stands_beside(scene: Scene, unknown: Group, groups: Sequence[Group]) -> bool:
    """Whether somebody unknown is asked for in one breath, or one list, with somebody who is known."""
    one = unknown.mentions[0]
    others = [mention for group in groups for mention in group.mentions]
    if any(shares_part(one.said, each.name) for group in groups for each in _list_candidates(group)):
        return False
    if any(are_adjacent(scene, one, other) and one.address != other.address for other in others):
        return False
    if any(is_coordinated(scene, one, other) for other in others):
        return True
    return begins_item(scene, one.first) and any(begins_item(scene, other.first) for other in others)


def _describe(scene: Scene, asking: Asking, groups: Sequence[Group]) -> list[Person]:
    """Return each as a person, with what the stretch of text that speaks of them says."""
    ordered = sorted(groups, key=lambda group: _first_in_body(scene, group))
    if len(ordered) == 1:
        start = scene.title_end if scene.is_answer else 0
        return [_describe_one(scene, asking, ordered[0], start, len(scene.tokens))]
    starts = [_begin(scene, group) for group in ordered]
    for at, group in enumerate(ordered[1:], 1):
        if starts[at] <= _first_in_body(scene, ordered[at - 1]):
            starts[at] = _first_in_body(scene, group)
    ends = [*starts[1:], len(scene.tokens)]
    return [_describe_one(scene, asking, *each) for each in zip(ordered, starts, ends[: len(starts)], strict=True)]


def _begin(scene: Scene, group: Group) -> int:
    """Return where the sentence begins that first speaks of somebody, below the subject if anywhere."""
    at = _first_in_body(scene, group)
    while at > 0 and not scene.tokens[at - 1].ends_sentence:
        at -= 1
    return at


def _first_in_body(scene: Scene, group: Group) -> int:
    body = [mention.first for mention in group.mentions if mention.first >= scene.title_end]
    return min(body, default=group.first)


def _describe_one(scene: Scene, asking: Asking, group: Group, first: int, last: int) -> Person:
    candidates = _list_candidates(group)
    badges = {held.badge_class_id: held.badge_name for each in candidates for held in each.holdings}
    named = find_named_badges(scene.tokens[first:last], {**asking.badges, **badges})
    told = _tell(group, asking, named)
    runs = [Run(mention.first, mention.last) for mention in group.mentions if mention.address is None]
    old = told.earner.name if told.earner else (group.bearers[0].name if group.bearers else _said(group))
    is_named = any(not mention.address and mention.weight > Weight.PASSING for mention in group.mentions)
    new_name = new_address = None
    if asking.intent is Intent.NAME_CHANGE:
        whose = Old(old, others=asking.others, is_named=is_named)
        held = {held.issuer.name for each in candidates for held in each.holdings}
        narrower = replace(scene, foreign=scene.foreign | fold_all([*held, *badges.values()]))
        new_name = find_new_name(narrower, first, last - 1, whose, runs)
    if asking.intent is Intent.EMAIL_CHANGE:
        new_address = find_new_address(scene, first, last - 1, told.earner, asking)
    holding = choose_holding(told.earner, asking.writer.issuer_ids, named)
    return Person(_said(group), told.standing, told.earner, told.candidates, new_name, new_address, holding)


def _tell(group: Group, asking: Asking, named: frozenset[str]) -> Told:
    if group.is_contradictory:
        return Told(Standing.CONTRADICTORY, None, _list_candidates(group)[:10])
    if group.owner is not None:
        return Told(Standing.FOUND, group.owner, (group.owner,))
    if group.unknown:
        return Told(Standing.NOT_FOUND, None, group.bearers[:10])
    return tell_apart(group.bearers, asking.writer.issuer_ids, named)


def _list_candidates(group: Group) -> tuple[KnownEarner, ...]:
    owners: Iterable[KnownEarner] = () if group.owner is None else (group.owner,)
    return tuple(dict.fromkeys((*owners, *group.bearers)))


def _said(group: Group) -> str:
    return next((mention.said for mention in group.mentions if not mention.address), group.mentions[0].said)
