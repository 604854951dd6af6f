"""What the `badgepost rules` commands say, as text and as JSON."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from badgepost.refusal import make_printable
from inbound.judging import Judgement
from inbound.replaying import Difference, Replay
from inbound.rules.checking import tell_difference
from inbound.rules.deciding import RuleSet
from inbound.rules.rule import Considered, Decided, Phase, Rule
from inbound.tables import RulesVersion

_SUBJECT = 50
"""Characters of a subject in a list."""


def write_check(name: str, rules: RuleSet) -> str:
    """Return that a file could be published, and what of it costs time with every mail."""
    examples = sum(len(rule.examples) for rule in rules.rules)
    slow = [number for numbers in rules.index.unindexed.values() for number in numbers]
    rest = "; the others only with mails that hold one of their words" if len(slow) < len(rules.rules) else ""
    asked = f"Asked with every mail, because no word leads to them: {len(slow)}{rest}."
    return f"{name}: {len(rules.rules)} rules, {examples} examples come out as they say. {asked}"


def write_examples(rules: RuleSet) -> str:
    """Return every example and what it comes to."""
    return "\n".join(line for rule in rules.rules for line in _write_examples_of(rule, rules))


def _write_examples_of(rule: Rule, rules: RuleSet) -> Iterable[str]:
    yield f"{rule.phase} {rule.id}"
    for number, example in enumerate(rule.examples):
        said = tell_difference(rules, rule, number) or "as expected"
        yield f"  line {example.line}: {example.outcome}{'' if example.is_match else ' by another'}: {said}"


def write_considered(name: str, judgement: Judgement, decided: Decided, considered: Sequence[Considered]) -> str:
    """Return which rules were asked about a mail, and what came of it."""
    lines = [f"{name}: {judgement.decided.outcome}"]
    for phase in Phase:
        asked = [one for one in considered if one.phase is phase]
        lines += [f"  {phase:<9}{'=>' if one.is_match else '  '} {one.rule}: {one.because}" for one in asked]
    lines.append(f"  {judgement.decided.reason if judgement.decided.rule else decided.reason}")
    return "\n".join(make_printable(line) for line in lines)


def write_replay(result: Replay, since: str, against: int, limit: int) -> str:
    """Return what would have been treated otherwise, the newest mail first."""
    changed, newly_done = len(result.differences), sum(one.is_newly_done for one in result.differences)
    lines = [f"{result.mails} mails of the last {since}, version {against}: {changed} would be treated otherwise."]
    if newly_done:
        lines.append(f"Of these, {newly_done} would now be done without anybody being asked.")
    if result.unread:
        lines.append(f"{result.unread} mails could not be read again and were compared without their words.")
    lines += [f"  {count:>6}  {before} -> {after}" for before, after, count in result.count_moves()]
    newest = result.differences[:limit]
    lines += [make_printable(_write_difference(one)) for one in newest]
    if changed > limit:
        lines.append(f"… and {changed - limit} more: --limit, or --json for all of them")
    return "\n".join(lines)


def _write_difference(one: Difference) -> str:
    subject = one.subject if len(one.subject) <= _SUBJECT else f"{one.subject[: _SUBJECT - 1]}…"
    intents = " -> ".join(dict.fromkeys((one.before.intent, one.after.intent)))
    what = f"{_write_decided(one.before)} -> {_write_decided(one.after)}"
    return f"{one.decided_at:%Y-%m-%d %H:%M}  {one.sender or 'no sender'}  {intents}  {what}  {subject}".rstrip()


def _write_decided(decided: Decided) -> str:
    return f"{decided.outcome} ({decided.rule or 'no rule'})"


def describe_replay(result: Replay, since: datetime, against: int) -> dict[str, Any]:
    """Return the whole comparison, JSON-able."""
    return {
        "since": since.isoformat(),
        "against": against,
        "mails": result.mails,
        "unread": result.unread,
        "changed": len(result.differences),
        "moves": [{"from": before, "to": after, "mails": count} for before, after, count in result.count_moves()],
        "differences": [_describe_difference(one) for one in result.differences],
    }


def _describe_difference(one: Difference) -> dict[str, Any]:
    return {
        "mail": one.raw_mail_id,
        "decided_at": one.decided_at.isoformat(),
        "sender": one.sender,
        "subject": one.subject,
        "recorded": one.recorded,
        "newly_done": one.is_newly_done,
        "before": _describe_decided(one.before),
        "after": _describe_decided(one.after),
    }


def _describe_decided(decided: Decided) -> dict[str, Any]:
    return {
        "outcome": decided.outcome.value,
        "intent": decided.intent.value,
        "reply": decided.reply.value,
        "rule": decided.rule,
        "reason": decided.reason,
        "queue": decided.queue,
        "priority": decided.priority,
    }


def write_versions(versions: Sequence[RulesVersion]) -> str:
    """Return the versions, one a line."""
    if not versions:
        return "Nothing was published: the shipped file is in force (version 0)."
    return "\n".join(
        make_printable(f"{one.number:>5}  {one.published_at:%Y-%m-%d %H:%M}  {one.published_by}  {one.note}".rstrip())
        for one in versions
    )
