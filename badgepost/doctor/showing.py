"""Printing what came of the checks: in groups, the worst first, colours on a terminal alone, a summary at the end.

Here belong words in columns and JSON. Lines that are to be copied, such as DNS records, are never broken.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import Any

import typer

from badgepost.doctor.results import WORST_FIRST, Looked, Result
from web.operation import Verdict

_SAID = {Verdict.FAIL: "FAIL", Verdict.WARN: "warn", Verdict.UNKNOWN: "?", Verdict.PASS: "pass"}
_COLOURS = {Verdict.FAIL: "red", Verdict.WARN: "yellow", Verdict.UNKNOWN: "cyan", Verdict.PASS: "green"}
_COUNTED = {
    Verdict.FAIL: "fail",
    Verdict.WARN: "warn",
    Verdict.UNKNOWN: "cannot be known from here (?)",
    Verdict.PASS: "pass",
}
_NARROWEST, _WIDEST = 40, 110


def show(looked: Sequence[Looked], width: int) -> Iterator[str]:
    """Yield the lines for people. A terminal's escapes are in them: `typer.echo` takes them out for everybody else."""
    width = max(_NARROWEST, min(width, _WIDEST))
    names = max(len(one.check.name) for one in looked)
    groups = dict.fromkeys(one.check.group for one in looked)
    for group in groups:
        yield typer.style(group, bold=True)
        for result, checks in _gather(looked, group).items():
            yield from _show_result(checks, result, names, width)
        yield ""
    yield summarize(looked, width)


def summarize(looked: Sequence[Looked], width: int) -> str:
    """Return the last line, or lines: how many of what."""
    counts = Counter(result.verdict for one in looked for result in one.results)
    told = [f"{counts[one]} {_COUNTED[one]}{_name_them(looked, one)}" for one in WORST_FIRST if counts[one]]
    worst = next(one for one in WORST_FIRST if counts[one])
    return typer.style("\n".join(wrap(f"{', '.join(told)}.", width)), fg=_COLOURS[worst], bold=True)


def _name_them(looked: Sequence[Looked], verdict: Verdict) -> str:
    names = [one.check.name for one in looked if any(result.verdict is verdict for result in one.results)]
    return f" ({', '.join(names)})" if verdict is Verdict.FAIL else ""


def tell(result: Result) -> str:
    """Return a result in one line, as `issue` says it."""
    return f"{result.seen}; {result.remedy}" if result.remedy else result.seen


def to_json(looked: Sequence[Looked]) -> dict[str, Any]:
    """Return everything for other programs."""
    counts = Counter(result.verdict.value for one in looked for result in one.results)
    return {
        "summary": {verdict.value: counts[verdict.value] for verdict in WORST_FIRST},
        "results": [
            {
                "check": one.check.name,
                "group": one.check.group,
                "verdict": result.verdict.value,
                "seen": result.seen,
                "remedy": result.remedy,
                "lines": list(result.lines),
            }
            for one in looked
            for result in one.results
        ],
    }


def _gather(looked: Sequence[Looked], group: str) -> dict[Result, list[str]]:
    """Return the results of a group, the worst first, with the names of the checks that have it to say."""
    found: dict[Result, list[str]] = {}
    for one in looked:
        if one.check.group == group:
            for result in one.results:
                found.setdefault(result, []).append(one.check.name)
    return dict(sorted(found.items(), key=lambda pair: WORST_FIRST.index(pair[0].verdict)))


def _show_result(checks: Sequence[str], result: Result, names: int, width: int) -> Iterator[str]:
    said = typer.style(f"{_SAID[result.verdict]:<4}", fg=_COLOURS[result.verdict], bold=result.verdict is Verdict.FAIL)
    indent = 2 + 4 + 2 + names + 2
    others = list(dict.fromkeys(checks[1:]))
    seen = f"{result.seen} (also {', '.join(others)})" if others else result.seen
    first, *more = wrap(seen, width - indent) or [""]
    yield f"  {said}  {checks[0]:<{names}}  {first}"
    yield from (" " * indent + line for line in more)
    for number, line in enumerate(wrap(result.remedy, width - indent - 3)):
        yield " " * indent + ("-> " if number == 0 else "   ") + line
    yield from ("      " + line for line in result.lines)
