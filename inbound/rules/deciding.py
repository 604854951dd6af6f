"""Deciding: from the facts of a mail and the rules in force to what is done, and why.

Here belongs the course of it: guard, classify, act, route; in each phase the first rule that matches. Whatever no rule
matches, whatever the facts do not warrant, and whatever an error interrupts becomes a ticket: a person reads it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from desk.words import Outcome
from inbound.facts import Facts
from inbound.rules.assurance import find_shortfall
from inbound.rules.conditions import tell_found
from inbound.rules.indexing import Index
from inbound.rules.rule import Decided, Phase, Rule
from inbound.rules.view import View
from inbound.understanding.wish import Confidence

_LESS_SURE = {word: step for step, word in enumerate(reversed(Confidence))}


@dataclass(frozen=True)
class RuleSet:
    """The rules of one file, checked and ready."""

    rules: tuple[Rule, ...]
    index: Index
    source: str
    """The file's text."""
    version: int = 0
    """`RulesVersion.number`; 0: the file that was shipped."""

    def in_phase(self, phase: Phase) -> tuple[Rule, ...]:
        """Return the rules of a phase, in their order."""
        return tuple(rule for rule in self.rules if rule.phase is phase)


class BrokenRuleError(Exception):
    """A rule raised while it was asked."""

    def __init__(self, rule: Rule, error: Exception) -> None:
        super().__init__(f"rule {rule.id} (line {rule.line}): {type(error).__name__}: {error}")
        self.rule = rule


FindFirst = Callable[[Phase, View], Rule | None]


def decide(facts: Facts, rules: RuleSet) -> Decided:
    """Decide what is done with a mail. Never raises: a rule that breaks makes a ticket, with `fault` set."""
    try:
        view = View(facts)
        hits = rules.index.find_hits(view)

        def find(phase: Phase, view: View) -> Rule | None:
            return find_first(rules.index.list_candidates(phase, view, hits), view)

        return decide_with(find, view)
    except BrokenRuleError as error:
        return _hand_over(facts, error.rule.id, str(error))
    except Exception as error:  # whatever it is, the mail must reach a person
        return _hand_over(facts, "", f"{type(error).__name__}: {error}")


def decide_plainly(facts: Facts, rules: RuleSet) -> Decided:
    """Decide by asking every rule in order: what `decide` must agree with, always."""
    return decide_with(lambda phase, view: find_first(rules.in_phase(phase), view), View(facts))


def find_first(rules: Iterable[Rule], view: View) -> Rule | None:
    """Return the first of these rules that matches. Raises `BrokenRuleError` at one that cannot be asked."""
    for rule in rules:
        try:
            if rule.when.holds(view):
                return rule
        except Exception as error:
            raise BrokenRuleError(rule, error) from error
    return None


def decide_with(find: FindFirst, view: View) -> Decided:
    """Decide with a way to find the first rule of a phase that matches."""
    matched: list[Rule] = []
    deciding = find(Phase.GUARD, view)
    if deciding is None:
        if classifying := find(Phase.CLASSIFY, view):
            matched.append(classifying)
            view = view.after(classify(view.facts, classifying))
        deciding = find(Phase.ACT, view)
    if deciding is not None:
        matched.append(deciding)
    decided = _settle(deciding, view)
    if routing := find(Phase.ROUTE, view.after(view.facts, decided.outcome)):
        matched.append(routing)
        decided = _route(decided, routing)
    return replace(decided, matched=tuple(rule.id for rule in matched))


def classify(facts: Facts, rule: Rule) -> Facts:
    """Return the facts with the intent that a rule says.

    What a rule says against the text is guessed at most: it can be answered by, and nothing is done on it.
    """
    assert rule.intent is not None, "a classify rule has an intent"
    confidence = facts.confidence if rule.intent is facts.intent else Confidence.GUESSED
    if rule.confidence is not None and _LESS_SURE[rule.confidence] < _LESS_SURE[confidence]:
        confidence = rule.confidence
    return replace(facts, intent=rule.intent, confidence=confidence)


def _settle(rule: Rule | None, view: View) -> Decided:
    intent = view.facts.intent
    if rule is None:
        reason = f"no rule matches {intent} from {view.facts.role}: a person reads it"
        return Decided(Outcome.TICKET, intent, "", reason, intent)
    assert rule.outcome is not None, "a guard or act rule has an outcome"
    shortfall = find_shortfall(rule.outcome, view)
    outcome = rule.outcome if shortfall is None else Outcome.TICKET
    return Decided(
        outcome=outcome,
        intent=intent,
        rule=rule.id,
        reason=_explain(rule, shortfall, view),
        reply=rule.reply or intent,
        queue=rule.queue,
        priority=rule.priority or 0,
        note=rule.note,
    )


def _explain(rule: Rule, shortfall: str | None, view: View) -> str:
    found = f"rule {rule.id}: {tell_found(rule.when, view)}"
    told = f"{rule.why} ({found})" if rule.why else found
    return told if shortfall is None else f"not done what the rule says ({rule.outcome}): {shortfall}; {told}"


def _route(decided: Decided, rule: Rule) -> Decided:
    return replace(
        decided,
        queue=decided.queue or rule.queue,
        priority=decided.priority or rule.priority or 0,
        note="\n".join(filter(None, (decided.note, rule.note))),
    )


def _hand_over(facts: Facts, rule_id: str, fault: str) -> Decided:
    reason = f"the rules broke, so a person reads it: {fault}"
    return Decided(Outcome.TICKET, facts.intent, rule_id, reason, facts.intent, fault=fault)
