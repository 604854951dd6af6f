"""Child processes that are started again when they die, and end when they are told to.

Here belongs their keeping. What a child does is its own command; how it drains on SIGTERM, its own business.
"""

import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

_log = structlog.get_logger("badgepost.children")

FIRST_DELAY = 1.0
LONGEST_DELAY = 60.0
"""Seconds. A child that dies at once, again and again, has a fault that a person must mend."""
HEALTHY_AFTER = 30.0
"""Seconds that a child must live for its death to count as the first."""


def delay_after(deaths: int) -> float:
    """Return the seconds to wait before a start, after so many early deaths in a row (1 or more)."""
    return min(LONGEST_DELAY, FIRST_DELAY * 2.0 ** min(deaths - 1, 10))


@dataclass
class Child:
    """One place for a process. Times are seconds of the monotonic clock."""

    name: str
    command: Sequence[str]
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    start_at: float = 0.0
    early_deaths: int = 0

    def start(self, now: float) -> None:
        """Start the process."""
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL)
        self.started = now

    def look_after(self, now: float) -> None:
        """Note a death, and start the process when it is time to."""
        if self.process is not None and self.process.poll() is not None:
            self._note_death(self.process.returncode, now)
        if self.process is None and now >= self.start_at:
            self.start(now)

    def _note_death(self, status: int, now: float) -> None:
        lived = now - self.started
        self.early_deaths = 1 if lived >= HEALTHY_AFTER else self.early_deaths + 1
        delay = delay_after(self.early_deaths)
        self.process = None
        self.start_at = now + delay
        _log.warning("child_died", child=self.name, status=status, lived=round(lived, 1), again_in=delay)


@dataclass
class Children:
    """All of them."""

    children: list[Child] = field(default_factory=list)

    def look_after(self) -> None:
        """Start what is to run. To be called a few times a second."""
        now = time.monotonic()
        for child in self.children:
            child.look_after(now)

    def stop(self, patience: float) -> None:
        """Tell all to end (SIGTERM), wait up to `patience` seconds for all together, and kill who has not."""
        running = [child for child in self.children if child.process is not None]
        for child in running:
            assert child.process is not None
            child.process.terminate()
        deadline = time.monotonic() + patience
        for child in running:
            assert child.process is not None
            _wait_or_kill(child.name, child.process, deadline - time.monotonic())
            child.process = None


def _wait_or_kill(name: str, process: "subprocess.Popen[bytes]", patience: float) -> None:
    try:
        process.wait(max(0.1, patience))
    except subprocess.TimeoutExpired:
        # What it had under way is `unknown` now; the next start treats that by policy.
        _log.warning("child_killed", child=name)
        process.kill()
        process.wait()
