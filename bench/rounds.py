"""Interleaved rounds: every variant runs some calls in every round, and what counts is the ratio of two variants.

Here belong taking turns, medians and ratios. What a variant does stands in `bench.figures`, what is asked of a ratio
in `bench.goals`.

The same code moves by half between two minutes of a shared machine, so no time is a result by itself. A ratio is taken
within each round, where both sides met the same weather; its median over the rounds is the result.
"""

import gc
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

Clock = Callable[[], float]


@dataclass(frozen=True)
class Variant:
    """One way to do a thing. `run` makes so many calls and returns the CPU seconds that they took together."""

    name: str
    calls: int
    run: Callable[[int], float]


def in_process(name: str, calls: int, act: Callable[[], object], clock: Clock = time.process_time) -> Variant:
    """Return a variant that calls `act` in this process. The clock counts CPU seconds of all its threads."""

    def run(times: int) -> float:
        start = clock()
        for _ in range(times):
            act()
        return clock() - start

    return Variant(name, calls, run)


@dataclass(frozen=True)
class Ratio:
    """How many times as much one variant takes as another: median, least and most over the rounds."""

    median: float
    least: float
    most: float


class Results:
    """CPU seconds a call, by variant and round."""

    def __init__(self, seconds: Mapping[str, Sequence[float]]) -> None:
        self._seconds = seconds

    def median(self, name: str) -> float:
        """Return CPU seconds a call of the variant: the median over the rounds."""
        return median(self._seconds[name])

    def minimum(self, name: str) -> float:
        """Return CPU seconds a call of the variant in its best round."""
        return min(self._seconds[name])

    def ratio(self, slow: str, fast: str) -> Ratio:
        """Return the cost of `slow` in units of `fast`, each round compared with itself."""
        pairs = zip(self._seconds[slow], self._seconds[fast], strict=True)
        ratios = sorted(above / below for above, below in pairs)
        return Ratio(median(ratios), ratios[0], ratios[-1])

    def __contains__(self, name: str) -> bool:
        return name in self._seconds


def run_rounds(variants: Sequence[Variant], rounds: int, on_round: Callable[[int], None] = lambda _: None) -> Results:
    """Warm each variant up with one call, then run all of them in turn, so many rounds.

    Every other round goes backwards, so that no variant always follows the same one. Garbage of one variant is
    collected before the next begins. Raises `ValueError` if two variants bear the same name.
    """
    seconds: dict[str, list[float]] = {variant.name: [] for variant in variants}
    if len(seconds) < len(variants):
        raise ValueError("two variants bear the same name")
    for variant in variants:
        variant.run(1)
    for number in range(rounds):
        for variant in variants if number % 2 == 0 else reversed(variants):
            gc.collect()
            seconds[variant.name].append(variant.run(variant.calls) / variant.calls)
        on_round(number)
    return Results(seconds)
