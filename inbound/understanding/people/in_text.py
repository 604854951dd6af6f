"""The people of a text: its mentions put together, weighed, and each looked up once.

Here belongs the way from a text to people. What is to become of each is read from the stretch that speaks of them
(`new_names`, `new_addresses`).
"""

from collections.abc import Sequence
from dataclasses import replace

from badges.names import is_same_name, shares_part
from badges.register import KnownEarner
from desk.words import NAMES_ITS_EARNER, Intent, Role
from inbound.understanding.particulars import Person, Standing
from inbound.understanding.people.asking import Asking
from inbound.understanding.people.badge_names import find_named_badges, fold_all
from inbound.understanding.people.for_others import find_strangers, find_unsubscribed, speaks_of_self
from inbound.understanding.people.groups import (
    Group,
    add_unknown,
    choose_groups,
    group_mentions,
    group_unknown,
    list_candidates,
)
from inbound.understanding.people.in_order import find_elsewhere, pair_names
from inbound.understanding.people.mentions import Mention, find_addresses, find_known_names
from inbound.understanding.people.neighbours import join_coordinated
from inbound.understanding.people.new_addresses import find_new_address, tell_address
from inbound.understanding.people.new_names import find_new_name
from inbound.understanding.people.overlooked import find_overlooked
from inbound.understanding.people.runs import Run
from inbound.understanding.people.scene import Scene
from inbound.understanding.people.signs import Old
from inbound.understanding.people.telling_apart import Told, choose_holding, tell_apart
from inbound.understanding.people.weights import Weight, stands_as_new_name


def find_people(scene: Scene, asking: Asking) -> list[Person]:
    """Return the people that a text asks something for."""
    addresses = _find_addresses_that_count(scene, asking)
    known = join_coordinated(scene, find_known_names(scene, asking.register))
    if asking.intent is Intent.EMAIL_CHANGE:
        # One that is to be the new one may be somebody else's: that is for whoever approves, not who is meant.
        others = [each for each in addresses if not tell_address(scene, each.first)[1]]
        addresses = others if known or any(each.earners for each in others) else addresses
    meant = [mention for mention in known if _may_be_meant(mention, asking)]
    names = meant
    if asking.intent is Intent.NAME_CHANGE:
        # Somebody may be called what somebody else is; but one who is alone named is the one who is meant.
        names = [each for each in meant if not stands_as_new_name(scene, each.first)] or meant[: not addresses]
    if asking.intent is Intent.UNSUBSCRIBE and asking.writer.role in (Role.EARNER, Role.UNKNOWN):
        unsubscribed = find_unsubscribed(scene, asking.writer, addresses, names)
        if unsubscribed:
            return unsubscribed
    if asking.writer.earner is not None:
        return _find_for_earner(scene, asking, addresses, names, asking.writer.earner)
    groups = choose_groups(scene, group_mentions(scene, asking, addresses, names))
    if asking.intent in NAMES_ITS_EARNER:
        unknown = group_unknown(scene, asking, addresses, names, Weight.PLAIN if groups else Weight.LIKELY)
        found = [mention for group in (*groups, *unknown) for mention in group.mentions]
        unknown += [Group([mention]) for mention in find_overlooked(scene, found)]
        groups = add_unknown(scene, asking, groups, unknown)
    return _describe(scene, asking, groups)


def _find_addresses_that_count(scene: Scene, asking: Asking) -> list[Mention]:
    """Return the addresses of earners, and unknown ones but for the writer's own, ours, and those of contacts."""
    found = [mention for mention in find_addresses(scene, asking.register) if mention.weight > Weight.PASSING]
    contacts = asking.register.find_contacts({mention.said for mention in found if not mention.earners})
    ours = {asking.writer.address, *asking.recipients, *(contact.address for contact in contacts)}
    return [mention for mention in found if mention.earners or mention.address not in ours]


def _may_be_meant(mention: Mention, asking: Asking) -> bool:
    if mention.weight is Weight.PASSING:
        return False
    return not any(is_same_name(mention.said, other) for other in asking.others)


def _find_for_earner(
    scene: Scene, asking: Asking, addresses: Sequence[Mention], names: Sequence[Mention], earner: KnownEarner
) -> list[Person]:
    """An earner writes about themselves, unless they clearly ask for somebody else on record."""
    own = Group([Mention(0, 0, earner.name, Weight.CLEAR, None, (earner,))], earner)
    # Who says nothing of themselves speaks for whom they name.
    least = Weight.CLEAR if speaks_of_self(scene) else Weight.LIKELY
    strangers = find_strangers(scene, addresses, names, least)
    others = [
        mention
        for mention in (*addresses, *names)
        if mention.weight >= least and mention.earners and earner not in mention.earners
    ]
    if asking.intent is Intent.EMAIL_CHANGE:
        others = [mention for mention in others if mention.address is None]
    new_name = None
    if asking.intent is Intent.NAME_CHANGE:
        new_name = find_new_name(scene, 0, len(scene.tokens), Old(earner.name, is_writer=True, is_named=True))
        others = [mention for mention in others if not (new_name and is_same_name(mention.said, new_name))]
    if others and (asking.intent in NAMES_ITS_EARNER or asking.intent is Intent.UNSUBSCRIBE):
        groups = group_mentions(
            scene, asking, [each for each in others if each.address], [each for each in others if not each.address]
        )
        return _describe(scene, asking, groups)
    if strangers and asking.intent in NAMES_ITS_EARNER and asking.intent is not Intent.EMAIL_CHANGE:
        return [Person(stranger.said, Standing.NOT_FOUND, None) for stranger in strangers]
    person = _describe_one(scene, asking, own, 0, len(scene.tokens))
    return [replace(person, new_name=new_name)]


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
    people = [_describe_one(scene, asking, *each) for each in zip(ordered, starts, ends[: len(starts)], strict=True)]
    olds = [person.earner.name if person.earner else person.said for person in people]
    if asking.intent is not Intent.NAME_CHANGE:
        return people
    runs = [Run(each.first, each.last) for group in ordered for each in group.mentions if each.address is None]
    names = pair_names(scene, ordered, olds) or find_elsewhere(scene, people, runs, asking.others)
    return [replace(person, new_name=name) for person, name in zip(people, names, strict=True)]


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
    candidates = list_candidates(group)
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
    if group.is_doubtful and not (new_name and shares_part(old, new_name)):
        told = Told(Standing.CONTRADICTORY, None, candidates[:10])
    holding = choose_holding(told.earner, asking.writer.issuer_ids, named)
    return Person(_said(group), told.standing, told.earner, told.candidates, new_name, new_address, holding)


def _tell(group: Group, asking: Asking, named: frozenset[str]) -> Told:
    if group.is_contradictory:
        return Told(Standing.CONTRADICTORY, None, list_candidates(group)[:10])
    if group.owner is not None:
        return Told(Standing.FOUND, group.owner, (group.owner,))
    if group.unknown:
        return Told(Standing.NOT_FOUND, None, group.bearers[:10])
    return tell_apart(group.bearers, asking.writer.issuer_ids, named)


def _said(group: Group) -> str:
    return next((mention.said for mention in group.mentions if not mention.address), group.mentions[0].said)
