"""Any order of claims, intents, results, crashes and people's decisions: the ledger keeps what it promises."""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule
from sqlalchemy import StaticPool, create_engine

from mailer.delivery.outcomes import Bounced, Deferred, Held, Outcome, Phase, Sent, Unknown
from mailer.queue.claimed import Claimed
from mailer.queue.claiming import claim, give_back, set_aside
from mailer.queue.decisions import Named, cancel, go_on_with_batch, hold, pause_batch, retry, stop_batch
from mailer.queue.leases import recover, register
from mailer.queue.recording import Intent, Result, record
from mailer.queue.settling import Policy, settle
from mailer.queue.states import TRANSITIONS, WAITING, State
from mailer.queue.sweeping import sweep
from tests.mailer.ledgers import START, Ledger, fill_ledger

OUTCOMES: list[Outcome] = [
    Sent("250"),
    Deferred(Phase.RCPT, "450"),
    Bounced(Phase.RCPT, "550"),
    Bounced(Phase.RCPT, "550 5.1.1", suppress=True),
    Unknown("hung up"),
    Held(Phase.MAIL, "421"),
]
POLICY = Policy()
WORKERS = ["w0", "w1"]


class LedgerMachine(RuleBasedStateMachine):
    """Workers `w0` and `w1`, of which each may be taken for dead and go on not knowing it."""

    claimed = Bundle("claimed")
    under_way = Bundle("under_way")

    @initialize()
    def start(self) -> None:
        engine = create_engine("sqlite://", poolclass=StaticPool)
        fill_ledger(engine)
        self.ledger = Ledger(engine)
        self.now: datetime = START
        self.bodies: dict[str, int] = {}
        self.before: dict[str, State] = {}
        for worker in WORKERS:
            self.enlist(worker)

    def teardown(self) -> None:
        if hasattr(self, "ledger"):
            self.ledger.engine.dispose()

    @rule(stream=st.sampled_from(["account", "notices"]), batch=st.sampled_from(["batch", "other", None]))
    def put_in(self, stream: str, batch: str | None) -> None:
        self.ledger.add_many(2, stream=stream, batch_id=batch, due_at=self.now, written_at=self.now)

    @rule(target=claimed, worker=st.sampled_from(WORKERS), limit=st.integers(1, 4))
    def claim_some(self, worker: str, limit: int) -> Any:
        return multiple(*self.claim(worker, limit))

    @rule(target=under_way, message=consumes(claimed))
    def intend(self, message: Claimed) -> Any:
        """A granted intent is a body on the wire: the worst that may follow from it."""
        return message if self.intend_one(message) else multiple()

    @rule(target=under_way, worker=st.sampled_from(WORKERS))
    def claim_and_intend(self, worker: str) -> Any:
        return multiple(*(m for m in self.claim(worker, 9) if self.intend_one(m)))

    @rule(message=consumes(under_way), outcome=st.sampled_from(OUTCOMES))
    def finish(self, message: Claimed, outcome: Outcome) -> None:
        if not isinstance(outcome, Sent | Unknown):
            row = self.ledger.message(message.id)
            if row.state == "sending" and row.fence == message.fence:
                self.bodies[message.id] -= 1
        self.write(Result(message, outcome, settle(message, outcome, "relay1", self.now, POLICY), self.now))

    @rule(message=consumes(claimed), aside=st.booleans())
    def return_one(self, message: Claimed, aside: bool) -> None:
        with self.ledger.engine.begin() as connection:
            if aside:
                set_aside(connection, message, "no template", self.now)
            else:
                give_back(connection, [(message, None)])

    @rule(worker=st.sampled_from(WORKERS))
    def take_for_dead(self, worker: str) -> None:
        """Its messages are taken over. It starts again under the same id, which is worse than what really happens."""
        with self.ledger.engine.begin() as connection:
            recover(connection, [worker], self.now, POLICY)
        self.enlist(worker)

    @rule(decision=st.sampled_from(["hold", "cancel", "retry", "pause", "go on", "stop"]), number=st.integers(1, 9))
    def decide(self, decision: str, number: int) -> None:
        name = f"m{number:05}"
        in_doubt = [row.state for row in self.ledger.rows("SELECT state FROM message WHERE id = :id", id=name)]
        if decision == "retry" and in_doubt == ["unknown"]:
            return  # there a person has said that a second copy is right
        with self.ledger.engine.begin() as connection:
            match decision:
                case "hold" | "cancel" | "retry":
                    {"hold": hold, "cancel": cancel, "retry": retry}[decision](
                        connection, Named.MESSAGE, name, self.now
                    )
                case _:
                    {"pause": pause_batch, "go on": go_on_with_batch, "stop": stop_batch}[decision](connection, "other")

    @rule(minutes=st.integers(1, 2000))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        with self.ledger.engine.begin() as connection:
            sweep(connection, self.now, POLICY)

    def enlist(self, worker: str) -> None:
        with self.ledger.engine.begin() as connection:
            register(connection, worker, worker, "here", self.now + timedelta(days=9999))

    def claim(self, worker: str, limit: int) -> list[Claimed]:
        with self.ledger.engine.begin() as connection:
            return list(claim(connection, worker, limit, self.now).messages)

    def intend_one(self, message: Claimed) -> bool:
        granted = self.write(Intent(message, "relay1", self.now))
        if granted:
            self.bodies[message.id] = self.bodies.get(message.id, 0) + 1
        return granted

    def write(self, step: Intent | Result) -> bool:
        with self.ledger.engine.begin() as connection:
            return record(connection, [step])[0]

    @invariant()
    def nothing_is_lost_or_repeated_without_doubt(self) -> None:
        if not hasattr(self, "ledger"):
            return
        doubts: dict[str, int] = {}
        for attempt in self.ledger.rows("SELECT message_id FROM attempt WHERE outcome = 'unknown'"):
            doubts[attempt.message_id] = doubts.get(attempt.message_id, 0) + 1
        rows = self.ledger.rows("SELECT * FROM message")
        assert len(rows) == self.ledger.counter
        for row in rows:
            state = State(row.state)
            assert self.bodies.get(row.id, 0) <= 1 + doubts.get(row.id, 0), row
            assert state is not State.SENT or self.bodies.get(row.id, 0) >= 1, row
            assert row.worker_id is None or state in WAITING | {State.SENDING}, row
            assert (state is State.SENDING) <= (row.worker_id is not None), row

    @invariant()
    def states_follow_the_table(self) -> None:
        if not hasattr(self, "ledger"):
            return
        for row in self.ledger.rows("SELECT id, state FROM message"):
            before, after = self.before.get(row.id, State.QUEUED), State(row.state)
            # A step of this machine may be two in the ledger, as in sending, unknown, queued.
            assert before is after or after in TRANSITIONS[before] | _two_steps(before), f"{row.id}: {before} {after}"
            self.before[row.id] = after


def _two_steps(state: State) -> set[State]:
    return {last for middle in TRANSITIONS[state] for last in TRANSITIONS[middle]} if state is State.SENDING else set()


LedgerMachine.TestCase.settings = settings(
    max_examples=100, stateful_step_count=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestLedgerMachine = LedgerMachine.TestCase
