"""What comes of a check: a verdict, what was seen, what to do.

Here belong the values. The verdicts are those of the console's health page (`web.operation`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from badgepost.doctor.patient import Patient
from web.operation import Verdict

WORST_FIRST = (Verdict.FAIL, Verdict.WARN, Verdict.UNKNOWN, Verdict.PASS)

ASK_AGAIN = "try again, or ask another name server with --nameserver ADDRESS"
"""What to do when the DNS does not answer."""


@dataclass(frozen=True, slots=True)
class Result:
    """One thing that a check has to say."""

    verdict: Verdict
    seen: str
    """The evidence, in one line."""
    remedy: str = ""
    """What to do, in one line."""
    lines: tuple[str, ...] = ()
    """To be copied as they are: DNS records, settings, commands."""


@dataclass(frozen=True, slots=True)
class Check:
    """A question that doctor asks."""

    name: str
    group: str
    look: Callable[[Patient], Iterable[Result]]
    asks_network: bool = False
    """Without the DNS or another server it has nothing to say: not made with `--offline`."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A check, and what came of it: never nothing."""

    check: Check
    results: tuple[Result, ...]

    @property
    def worst(self) -> Verdict:
        """The verdict that counts for the whole check."""
        return min((result.verdict for result in self.results), key=WORST_FIRST.index)


def passed(seen: str) -> Result:
    """All is well; `seen` says by what that is known."""
    return Result(Verdict.PASS, seen)


def warned(seen: str, remedy: str, *lines: str) -> Result:
    """Mail arrives all the same, or only some of it is at risk."""
    return Result(Verdict.WARN, seen, remedy, lines)


def failed(seen: str, remedy: str, *lines: str) -> Result:
    """Mail does not arrive, or is spoilt."""
    return Result(Verdict.FAIL, seen, remedy, lines)


def unknown(seen: str, remedy: str = "") -> Result:
    """It cannot be known from here."""
    return Result(Verdict.UNKNOWN, seen, remedy)
