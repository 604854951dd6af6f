"""What a figure is: variants to be timed in the common rounds, and how their results are judged."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.goals import Finding
from bench.rounds import Results, Variant


@dataclass(frozen=True)
class Figure:
    """Variants that take their turns with all others, and the judgement of the results."""

    variants: Sequence[Variant]
    judge: Callable[[Results], list[Finding]]


def microseconds(results: Results, name: str) -> str:
    """Return the CPU time of one call of a variant, for the column of asides."""
    return f"{name} {results.median(name) * 1e6:,.0f} µs"
