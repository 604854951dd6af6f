"""The index and the checks of the whole file against plain evaluation, on rules and mails that nobody thought of."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from desk.words import Intent, Outcome, Role
from inbound.facts import Doubt, Facts, Lack, Problem
from inbound.rules.boxes import Box, Space, make_space
from inbound.rules.checking import find_unreachable
from inbound.rules.conditions import Asks, Between, Condition, Every, Has, Never, Says, Some, Within
from inbound.rules.deciding import RuleSet, decide, decide_plainly
from inbound.rules.explaining import explain
from inbound.rules.indexing import Index
from inbound.rules.rule import Phase, Rule
from inbound.rules.view import View, fold_text
from inbound.rules.vocabulary import OPERATORS, VALUES
from inbound.understanding.wish import Confidence

WORDS = ("a", "ab", "b", "bab", "badge", "it's", "größe")
TEXTS = st.lists(st.sampled_from((*WORDS, "A", "IT’S", "Größe", "\n", "x")), max_size=4).map(" ".join)
FINITE = ("role", "intent", "confidence", "lacks", "problems", "doubts", "report", "is_repeat", "guess")
PLACES = ("subject", "text", "sender_domain", "attachment", "header x-note")

withins = st.sampled_from(FINITE).flatmap(
    lambda fact: st.frozensets(st.sampled_from(sorted(VALUES[fact], key=repr)), min_size=1, max_size=6).map(
        lambda allowed: Within(fact, allowed)
    )
)
betweens = st.tuples(st.integers(0, 4), st.integers(0, 4), st.sampled_from(("people", "size"))).map(
    lambda drawn: Between(drawn[2], min(drawn[:2]), max(drawn[:2]))
)
says = st.builds(
    Says, st.sampled_from(PLACES), st.sampled_from(OPERATORS[:-1]), st.sampled_from([fold_text(word) for word in WORDS])
)
leaves = st.one_of(
    withins, betweens, says, says, st.builds(Asks, st.sampled_from(Intent)), st.builds(Has, st.sampled_from(PLACES[3:]))
)
conditions = st.recursive(
    leaves,
    lambda parts: st.one_of(
        st.lists(parts, max_size=3).map(tuple).map(Every),
        st.lists(parts, min_size=1, max_size=3).map(tuple).map(Some),
        parts.map(Never),
    ),
    max_leaves=5,
)
some_facts = st.builds(
    Facts,
    role=st.sampled_from(Role),
    intent=st.sampled_from(Intent),
    confidence=st.sampled_from(Confidence),
    authentication=st.sampled_from(("pass", "none")),
    issuer=st.sampled_from(("", "college")),
    sender=st.sampled_from(("", "dana@ab", "dana@bab")),
    people=st.integers(0, 5),
    size=st.integers(0, 5),
    asked=st.lists(st.sampled_from(Intent), max_size=2).map(tuple),
    lacks=st.frozensets(st.sampled_from(Lack)),
    problems=st.frozensets(st.sampled_from(Problem)),
    doubts=st.frozensets(st.sampled_from(Doubt)),
    report=st.sampled_from((None, None, "failed")),
    is_repeat=st.booleans(),
    guess=st.sampled_from((None, "unlock")),
    subject=TEXTS,
    text=TEXTS,
    headers=st.lists(st.tuples(st.just("x-note"), TEXTS), max_size=2).map(tuple),
    attachments=st.lists(TEXTS, max_size=2).map(tuple),
)


@st.composite
def rule_lists(draw: st.DrawFn) -> tuple[Rule, ...]:
    drawn = draw(st.lists(st.tuples(st.sampled_from(Phase), conditions), min_size=1, max_size=8))
    rules = []
    for number, (phase, when) in enumerate(drawn):
        rule = Rule(f"rule-{number}", phase, when, number)
        if phase in (Phase.GUARD, Phase.ACT):
            outcomes = tuple(Outcome) if phase is Phase.ACT else (Outcome.DROP, Outcome.TICKET)
            rule = replace(rule, outcome=draw(st.sampled_from(outcomes)))
        elif phase is Phase.CLASSIFY:
            rule = replace(rule, intent=draw(st.sampled_from(Intent)))
        else:
            rule = replace(rule, queue=f"queue-{number}", priority=draw(st.sampled_from((None, 1))))
        rules.append(rule)
    return tuple(rules)


def make_set(rules: tuple[Rule, ...]) -> RuleSet:
    space = make_space([rule.when for rule in rules])
    return RuleSet(rules, Index(rules, [space.make_boxes(rule.when) for rule in rules]), "")


def contains(box: Box, view: View, space: Space) -> bool:
    return all(_is_inside(dimension, allowed, view, space) for dimension, allowed in box.items())


def _is_inside(dimension: str | tuple[str, str, str], allowed: frozenset[object], view: View, space: Space) -> bool:
    if isinstance(dimension, str) and dimension in space.bounds:
        number = view.get_number(dimension)
        return max(cell for cell in space.bounds[dimension] if cell <= number) in allowed
    if isinstance(dimension, str):
        return view.get(dimension) in allowed
    place, operator, literal = dimension
    if operator == "has":
        return Asks(Intent(literal)).holds(view) in allowed
    leaf = Has(place) if operator == "is there" else Says(place, operator, literal)
    return leaf.holds(view) in allowed


@given(rule_lists(), some_facts)
@settings(max_examples=400)
def test_the_index_changes_nothing(rules: tuple[Rule, ...], facts: Facts) -> None:
    loaded = make_set(rules)
    decided = decide(facts, loaded)
    assert decided.fault is None
    assert decided == decide_plainly(facts, loaded)
    told, considered = explain(facts, loaded)
    assert told == decided
    assert tuple(one.rule for one in considered if one.is_match) == decided.matched


@given(conditions, some_facts)
@settings(max_examples=400)
def test_boxes_hold_exactly_the_mails_of_a_condition(condition: Condition, facts: Facts) -> None:
    space = make_space([condition])
    boxes = space.make_boxes(condition)
    if boxes is not None:
        view = View(facts)
        assert any(contains(box, view, space) for box in boxes) == condition.holds(view)


@given(rule_lists(), st.lists(some_facts, min_size=5, max_size=20))
@settings(max_examples=300)
def test_no_mail_reaches_a_rule_that_is_called_unreachable(rules: tuple[Rule, ...], mails: list[Facts]) -> None:
    space = make_space([rule.when for rule in rules])
    boxes = [space.make_boxes(rule.when) for rule in rules]
    unreachable = {fault.key.split(".")[1] for fault in find_unreachable(rules, boxes, space)}
    for facts in mails:
        view = View(facts, Outcome.TICKET)
        for phase in Phase:
            matching = [rule.id for rule in rules if rule.phase is phase and rule.when.holds(view)]
            assert not matching[:1] or matching[0] not in unreachable


@given(conditions, conditions)
@settings(max_examples=200)
def test_a_rule_after_one_that_takes_more_is_called_unreachable(wide: Condition, narrow: Condition) -> None:
    rules = (
        Rule("wide", Phase.ROUTE, Some((wide, narrow)), 1, queue="a"),
        Rule("narrow", Phase.ROUTE, Every((narrow,)), 2, queue="b"),
    )
    space = make_space([rule.when for rule in rules])
    boxes = [space.make_boxes(rule.when) for rule in rules]
    if None not in boxes:
        assert "rules.narrow.when" in {fault.key for fault in find_unreachable(rules, boxes, space)}


@given(st.text())
@settings(max_examples=300)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold_text(fold_text(text)) == fold_text(text)
