"""What is asked of a ratio, and the table that says whether it was reached.

Here belong goals and how they are shown. What is measured stands in `bench.figures`.
"""

from dataclasses import dataclass
from enum import StrEnum

from rich.console import Console
from rich.table import Table

from bench.rounds import Ratio


class Bound(StrEnum):
    """On which side of the goal a value must lie."""

    AT_LEAST = "≥"
    AT_MOST = "≤"


@dataclass(frozen=True)
class Goal:
    """A value asked for, with the unit it is in (`x` for a ratio)."""

    what: str
    bound: Bound
    value: float
    unit: str = "x"

    def is_met(self, measured: float) -> bool:
        """Tell whether `measured` lies on the right side."""
        return measured >= self.value if self.bound is Bound.AT_LEAST else measured <= self.value


@dataclass(frozen=True)
class Finding:
    """One line of the result: a goal and what was measured, or why nothing was."""

    goal: Goal
    measured: float | None
    spread: str = ""
    """Least and most over the rounds."""
    aside: str = ""
    """Absolute numbers of this machine and minute, for orientation only; or the reason why nothing was measured."""

    @property
    def verdict(self) -> str:
        """`pass`, `miss`, or `not run`."""
        if self.measured is None:
            return "not run"
        return "pass" if self.goal.is_met(self.measured) else "miss"


def from_ratio(goal: Goal, ratio: Ratio, aside: str = "") -> Finding:
    """Return the finding for a goal on a ratio of two variants."""
    return Finding(goal, ratio.median, f"{show(ratio.least)}-{show(ratio.most)}", aside)


def show(value: float) -> str:
    """Return `value` with as many digits as a reader can use."""
    if value >= 100 or value == int(value):
        return f"{value:.0f}"
    if value >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if value >= 1 else f"{value:.3f}"


def print_findings(findings: list[Finding], console: Console) -> None:
    """Print the table and, last, how many goals were met."""
    table = Table(pad_edge=False, box=None)
    for heading in ("figure", "goal", "measured", "spread", "verdict", "aside (this machine, this minute)"):
        table.add_column(heading, overflow="fold")
    for finding in findings:
        goal = finding.goal
        measured = "-" if finding.measured is None else f"{show(finding.measured)} {goal.unit}"
        asked = f"{goal.bound} {show(goal.value)} {goal.unit}"
        table.add_row(goal.what, asked, measured, finding.spread, finding.verdict, finding.aside)
    console.print(table)
    counts = {word: sum(finding.verdict == word for finding in findings) for word in ("pass", "miss", "not run")}
    console.print(f"{counts['pass']} passed, {counts['miss']} missed, {counts['not run']} not run")
