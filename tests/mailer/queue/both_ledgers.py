"""The ledger and its model, to which every act is done alike, and what is compared after each.

Here belong the acts of workers. Which follow each other stands in `test_machine`, what they should come to in
`ledger_model`.
"""

from collections import Counter
from datetime import datetime

from sqlalchemy import Engine

from badges.columns import from_microseconds
from mailer.queue.claimed import Claimed
from mailer.queue.claiming import claim
from mailer.queue.leases import register
from mailer.queue.overview import count_states
from mailer.queue.recording import Intent, Result, record
from mailer.queue.settling import Policy, Settlement, next_attempt_of, settle_unknown
from mailer.queue.states import WAITING, State
from tests.mailer.ledgers import START, Ledger
from tests.mailer.queue.ledger_model import LedgerModel, ModelMessage

POLICY = Policy()
BATCHES = ["batch", "other"]


class BothLedgers:
    """A ledger in `engine`, and the model of it."""

    def __init__(self, engine: Engine) -> None:
        self.ledger = Ledger(engine)
        self.model = LedgerModel(BATCHES, START)
        self.incarnations = 0

    def enlist(self, name: str) -> str:
        """Register another incarnation of a worker; return its lease."""
        self.incarnations += 1
        lease = f"{name}/{self.incarnations}"
        with self.ledger.engine.begin() as connection:
            register(connection, lease, name, "here", self.model.now)
        self.model.leases[lease] = self.model.now
        return lease

    def claim(self, worker: str, limit: int, busy: list[str]) -> list[Claimed]:
        """Claim, and see that it was the right ones: single mails first, then the oldest due, as many as there are."""
        expected = self.model.claimable(busy) if worker in self.model.leases else []
        with self.ledger.engine.begin() as connection:
            found = claim(connection, worker, limit, self.model.now, busy)
        fences = {row.id: row.fence for row in self.ledger.rows("SELECT id, fence FROM message")}
        taken = [each for each in expected if fences[each.id] == each.fence + 1]
        assert [_turn(each) for each in taken] == [_turn(each) for each in expected[:limit]]
        sendable = {each.id for each in taken if self.model.claim(each, worker)}
        assert {each.id for each in found.messages} == sendable
        assert found.suppressed + found.expired == len(taken) - len(sendable)
        return list(found.messages)

    def intend(self, messages: list[Claimed]) -> bool:
        """Ask in one group for all of `messages`; tell whether the first was granted."""
        expected = [self.model.intend(message) for message in messages]
        assert self.write([Intent(message, "relay1", self.model.now) for message in messages]) == expected
        return expected[0]

    def write(self, steps: list[Intent | Result]) -> list[bool]:
        with self.ledger.engine.begin() as connection:
            return record(connection, steps)

    def settle_doubt(self, message: ModelMessage) -> Settlement:
        """Return what policy says of a message whose worker died while it was under way."""
        due_at = next_attempt_of(message, self.model.now, POLICY) if message.doubts else self.model.now  # type: ignore[arg-type]
        return settle_unknown(message, "dead", due_at, POLICY)  # type: ignore[arg-type]

    def compare(self) -> None:
        """Fail unless the ledger says of every message, attempt and batch what the model says."""
        tries: dict[str, dict[int, str | None]] = {id_: {} for id_ in self.model.messages}
        for row in self.ledger.rows("SELECT * FROM attempt"):
            tries[row.message_id][row.number] = row.outcome
            assert (row.outcome is None) == (row.finished_at is None)
        rows = {row.id: row for row in self.ledger.rows("SELECT * FROM message")}
        assert rows.keys() == self.model.messages.keys()
        for message in self.model.messages.values():
            row = rows[message.id]
            assert (row.state, row.worker_id, row.fence) == (message.state, message.worker, message.fence), row
            assert (row.attempts, row.doubts) == (message.attempts, message.doubts), row
            assert from_microseconds(row.due_at) == message.due_at, row
            assert tries[message.id] == message.tries, row
            assert (None in message.tries.values()) == (message.state is State.SENDING)
            if message.state in WAITING | {State.SENDING}:
                assert (row.held_at is not None) == message.is_held, row
        with self.ledger.engine.connect() as connection:
            by_batch = count_states(connection, BATCHES)
        for batch in BATCHES:
            expected = Counter(each.state.value for each in self.model.messages.values() if each.batch == batch)
            assert by_batch.get(batch, Counter()) == expected


def _turn(message: ModelMessage) -> tuple[bool, datetime]:
    return message.batch is not None, message.due_at
