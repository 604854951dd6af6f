"""The index: which rules a mail can match at all, found without asking each.

Here belongs speed and nothing else: what comes out is always what asking every rule in order would come to. For each
rule that looks for words, a set of texts is chosen of which one must occur in a field if the rule is to match; all of
them are found in one pass over the mail (Aho-Corasick), and only the rules that they lead to are asked. The others are
kept in buckets by role and intent. So 10,000 rules cost about what the few cost that may apply.
"""

from collections.abc import Iterable, Sequence
from itertools import chain

from ahocorasick_rs import AhoCorasick

from desk.words import Intent, Role
from inbound.rules.boxes import Box
from inbound.rules.conditions import Condition, Every, Says, Some
from inbound.rules.rule import Phase, Rule
from inbound.rules.view import View

CHOICES_LIMIT = 1_000
"""Texts of which one must occur; a rule with more is asked every time."""
Required = frozenset[tuple[str, str]]
"""(place, folded text) pairs, of which at least one must occur."""


def find_required(condition: Condition) -> Required | None:
    """Return texts of which one must occur for a condition to hold; None where nothing need occur."""
    match condition:
        case Says(place, _, literal):
            return frozenset({(place, literal)})
        case Every(parts):
            found = [required for part in parts if (required := find_required(part)) is not None]
            return min(found, key=_cost, default=None)
        case Some(parts):
            branches = [find_required(part) for part in parts]
            known = [branch for branch in branches if branch is not None]
            joined = frozenset(chain.from_iterable(known))
            return joined if len(known) == len(branches) and len(joined) <= CHOICES_LIMIT else None
        case _:
            return None


def _cost(required: Required) -> tuple[int, int]:
    return len(required), -min(len(literal) for _, literal in required)


class Index:
    """Finds the first rule of a phase that matches. The rules are numbered as they stand in the file."""

    def __init__(self, rules: Sequence[Rule], boxes: Sequence[list[Box] | None]) -> None:
        self._rules = rules
        self._boxes = boxes
        self._finders: dict[str, _Finder] = {}
        self.unindexed: dict[Phase, list[int]] = {phase: [] for phase in Phase}
        """The rules of each phase that no text leads to."""
        self._buckets: dict[tuple[Phase, Role, Intent], tuple[int, ...]] = {}
        self._build()

    def _build(self) -> None:
        leading: dict[str, dict[str, list[int]]] = {}
        for number, rule in enumerate(self._rules):
            required = find_required(rule.when)
            if required is None:
                self.unindexed[rule.phase].append(number)
                continue
            for place, literal in required:
                leading.setdefault(place, {}).setdefault(literal, []).append(number)
        self._finders = {place: _Finder(literals) for place, literals in leading.items()}

    def find_hits(self, view: View) -> dict[Phase, list[int]]:
        """Return the rules that a text of the mail leads to, by phase, in their order."""
        numbers: set[int] = set()
        for place, finder in self._finders.items():
            for text in view.fold(place):
                numbers |= finder.find(text)
        hits: dict[Phase, list[int]] = {}
        for number in sorted(numbers):
            hits.setdefault(self._rules[number].phase, []).append(number)
        return hits

    def list_candidates(self, phase: Phase, view: View, hits: dict[Phase, list[int]]) -> Iterable[Rule]:
        """Return the rules of a phase that may match, in their order; every one that does match is among them."""
        asked = self._find_bucket(phase, view.facts.role, view.facts.intent)
        numbers = sorted((*asked, *hits[phase])) if phase in hits else asked
        return (self._rules[number] for number in numbers)

    def _find_bucket(self, phase: Phase, role: Role, intent: Intent) -> tuple[int, ...]:
        bucket = self._buckets.get((phase, role, intent))
        if bucket is None:
            numbers = (number for number in self.unindexed[phase] if self._may_match(number, role, intent))
            bucket = self._buckets[phase, role, intent] = tuple(numbers)
        return bucket

    def _may_match(self, number: int, role: Role, intent: Intent) -> bool:
        boxes = self._boxes[number]
        return boxes is None or any(
            role in box.get("role", (role,)) and intent in box.get("intent", (intent,)) for box in boxes
        )


class _Finder:
    """Finds the texts of one field in one pass."""

    def __init__(self, literals: dict[str, list[int]]) -> None:
        self._numbers = [frozenset(numbers) for numbers in literals.values()]
        self._automaton = AhoCorasick(list(literals))

    def find(self, text: str) -> set[int]:
        found = {index for index, _, _ in self._automaton.find_matches_as_indexes(text, overlapping=True)}
        return set().union(*(self._numbers[index] for index in found))
