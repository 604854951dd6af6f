"""Pausing a batch that ruins the sender's name, and telling of it: in the audit, and to the issuer's other systems.

Here belong the two moments: a complaint that is booked, and results that a worker records. When a batch is paused is
decided in `mailer.queue.braking`.
"""

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection, event

from desk.hooks.events import EventKind, Happened, Value
from desk.hooks.telling import tell_hooks
from desk.members.audit import Act, Actor, Subject, note_act
from mailer.queue.braking import Braked, Rates, brake
from mailer.queue.recording import Result, TellSettled
from mailer.queue.states import State

BETWEEN = timedelta(seconds=5)
"""In which a process counts a batch for its bounces once at most: that is a look at all of it."""
SERVICE = Actor("badgepost")

_log = structlog.get_logger("badgepost.desk")


class Brake:
    """Looks at complaints and bounces of one process, and pauses batches that have too many."""

    def __init__(self, rates: Rates, clock: Callable[[], float] = time.monotonic) -> None:
        self._rates = rates
        self._clock = clock
        self._counted: dict[str, float] = {}

    def at_complaint(self, connection: Connection, batch_id: str, now: datetime) -> Braked | None:
        """Count a batch that somebody complained of; return it if it is paused now."""
        braked = brake(connection, batch_id, self._rates)
        if braked is not None:
            _tell(connection, braked, now)
        return braked

    def at_bounce(self, connection: Connection, batch_id: str, now: datetime) -> Braked | None:
        """The same for one that a mail of bounced, but not each time: there may be very many."""
        counted_at = self._clock()
        self._counted = {one: at for one, at in self._counted.items() if counted_at - at < BETWEEN.total_seconds()}
        if batch_id in self._counted:
            return None
        # Not before the commit: a transaction that is done again must count again.
        event.listen(connection, "commit", lambda _: self._counted.update({batch_id: counted_at}), once=True)
        return self.at_complaint(connection, batch_id, now)


class BrakingWorker:
    """Lets a brake look at what a worker records (`mailer.queue.recording.TellSettled`), after `others`."""

    def __init__(self, brake: Brake, *others: TellSettled) -> None:
        self._brake = brake
        self._others = others

    def __call__(self, connection: Connection, results: Sequence[Result]) -> None:
        """Look at each batch that a result bounced in."""
        for tell in self._others:
            tell(connection, results)
        bounced = (result for result in results if result.settlement.state is State.BOUNCED)
        # In one order: of several workers none waits for another in a circle.
        for batch_id in sorted({result.message.batch_id for result in bounced if result.message.batch_id}):
            self._brake.at_bounce(connection, batch_id, results[0].at)


def _tell(connection: Connection, braked: Braked, now: datetime) -> None:
    _log.error("batch_paused", batch=braked.batch_id, because=braked.because)
    subject, detail = Subject("batch", braked.batch_id), {"because": braked.because}
    note_act(connection, SERVICE, Act.BATCH_PAUSED, now, issuer_id=braked.issuer_id, subject=subject, detail=detail)
    data: dict[str, Value] = {
        "batch": braked.batch_id,
        "label": braked.label,
        "reason": braked.because,
        "sent": braked.sent,
        "complaints": braked.complaints,
        "bounces": braked.bounces,
    }
    # A batch may be paused again after a person let it go on.
    key = f"{braked.batch_id}/{braked.sent}/{braked.complaints}/{braked.bounces}"
    tell_hooks(connection, [Happened(braked.issuer_id, EventKind.BATCH_PAUSED, key, data)], now)
