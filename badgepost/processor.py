"""`badgepost process`: deals with the mail that came in, one after the other, until a signal says stop.

Here belongs the life of the process: claim, deal with, rest, drain. What is done with a mail stands in
`inbound.processing`. The work is niced, so that the listener's 250 does not wait for it.
"""

import os
import signal
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from threading import Event

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from badgepost.chores import do_chores
from badges.transactions import reading
from inbound.processing.claims import CLAIM_LASTS, claim, free_former, has_waiting
from inbound.processing.shelving import process
from inbound.processing.step import Tools

LONGEST = CLAIM_LASTS.total_seconds() * 0.6
"""Seconds that a mail may take. A process that is still at it then is ended by the alarm, long before others may take
the mail for abandoned; that it was begun with is counted, and a mail that ends a process too often is shelved."""
REST = 0.25
"""Seconds between two looks at an empty table."""
LONGEST_REST = 30.0
"""Seconds between two tries while the database is away."""
BETWEEN_CHORES = timedelta(hours=1)
NICENESS = 10

_log = structlog.get_logger("badgepost.processor")


class Processor:
    """Deals with deliveries until `stop`, or with `once` until none is due."""

    def __init__(self, tools: Tools, *, once: bool = False, set_alarm: Callable[[float], None] | None = None) -> None:
        """`set_alarm` is told how many seconds the process may live on; 0: as long as it likes."""
        self._tools = tools
        self._once = once
        self._set_alarm = set_alarm or (lambda _seconds: None)
        self._stopped = Event()
        self._chores_due = tools.clock()
        self.outcomes: Counter[str] = Counter()

    def stop(self) -> None:
        """Take no further mail; the one in hand is dealt with."""
        self._stopped.set()

    def run(self) -> Counter[str]:
        """Deal with mails; return how many came to which outcome."""
        self._forget_former()
        while not self._stopped.is_set():
            outcome = self._take_patiently()
            if outcome is not None:
                self.outcomes[outcome] += 1
            elif self._once:
                break
            else:
                self._see_to_chores()
                self._stopped.wait(REST)
        return self.outcomes

    def _take_patiently(self) -> str | None:
        """Deal with one mail, however long the database is away; None: none is due, or it was stopped."""
        pause = REST
        while not self._stopped.is_set():
            try:
                return self._take_one()
            except (OperationalError, InterfaceError) as fault:
                if self._once:
                    raise
                _log.warning("database_away", fault=str(fault.orig), next_try_in=pause)
                self._stopped.wait(pause)
                pause = min(pause * 2, LONGEST_REST)
                self._forget_former()
        return None

    def _take_one(self) -> str | None:
        engine, tools = self._tools.office.engine, self._tools
        # A look first: it takes no lock that a writer would feel.
        with reading(engine).connect() as connection:
            if not has_waiting(connection, tools.clock()):
                return None
        with engine.begin() as connection:
            delivery = claim(connection, tools.who, tools.clock())
        if delivery is None:
            return None
        self._set_alarm(LONGEST)
        try:
            return process(delivery, tools)
        finally:
            self._set_alarm(0)

    def _see_to_chores(self) -> None:
        """See to what no mail sets off, once in a while."""
        now = self._tools.clock()
        if now >= self._chores_due:
            self._chores_due = now + BETWEEN_CHORES
            do_chores(self._tools.office, now, self._tools.keep_raw_mail)

    def _forget_former(self) -> None:
        """Free what this name held before: in an earlier life, or when the database went away under it."""
        try:
            with self._tools.office.engine.begin() as connection:
                freed = free_former(connection, self._tools.who)
        except (OperationalError, InterfaceError):
            return
        if freed:
            _log.info("freed", deliveries=freed)


def run_until_signal(processor: Processor) -> Counter[str]:
    """Run a processor as the main work of this process; SIGTERM and SIGINT make it drain."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: processor.stop())
    os.nice(NICENESS)
    return processor.run()


def set_alarm(seconds: float) -> None:
    """Let the system end this process after so many seconds (SIGALRM); 0: not at all."""
    signal.setitimer(signal.ITIMER_REAL, seconds)
