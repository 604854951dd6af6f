"""The account of a decision: every rule that was asked, in order, and why it matched or did not.

Here belongs telling it for people. It asks every rule; what decides asks only those that may match, and comes to the
same.
"""

from inbound.facts import Facts
from inbound.rules.conditions import find_failure, tell_found
from inbound.rules.deciding import RuleSet, decide_with, find_first
from inbound.rules.rule import Considered, Decided, Phase, Rule
from inbound.rules.view import View


def explain(facts: Facts, rules: RuleSet) -> tuple[Decided, tuple[Considered, ...]]:
    """Return the decision on a mail and the rules that it took, up to the one that matched in each phase."""
    considered: list[Considered] = []

    def find(phase: Phase, view: View) -> Rule | None:
        in_phase = rules.in_phase(phase)
        found = find_first(in_phase, view)
        for rule in in_phase:
            told = tell_found(rule.when, view) if rule is found else find_failure(rule.when, view)
            considered.append(Considered(phase, rule.id, rule is found, told))
            if rule is found:
                break
        return found

    return decide_with(find, View(facts)), tuple(considered)
