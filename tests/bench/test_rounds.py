"""The harness on clocks that tell a known time: turns, medians, ratios, goals."""

import io

import pytest
from rich.console import Console

from bench.goals import Bound, Finding, Goal, from_ratio, print_findings, show
from bench.rounds import Ratio, Results, Variant, in_process, run_rounds


class _Clock:
    """Stands still but for the work that is done on it."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds

    def work(self, seconds: float) -> None:
        self.seconds += seconds


def test_a_ratio_is_taken_in_each_round_whatever_the_weather() -> None:
    weather = iter([9.0, 7.0, 1.0, 1.0, 5.0, 5.0, 2.0, 2.0])
    """The first two are met by the warm-up, the others two by two by the rounds."""

    def variant(name: str, seconds: float) -> Variant:
        def run(calls: int) -> float:
            return calls * seconds * next(weather)

        return Variant(name, 10, run)

    results = run_rounds([variant("slow", 3.0), variant("fast", 0.5)], rounds=3)
    assert results.ratio("slow", "fast") == Ratio(6.0, 6.0, 6.0)
    assert results.median("slow") == 6.0
    assert results.minimum("fast") == 0.5


def test_the_median_of_the_rounds_counts_and_one_bad_round_does_not() -> None:
    results = Results({"slow": [10.0, 12.0, 90.0], "fast": [1.0, 1.0, 1.0]})
    assert results.ratio("slow", "fast") == Ratio(12.0, 10.0, 90.0)


def test_a_variant_in_this_process_is_timed_call_by_call() -> None:
    clock = _Clock()
    variant = in_process("work", 4, lambda: clock.work(0.25), clock)
    assert variant.run(variant.calls) == 1.0
    assert run_rounds([variant], rounds=2).median("work") == 0.25


def test_every_variant_is_warmed_up_once_and_turns_are_reversed_in_every_other_round() -> None:
    seen: list[tuple[str, int]] = []

    def variant(name: str) -> Variant:
        def run(calls: int) -> float:
            seen.append((name, calls))
            return 1.0

        return Variant(name, 5, run)

    rounds: list[int] = []
    run_rounds([variant("a"), variant("b")], rounds=2, on_round=rounds.append)
    assert seen == [("a", 1), ("b", 1), ("a", 5), ("b", 5), ("b", 5), ("a", 5)]
    assert rounds == [0, 1]


def test_two_variants_of_one_name_are_refused() -> None:
    variant = in_process("twice", 1, lambda: None)
    with pytest.raises(ValueError, match="same name"):
        run_rounds([variant, variant], rounds=1)


@pytest.mark.parametrize(
    ("bound", "measured", "verdict"),
    [
        (Bound.AT_LEAST, 30.0, "pass"),
        (Bound.AT_LEAST, 29.99, "miss"),
        (Bound.AT_MOST, 0.125, "miss"),
        (Bound.AT_MOST, 0.1, "pass"),
        (Bound.AT_LEAST, None, "not run"),
    ],
)
def test_a_goal_is_met_on_its_own_side_only(bound: Bound, measured: float | None, verdict: str) -> None:
    limit = 30.0 if bound is Bound.AT_LEAST else 0.1
    assert Finding(Goal("figure", bound, limit), measured).verdict == verdict


def test_the_table_shows_goal_value_spread_and_verdict() -> None:
    goal = Goal("faster than the peer", Bound.AT_LEAST, 12)
    missed = Goal("part of the limit", Bound.AT_LEAST, 0.4)
    findings = [
        from_ratio(goal, Ratio(15.04, 12.5, 130.2), "0.8 ms"),
        Finding(missed, 0.375),
        Finding(goal, None, aside="node is not on this machine"),
    ]
    output = io.StringIO()
    print_findings(findings, Console(file=output, width=160))
    lines = output.getvalue().splitlines()
    assert all(word in lines[1] for word in ("≥ 12 x", "15.0 x", "12.5-130", "pass", "0.8 ms"))
    assert all(word in lines[2] for word in ("≥ 0.400 x", "0.375 x", "miss"))
    assert all(word in lines[3] for word in ("not run", "node is not on this machine"))
    assert lines[-1] == "1 passed, 1 missed, 1 not run"


@pytest.mark.parametrize(
    ("value", "shown"), [(0.125, "0.125"), (1.204, "1.20"), (12.0, "12"), (15.04, "15.0"), (130.2, "130")]
)
def test_values_are_shown_with_the_digits_that_a_reader_can_use(value: float, shown: str) -> None:
    assert show(value) == shown
