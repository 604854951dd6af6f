"""What is wrong with rules that can each be read: never reached, never warranted, or not what their examples say.

Here belong the checks of the whole file. They find what a person who reads one rule cannot see.
"""

from collections.abc import Iterator, Sequence
from itertools import product

from desk.words import Intent, Outcome, Role
from inbound.rules.assurance import GRANTS, GUIDES, Grant, is_granted
from inbound.rules.boxes import Box, Dimension, Space
from inbound.rules.deciding import RuleSet, decide
from inbound.rules.faults import Fault, list_words
from inbound.rules.rule import Phase, Rule

Boxes = list[Box] | None


def find_unreachable(rules: Sequence[Rule], boxes: Sequence[Boxes], space: Space) -> Iterator[Fault]:
    """Yield a fault for each rule that no mail reaches, because earlier rules of its phase take all of them."""
    earlier: dict[Phase, _Earlier] = {phase: _Earlier(space) for phase in Phase}
    for rule, own in zip(rules, boxes, strict=True):
        if own is None:
            continue
        if not own:
            yield Fault(rule.line, f"rules.{rule.id}.when", "no mail can match: the conditions exclude each other")
        elif takers := earlier[rule.phase].find_takers(rule, own):
            yield Fault(rule.line, f"rules.{rule.id}.when", _tell_takers(rule, takers))
        earlier[rule.phase].add(rule, own)


def _tell_takers(rule: Rule, takers: list[Rule]) -> str:
    if len(takers) == 1 and takers[0].when == rule.when:
        return f"the same conditions as {_place(takers[0])}: take one of them away, or tell them apart"
    names = " and ".join(_place(taker) for taker in takers[:3])
    more = f" and {len(takers) - 3} more" if len(takers) > 3 else ""
    return f"never reached: {names}{more} take every such mail first; move this rule before, or take it away"


def _place(rule: Rule) -> str:
    return f"{rule.id} (line {rule.line})"


class _Earlier:
    """The boxes of the earlier rules of a phase, so that only those are compared that can matter.

    A box that asks for a text can help to cover another only if that asks for the same text, or if some box asks for
    the text not to be there.
    """

    def __init__(self, space: Space) -> None:
        self._space = space
        self._free: list[tuple[int, Box]] = []
        self._by_text: dict[Dimension, list[tuple[int, Box]]] = {}
        self._absent: set[Dimension] = set()
        self._rules: list[Rule] = []

    def add(self, rule: Rule, boxes: list[Box]) -> None:
        self._rules.append(rule)
        for box in boxes:
            entry = (len(self._rules) - 1, box)
            texts = [dimension for dimension in box if isinstance(dimension, tuple)]
            self._absent.update(text for text in texts if True not in box[text])
            key = next((text for text in texts if True in box[text]), None)
            (self._free if key is None else self._by_text.setdefault(key, [])).append(entry)

    def find_takers(self, rule: Rule, boxes: list[Box]) -> list[Rule]:
        """Return the earlier rules that together take every mail of these boxes; none: some mail gets through."""
        takers: set[int] = set()
        for box in boxes:
            found = self._cover(box)
            if not found:
                return []
            takers |= found
        same = [self._rules[number] for number in sorted(takers) if self._rules[number].when == rule.when]
        return same[:1] or [self._rules[number] for number in sorted(takers)]

    def _cover(self, box: Box) -> set[int]:
        candidates = sorted(self._list_candidates(box), key=lambda entry: entry[0])
        for number, other in candidates:
            if other.keys() <= box.keys() and self._space.covers([other], box):
                return {number}
        met = [(number, other) for number, other in candidates if self._space.meets(other, box)]
        return {number for number, _ in met} if self._space.covers((other for _, other in met), box) else set()

    def _list_candidates(self, box: Box) -> Iterator[tuple[int, Box]]:
        yield from self._free
        for dimension in self._by_text.keys() & (box.keys() | self._absent):
            yield from self._by_text[dimension]


def find_unwarranted(rules: Sequence[Rule], boxes: Sequence[Boxes], space: Space) -> Iterator[Fault]:
    """Yield a fault for each rule whose outcome the code does not grant to everybody whom the rule takes in."""
    for rule, own in zip(rules, boxes, strict=True):
        if rule.outcome is None or not own:
            continue
        key = f"rules.{rule.id}.then"
        if beyond := _list_beyond(rule.outcome, own):
            yield Fault(rule.line, key, _tell_beyond(rule.outcome, beyond))
        elif needed := _find_contradiction(rule.outcome, own, space):
            yield Fault(rule.line, key, f"{rule.outcome} is never done where this rule matches: {needed}")
        elif rule.outcome is Outcome.ANSWER and rule.reply is None and _takes(own, Intent.OTHER):
            advice = f"say which guide answers (“reply:” with {list_words(sorted(GUIDES)[:3])} …)"
            yield Fault(rule.line, key, f"no guide answers other: {advice}, or name the intents in “when:”")


def _list_beyond(outcome: Outcome, boxes: list[Box]) -> list[tuple[Role, Intent]]:
    pairs = {
        (role, intent)
        for box in boxes
        for role in box.get("role", frozenset(Role))
        for intent in box.get("intent", frozenset(Intent))
        if not is_granted(outcome, role, intent)
    }
    return sorted((Role(role), Intent(intent)) for role, intent in pairs)


def _tell_beyond(outcome: Outcome, beyond: list[tuple[Role, Intent]]) -> str:
    role, intent = beyond[0]
    granted = "; ".join(
        f"{list_words(sorted(grant.intents)) if len(grant.intents) < 7 else 'what a guide answers'} "
        f"from {list_words(sorted(grant.roles))}"
        for grant in GRANTS[outcome]
    )
    more = f" and {len(beyond) - 1} more" if len(beyond) > 1 else ""
    return f"{outcome} is not for {intent} from {role}{more}; it is for {granted}: say so in “when:”"


def _find_contradiction(outcome: Outcome, boxes: list[Box], space: Space) -> str | None:
    """Return what an outcome needs that contradicts the rule, so that it could never be done."""
    reasons: list[str] = []
    for grant, box in product(GRANTS[outcome], boxes):
        who: Box = {"role": frozenset(grant.roles), "intent": frozenset(grant.intents)}
        if space.meets(who, box):
            reason = _find_contradicted(grant, box, space)
            if reason is None:
                return None
            reasons.append(reason)
    return "; or ".join(dict.fromkeys(reasons))


def _find_contradicted(grant: Grant, box: Box, space: Space) -> str | None:
    for need in grant.needs:
        needed = space.make_boxes(need.condition)
        if needed is not None and not any(space.meets(one, box) for one in needed):
            return need.otherwise
    return None


def _takes(boxes: list[Box], intent: Intent) -> bool:
    return any(intent in box.get("intent", (intent,)) for box in boxes)


def find_broken_examples(rules: RuleSet) -> Iterator[Fault]:
    """Yield a fault for each example that does not come out as it says."""
    for rule in rules.rules:
        for number, example in enumerate(rule.examples, 1):
            if said := tell_difference(rules, rule, number - 1):
                yield Fault(example.line, f"rules.{rule.id}.examples.{number}", said)


def tell_difference(rules: RuleSet, rule: Rule, number: int) -> str | None:
    """Return how an example of a rule comes out otherwise than it says; None: it comes out so."""
    example = rule.examples[number]
    decided = decide(example.facts, rules)
    came = f"{decided.outcome} by {decided.rule or 'no rule'}"
    if decided.outcome is not example.outcome:
        return f"comes to {came}, not to {example.outcome}: {decided.reason}"
    if example.is_match and rule.id not in decided.matched:
        return f"comes to {came}: this rule has no part in it; another example, or “matches: no”"
    if not example.is_match and rule.id in decided.matched:
        return "is taken by this rule, and says “matches: no”"
    return None
