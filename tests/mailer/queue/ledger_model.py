"""What the ledger should say after each act, told in Python: a second opinion beside its SQL. Pure.

Here belongs the model only. The acts are done to both, and compared, in `test_machine`. What an outcome means for a
message (`mailer.queue.settling`) is taken as it is and has tests of its own.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self

from mailer.delivery.outcomes import Outcome, Unknown
from mailer.queue.claimed import Claimed
from mailer.queue.ledger import NewMessage
from mailer.queue.settling import Settlement
from mailer.queue.states import CANCELLABLE, RETRIABLE, TRANSITIONS, WAITING, State

_TAKEN_BACK = {State.QUEUED, State.DEFERRED, State.UNKNOWN}


@dataclass
class ModelMessage:
    """One mail. `bodies` counts what may have reached the relay, which the ledger cannot know."""

    id: str
    key: str
    stream: str
    batch: str | None
    rcpt_to: str
    domain: str
    written_at: datetime
    due_at: datetime
    not_later_than: datetime | None
    state: State = State.QUEUED
    worker: str | None = None
    fence: int = 0
    is_held: bool = False
    is_withdrawn: bool = False
    attempts: int = 0
    doubts: int = 0
    tries: dict[int, str | None] = field(default_factory=dict)
    """Fence of each attempt -> its outcome; None while its result is not recorded."""
    bodies: int = 0
    allowed: int = 1
    """How many bodies there may be: one, and one more for each doubt and each time that a person asked for it."""

    @classmethod
    def of(cls, new: NewMessage) -> Self:
        """Return the mail as it is put in."""
        return cls(
            new.id,
            new.idempotency_key,
            new.stream,
            new.batch_id,
            new.rcpt_to,
            new.domain,
            new.written_at,
            new.due_at,
            new.not_later_than,
        )

    @property
    def is_claimable(self) -> bool:
        """Whether the row itself keeps nobody from it."""
        return self.state in WAITING and self.worker is None and not self.is_held

    def move(self, state: State) -> None:
        """Go to `state`, as the table allows."""
        assert state is self.state or state in TRANSITIONS[self.state], f"{self.id}: {self.state} to {state}"
        self.state = state
        if state not in WAITING | {State.SENDING}:
            self.worker = None

    def is_claimed_by(self, claimed: Claimed) -> bool:
        """Whether this claim still counts."""
        return self.worker == claimed.worker_id and self.fence == claimed.fence


class LedgerModel:
    """Messages, batches, leases and the suppression list as they should be."""

    def __init__(self, batches: Iterable[str], clock: datetime) -> None:
        self.now = clock
        self.messages: dict[str, ModelMessage] = {}
        self.batches = dict.fromkeys(batches, "running")
        self.leases: dict[str, datetime] = {}
        self.suppressed: set[tuple[str, str]] = set()
        """(address, stream); stream empty: every one."""

    def add(self, message: ModelMessage) -> bool:
        """Put in a mail; False if its key is there."""
        if any(known.key == message.key for known in self.messages.values()):
            return False
        self.messages[message.id] = message
        return True

    def claimable(self, busy: Collection[str] = ()) -> list[ModelMessage]:
        """What somebody may claim now, in the order in which it is to be claimed."""
        found = [
            each
            for each in self.messages.values()
            if each.is_claimable and each.due_at <= self.now and each.domain not in busy and not self.is_stopped(each)
        ]
        return sorted(found, key=lambda each: (each.batch is not None, each.due_at))

    def is_stopped(self, message: ModelMessage) -> bool:
        """Whether its batch is paused or cancelled."""
        return message.batch is not None and self.batches[message.batch] != "running"

    def may_go(self, message: ModelMessage) -> bool:
        """Whether its address and its time allow it to be sent now."""
        is_late = message.not_later_than is not None and message.not_later_than < self.now
        return not is_late and not any(
            (message.rcpt_to.lower(), stream) in self.suppressed for stream in ("", message.stream)
        )

    def claim(self, message: ModelMessage, worker: str) -> bool:
        """Give a message to a worker; False: it ends here instead."""
        message.fence += 1
        if self.may_go(message):
            message.worker = worker
            return True
        is_late = message.not_later_than is not None and message.not_later_than < self.now
        message.move(State.EXPIRED if is_late else State.SUPPRESSED)
        return False

    def intend(self, claimed: Claimed) -> bool:
        """Say that the body is about to be written; tell whether it may be."""
        message = self.messages[claimed.id]
        if not message.is_claimed_by(claimed) or message.state not in WAITING | {State.SENDING}:
            return False
        if message.state is State.SENDING:
            return True  # asked again: the answer was lost
        if message.is_held or self.is_stopped(message) or not self.may_go(message):
            message.worker = None
            return False
        message.move(State.SENDING)
        message.tries[claimed.fence] = None
        message.bodies += 1
        assert message.bodies <= message.allowed, f"{message.id} goes out again without doubt"
        return True

    def finish(self, claimed: Claimed, outcome: Outcome, settlement: Settlement, *, was_taken: bool) -> None:
        """Record a result. `was_taken`: the relay may have the body. Nothing, if the claim is gone."""
        message = self.messages[claimed.id]
        if not message.is_claimed_by(claimed) or message.state is not State.SENDING:
            return
        if not was_taken:
            message.bodies -= 1
        message.tries[claimed.fence] = type(outcome).__name__.lower()
        self._settle(message, settlement, counts=settlement.counts, in_doubt=isinstance(outcome, Unknown))

    def bury(self, worker: str, settle: Callable[[ModelMessage], Settlement]) -> None:
        """Take over what a dead worker had."""
        self.leases.pop(worker, None)
        for message in self.messages.values():
            if message.worker == worker and message.state is State.SENDING:
                message.tries[message.fence] = "unknown"
                self._settle(message, settle(message), counts=True, in_doubt=True)
            elif message.worker == worker:
                message.worker = None

    def _settle(self, message: ModelMessage, settlement: Settlement, *, counts: bool, in_doubt: bool) -> None:
        back = message.is_withdrawn and settlement.state in _TAKEN_BACK
        message.move(State.CANCELLED if back else settlement.state)
        message.worker = None
        message.due_at = settlement.due_at or message.due_at
        message.attempts += counts
        message.doubts += in_doubt
        message.allowed += in_doubt

    def dead(self, patience: timedelta) -> set[str]:
        """Return who has not been heard of."""
        held = {each.worker for each in self.messages.values() if each.worker is not None} - set(self.leases)
        return held | {name for name, beat in self.leases.items() if beat < self.now - patience}

    def sweep_rest(self) -> tuple[int, int]:
        """End what is too late or of a cancelled batch; return how many of each."""
        late = [
            m for m in self.messages.values() if m.is_claimable and m.not_later_than and m.not_later_than < self.now
        ]
        for message in late:
            message.move(State.EXPIRED)
        stopped = [
            m for m in self.messages.values() if m.is_claimable and m.batch and self.batches[m.batch] == "cancelled"
        ]
        for message in stopped:
            message.move(State.CANCELLED)
        return len(late), len(stopped)

    def hold(self, named: Iterable[ModelMessage]) -> int:
        """Set aside what waits or is under way."""
        found = [each for each in named if each.state in WAITING | {State.SENDING} and not each.is_held]
        for message in found:
            message.is_held = True
        return len(found)

    def cancel(self, named: Iterable[ModelMessage]) -> int:
        """Never send what waits; mark what is under way."""
        found = [each for each in named if each.state in CANCELLABLE | {State.SENDING}]
        for message in found:
            message.is_held = False
            message.is_withdrawn = message.state is State.SENDING
            if message.state is not State.SENDING:
                message.move(State.CANCELLED)
        return len(found)

    def retry(self, named: Iterable[ModelMessage]) -> int:
        """Try now what waits or is held, and again what ended."""
        changed = 0
        for message in named:
            is_of_cancelled = message.batch is not None and self.batches[message.batch] == "cancelled"
            if message.state in WAITING and (message.worker is None or message.is_held):
                message.due_at, message.is_held = self.now, False
            elif message.state is State.SENDING and message.is_held:
                message.is_held = False
            elif message.state in RETRIABLE - WAITING and not is_of_cancelled:
                self._begin_again(message)
            else:
                continue
            changed += 1
        return changed

    def _begin_again(self, message: ModelMessage) -> None:
        message.allowed = message.bodies + 1
        message.written_at = message.written_at if message.state is State.UNKNOWN else self.now
        message.move(State.QUEUED)
        message.due_at, message.attempts, message.doubts = self.now, 0, 0
        message.is_held = message.is_withdrawn = False

    def report_bounce(self, message: ModelMessage) -> bool:
        """Book a report that it failed; False: nothing that could have."""
        has_left = message.state in {State.SENT, State.UNKNOWN} or (message.state in WAITING and message.doubts > 0)
        if has_left:
            message.move(State.BOUNCED)
        return has_left
