"""From the text of a rules file to rules that may be put in force, or to everything that is wrong with it.

Here belongs the shape of the file and of a rule. Nothing is loaded in part: with one fault the whole file is refused,
and what was in force stays so.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from desk.words import Intent, Outcome
from inbound.rules.assurance import GRANTS, GUIDES
from inbound.rules.boxes import make_space
from inbound.rules.checking import find_broken_examples, find_unreachable, find_unwarranted
from inbound.rules.conditions import Condition, Every
from inbound.rules.deciding import RuleSet
from inbound.rules.document import Listing, Node, Table, Text, decode_document, read_document
from inbound.rules.examples import read_example
from inbound.rules.faults import Fault, Refused, RulesError, list_words, quote, suggest
from inbound.rules.indexing import Index
from inbound.rules.patterns import read_patterns
from inbound.rules.reading import ConditionReader
from inbound.rules.rule import Example, Phase, Rule
from inbound.rules.values import read_line, read_word
from inbound.understanding.wish import Confidence

FORMAT = "1"
RULES_LIMIT = 20_000
EXAMPLES_LIMIT = 50
FAULTS_LIMIT = 50
"""Faults that are told at a time."""
PRIORITIES: Mapping[str, int] = {"low": -1, "normal": 0, "high": 1, "urgent": 2}
FILE_KEYS = ("version", "patterns", "rules")
RULE_KEYS = ("id", "phase", "why", "when", "then", "reply", "queue", "priority", "note", "examples")
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_THEN: Mapping[Phase, tuple[Outcome, ...]] = {
    Phase.GUARD: (Outcome.BOUNCE, Outcome.DROP, Outcome.TICKET),
    Phase.ACT: tuple(outcome for outcome in Outcome if outcome not in (Outcome.BOUNCE, Outcome.DROP)),
}


def load_rules(source: str | bytes, version: int = 0) -> RuleSet | Refused:
    """Return the rules of a file, or what is wrong with it. `version` is what decisions will name."""
    try:
        text = decode_document(source) if isinstance(source, bytes) else source
        return _load(text, read_document(text), version)
    except RulesError as error:
        return Refused((error.fault,))


def _load(text: str, document: Table, version: int) -> RuleSet | Refused:
    _check_keys(document, FILE_KEYS, "")
    _check_format(document)
    reader = _Reader(read_patterns(document.entries.get("patterns")))
    rules = reader.read_all(document.entries.get("rules"), document.line)
    if reader.faults:
        return _refuse(reader.faults)
    space = make_space([*(rule.when for rule in rules), *_list_needs()])
    boxes = [space.make_boxes(rule.when) for rule in rules]
    faults = [*find_unreachable(rules, boxes, space), *find_unwarranted(rules, boxes, space)]
    faults += _find_unused(document, reader.used)
    if faults:
        return _refuse(faults)
    loaded = RuleSet(rules, Index(rules, boxes), text, version)
    faults = list(find_broken_examples(loaded))
    return _refuse(faults) if faults else loaded


def _refuse(faults: list[Fault]) -> Refused:
    told = sorted(faults)
    if len(told) > FAULTS_LIMIT:
        rest = Fault(told[-1].line, "", f"{len(told) - FAULTS_LIMIT} more: mend these first")
        told = [*told[:FAULTS_LIMIT], rest]
    return Refused(tuple(told))


def _list_needs() -> list[Condition]:
    return [need.condition for grants in GRANTS.values() for grant in grants for need in grant.needs]


def _check_format(document: Table) -> None:
    version = document.entries.get("version")
    if version is None:
        raise RulesError(document.line, "version", f"missing: the file begins with “version: {FORMAT}”")
    if not isinstance(version, Text) or version.text != FORMAT:
        raise RulesError(version.line, "version", f"this program reads version {FORMAT} of the format")


def _check_keys(table: Table, known: tuple[str, ...], key: str) -> None:
    for name in table.entries:
        if name not in known:
            place = f"{key}.{name}" if key else name
            raise RulesError(table.lines[name], place, f"no key is called {quote(name)}: {suggest(name, known)}")


def _find_unused(document: Table, used: set[str]) -> Iterator[Fault]:
    patterns = document.entries.get("patterns")
    if isinstance(patterns, Table):
        for name in patterns.entries.keys() - used:
            yield Fault(patterns.lines[name], f"patterns.{name}", "no rule matches this pattern: take it away")


@dataclass(frozen=True, slots=True)
class _Deed:
    """What `then:` says."""

    outcome: Outcome | None = None
    intent: Intent | None = None
    confidence: Confidence | None = None


class _Reader:
    """Reads the rules of one file, and goes on after a faulty one, so that all faults are told at once."""

    def __init__(self, patterns: Mapping[str, Any]) -> None:
        self.faults: list[Fault] = []
        self.used: set[str] = set()
        self._patterns = patterns
        self._lines: dict[str, int] = {}

    def read_all(self, node: Node | None, line: int) -> tuple[Rule, ...]:
        if not isinstance(node, Listing) or not node.items:
            raise RulesError(node.line if node else line, "rules", "here stands the list of rules, each “- id: …”")
        if len(node.items) > RULES_LIMIT:
            raise RulesError(node.line, "rules", f"{len(node.items):,} rules; {RULES_LIMIT:,} are the most")
        rules = []
        for number, item in enumerate(node.items, 1):
            try:
                rules.append(self._read_rule(item, number))
            except RulesError as error:
                self.faults.append(error.fault)
        return tuple(rules)

    def _read_rule(self, node: Node, number: int) -> Rule:
        if not isinstance(node, Table):
            raise RulesError(node.line, f"rules.{number}", "a rule is a table: id, phase, when, then, examples")
        rule_id = self._read_id(node, number)
        key = f"rules.{rule_id}"
        _check_keys(node, RULE_KEYS, key)
        phase = Phase(read_word(_demand(node, "phase", key), tuple(Phase), f"{key}.phase"))
        deed = _read_deed(node, phase, key)
        return Rule(
            id=rule_id,
            phase=phase,
            when=self._read_when(node, phase, key),
            line=node.line,
            outcome=deed.outcome,
            intent=deed.intent,
            confidence=deed.confidence,
            reply=_read_reply(node, deed, key),
            **_read_routing(node, phase, key),
            note=_read_optional(node, "note", key),
            why=_read_optional(node, "why", key),
            examples=_read_examples(node, key),
        )

    def _read_id(self, node: Table, number: int) -> str:
        value = _demand(node, "id", f"rules.{number}")
        rule_id = read_line(value, f"rules.{number}.id", 60)
        if not _ID.fullmatch(rule_id):
            raise RulesError(value.line, f"rules.{number}.id", "an id is of small letters, digits and hyphens")
        if rule_id in self._lines:
            first = self._lines[rule_id]
            raise RulesError(value.line, f"rules.{rule_id}.id", f"the rule in line {first} has this id: choose another")
        self._lines[rule_id] = value.line
        return rule_id

    def _read_when(self, node: Table, phase: Phase, key: str) -> Condition:
        when = _demand(node, "when", key)
        if isinstance(when, Text) and when.text == "always":
            return Every(())
        reader = ConditionReader(self._patterns, knows_outcome=phase is Phase.ROUTE)
        condition = reader.read(when, f"{key}.when")
        self.used |= reader.used
        return condition


def _demand(node: Table, name: str, key: str) -> Node:
    if name not in node.entries:
        raise RulesError(node.line, key, f"“{name}:” is missing")
    return node.entries[name]


def _read_deed(node: Table, phase: Phase, key: str) -> _Deed:
    if phase is Phase.ROUTE:
        if "then" in node.entries:
            raise RulesError(node.lines["then"], f"{key}.then", "a route rule says queue, priority or note alone")
        return _Deed()
    then = _demand(node, "then", key)
    if phase is Phase.CLASSIFY:
        return _read_intent(then, f"{key}.then")
    if isinstance(then, Table):
        raise RulesError(then.line, f"{key}.then", f"here stands one word: {list_words(_THEN[phase])}")
    return _Deed(Outcome(read_word(then, _THEN[phase], f"{key}.then")))


def _read_intent(then: Node, key: str) -> _Deed:
    if not isinstance(then, Table) or "intent" not in then.entries:
        raise RulesError(then.line, key, "here stands what the mail wants, such as “{intent: linkedin_add}”")
    _check_keys(then, ("intent", "confidence"), key)
    intent = Intent(read_word(then.entries["intent"], tuple(Intent), f"{key}.intent"))
    if "confidence" not in then.entries:
        return _Deed(intent=intent)
    lower = (Confidence.LIKELY, Confidence.GUESSED, Confidence.UNSURE)
    return _Deed(
        intent=intent, confidence=Confidence(read_word(then.entries["confidence"], lower, f"{key}.confidence"))
    )


def _read_reply(node: Table, deed: _Deed, key: str) -> Intent | None:
    if "reply" not in node.entries:
        return None
    if deed.outcome is not Outcome.ANSWER:
        raise RulesError(node.lines["reply"], f"{key}.reply", "a reply belongs to “then: answer”")
    return Intent(read_word(node.entries["reply"], tuple(sorted(GUIDES)), f"{key}.reply"))


def _read_routing(node: Table, phase: Phase, key: str) -> dict[str, Any]:
    routing: dict[str, Any] = {}
    if "queue" in node.entries:
        routing["queue"] = read_line(node.entries["queue"], f"{key}.queue", 40)
        if not _ID.fullmatch(routing["queue"]):
            raise RulesError(
                node.lines["queue"], f"{key}.queue", "a queue's name is of small letters, digits and hyphens"
            )
    if "priority" in node.entries:
        routing["priority"] = PRIORITIES[read_word(node.entries["priority"], tuple(PRIORITIES), f"{key}.priority")]
    if phase is Phase.ROUTE and not routing and "note" not in node.entries:
        raise RulesError(node.line, key, "a route rule says queue, priority or note")
    return routing


def _read_optional(node: Table, name: str, key: str) -> str:
    return read_line(node.entries[name], f"{key}.{name}", 500) if name in node.entries else ""


def _read_examples(node: Table, key: str) -> tuple[Example, ...]:
    value = node.entries.get("examples")
    if not isinstance(value, Listing) or not value.items:
        raise RulesError(node.line, f"{key}.examples", "an example is missing: “- given: {…}” and “then: …”")
    if len(value.items) > EXAMPLES_LIMIT:
        raise RulesError(value.line, f"{key}.examples", f"{len(value.items)} examples; {EXAMPLES_LIMIT} are the most")
    examples = tuple(read_example(item, f"{key}.examples.{number}") for number, item in enumerate(value.items, 1))
    if not any(example.is_match for example in examples):
        raise RulesError(value.line, f"{key}.examples", "no example is meant for this rule: add one that it takes")
    return examples
