"""Figures of the rules: deciding on a mail by 100 and by 10,000 rules, the latter beside Pigeonhole's sieve-test.

Made of 30,000 invented words: the mail of the first 3,000, the rules of the others but for one in a hundred, so that
few rules match and every one might. That the index comes to what asking every rule comes to is seen to before anything
is timed.
"""

import random
import string
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from bench.figures.figure import Figure, microseconds
from bench.goals import Bound, Finding, Goal, from_ratio
from bench.peers import sieve
from bench.rounds import Results, Variant, in_process
from desk.words import Intent, Role
from inbound.facts import Facts
from inbound.rules.boxes import make_space
from inbound.rules.conditions import Between, Condition, Every, Never, Says, Some, Within
from inbound.rules.deciding import RuleSet, decide, decide_plainly
from inbound.rules.indexing import Index
from inbound.rules.rule import Phase, Rule
from inbound.understanding.wish import Confidence

FEW, MANY = 100, 10_000
OURS_FEW, OURS_MANY = f"deciding by {FEW} rules", f"deciding by {MANY:,} rules"
SIEVE = f"sieve-test with {MANY:,} rules"

COST = Goal(f"deciding on a mail by {MANY:,} rules", Bound.AT_MOST, 100, "µs")
GROWTH = Goal(f"the same: times {FEW} rules", Bound.AT_MOST, 5)
TO_SIEVE = Goal("the same: times the rate of Pigeonhole's sieve-test", Bound.AT_LEAST, 50)

_WORDS, _IN_MAIL = 30_000, 3_000
_LARGE = 5_000
_SIEVE_PLACES = {
    "subject": 'header :contains "subject" "',
    "text": 'body :text :contains "',
    "sender": 'address :domain :matches "from" "*',
}


def prepare(stack: ExitStack) -> Figure:
    """Return the figure; what the peer needs on disk lives as long as `stack`."""
    words = InventedWords(random.Random(20261123))
    facts = words.make_facts()
    conditions = [words.make_condition() for _ in range(MANY)]
    few, many = _make_rules(conditions[:FEW]), _make_rules(conditions)
    for rules in (few, many):
        if decide(facts, rules) != decide_plainly(facts, rules):
            raise RuntimeError("the index decides otherwise than the rules: nothing is measured")
    variants = [
        in_process(OURS_FEW, 300, lambda: decide(facts, few)),
        in_process(OURS_MANY, 300, lambda: decide(facts, many)),
    ]
    missing = sieve.find_missing()
    if missing is None:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="badgepost-sieve-")))
        peer = sieve.Sieve(folder, [write_sieve(one, "a") for one in conditions], write_mail(facts))
        variants.append(Variant(SIEVE, 5, peer.run))
    return Figure(variants, _make_judge(missing))


def _make_judge(missing: str | None) -> Callable[[Results], list[Finding]]:
    def judge(results: Results) -> list[Finding]:
        findings = [
            Finding(COST, results.median(OURS_MANY) * 1e6),
            from_ratio(GROWTH, results.ratio(OURS_MANY, OURS_FEW), microseconds(results, OURS_FEW)),
        ]
        if missing:
            return [*findings, Finding(TO_SIEVE, None, aside=missing)]
        return [*findings, from_ratio(TO_SIEVE, results.ratio(SIEVE, OURS_MANY), microseconds(results, SIEVE))]

    return judge


def _make_rules(conditions: list[Condition]) -> RuleSet:
    rules = tuple(Rule(f"r{number}", Phase.ROUTE, when, number, queue="q") for number, when in enumerate(conditions))
    space = make_space(conditions)
    return RuleSet(rules, Index(rules, [space.make_boxes(when) for when in conditions]), "")


class InventedWords:
    """Invented words, and what is made of them."""

    def __init__(self, chance: random.Random, share: float = 0.01) -> None:
        """`share`: of the words that rules look for, how many are of those that the mail is made of."""
        self._chance = chance
        self._share = share
        made: dict[str, None] = {}
        while len(made) < _WORDS:
            made["".join(chance.choices(string.ascii_lowercase, k=chance.randint(4, 9)))] = None
        self._words = list(made)

    def make_facts(self) -> Facts:
        """Return a mail."""
        sender = f"dana@{self._words[0]}.example"
        known = {"role": Role.EARNER, "intent": Intent.LINKEDIN_ADD, "confidence": Confidence.SURE}
        return Facts(
            **known, sender=sender, authentication="pass", subject=self._write(8), text=self._write(150), size=1200
        )  # type: ignore[arg-type]

    def _write(self, count: int) -> str:
        return " ".join(self._chance.choices(self._words[:_IN_MAIL], k=count))

    def make_condition(self) -> Condition:
        """Half: subject or text; three of ten: sender, subject and size; the rest: subject, not text, proven."""
        subject, other = Says("subject", "contains", self._pick()), self._pick()
        drawn = self._chance.random()
        if drawn < 0.5:
            return Some((subject, Says("text", "contains", other)))
        if drawn < 0.8:
            return Every((Says("sender", "ends_with", f".{other}"), subject, Between("size", None, _LARGE)))
        proven = Within("authentication", frozenset({"pass"}))
        return Every((subject, Never(Says("text", "contains", other)), proven))

    def _pick(self) -> str:
        is_in_mail = self._chance.random() < self._share
        return self._chance.choice(self._words[:_IN_MAIL] if is_in_mail else self._words[_IN_MAIL:])


def write_mail(facts: Facts) -> bytes:
    """Return the mail that has these facts."""
    header = f"From: {facts.sender}\r\nSubject: {facts.subject}\r\nAuthentication-Results: here; dmarc=pass\r\n"
    return f"{header}\r\n{facts.text}\r\n".encode()


def write_sieve(condition: Condition, flag: str) -> str:
    """Return the same condition in Sieve, setting a flag where it holds."""
    return f'if {_write_test(condition)} {{ addflag "{flag}"; }}\n'


def _write_test(condition: Condition) -> str:
    match condition:
        case Some(parts):
            return f"anyof({', '.join(map(_write_test, parts))})"
        case Every(parts):
            return f"allof({', '.join(map(_write_test, parts))})"
        case Never(part):
            return f"not {_write_test(part)}"
        case Says(place, _, literal):
            return f'{_SIEVE_PLACES[place]}{literal}"'
        case Between(_, _, most):
            return f"size :under {most}"
        case _:
            return 'header :contains "authentication-results" "dmarc=pass"'
