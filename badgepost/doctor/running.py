"""Running checks side by side: each within its time, each for itself, whatever becomes of the others.

A check is a thread. One that hangs is left behind: it says "cannot know", and the process does not wait for it to end.
"""

import time
from collections.abc import Sequence
from threading import Thread

from badgepost.doctor.patient import CannotKnowError, Patient
from badgepost.doctor.results import Check, Looked, Result, unknown
from badgepost.refusal import make_printable

_LONGEST = 600
"""Characters of what was seen."""


def examine(patient: Patient, checks: Sequence[Check], *, offline: bool = False) -> list[Looked]:
    """Return what came of each check, in their order."""
    looking = [_Looking(check, patient, offline=offline) for check in checks]
    for one in looking:
        one.start()
    ends = time.monotonic() + patient.seconds
    return [one.wait(max(0.0, ends - time.monotonic())) for one in looking]


class _Looking(Thread):
    def __init__(self, check: Check, patient: Patient, *, offline: bool) -> None:
        super().__init__(name=f"doctor-{check.name}", daemon=True)
        self._check = check
        self._patient = patient
        self._offline = offline
        self._results: list[Result] = []
        self._is_done = False

    def run(self) -> None:
        try:
            self._look()
        except CannotKnowError as reason:
            self._add(unknown(reason.seen, reason.remedy))
        except Exception as fault:  # of this check alone: the others are to be heard
            words = " ".join(str(fault).split())
            self._add(unknown(f"the check itself broke: {type(fault).__name__}: {words}"))
        self._is_done = True

    def wait(self, seconds: float) -> Looked:
        """Return what came of it within `seconds`."""
        self.join(seconds)
        results = tuple(self._results)
        if not self._is_done:
            late = f"the check took longer than {self._patient.seconds:g} seconds"
            more = f"try badgepost doctor --only {self._check.name} --seconds {self._patient.seconds * 5:g}"
            results += (unknown(late, more),)
        return Looked(self._check, results or (unknown("there is nothing to look at"),))

    def _look(self) -> None:
        if self._offline and self._check.asks_network:
            self._add(unknown("not asked: --offline"))
            return
        for result in self._check.look(self._patient):
            self._add(result)

    def _add(self, result: Result) -> None:
        """What is seen may quote a stranger's server or zone: it neither breaks a line nor steers a terminal."""
        seen, remedy = _shorten(make_printable(result.seen)), make_printable(result.remedy)
        self._results.append(Result(result.verdict, seen, remedy, tuple(map(make_printable, result.lines))))


def _shorten(words: str) -> str:
    """Return the beginning of what a stranger's server had to say at length."""
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]} …"
