"""Any order of claims, intents, results, crashes, reports and people's decisions: the ledger keeps what it promises.

Every act is done to the ledger and to `ledger_model`; after each, both say the same of every message. `make fuzz`
runs it for long.
"""

import os
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import Phase as Phases
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from badgepost.database import open_engine
from mailer.delivery.outcomes import Bounced, Deferred, Held, Outcome, Phase, Sent, Unknown
from mailer.queue.claimed import Claimed
from mailer.queue.claiming import give_back, set_aside
from mailer.queue.decisions import Named, cancel, go_on_with_batch, hold, pause_batch, retry, stop_batch
from mailer.queue.leases import DEAD_AFTER, find_dead, keep_alive, recover
from mailer.queue.ledger import enqueue
from mailer.queue.recording import Result
from mailer.queue.reported import note_arrival, note_bounce
from mailer.queue.settling import settle
from mailer.queue.states import WAITING, State
from mailer.queue.suppressions import Suppressed, suppress, unsuppress
from mailer.queue.sweeping import sweep
from tests.databases import filled_database
from tests.mailer.ledgers import fill_ledger
from tests.mailer.queue.both_ledgers import BATCHES, POLICY, BothLedgers
from tests.mailer.queue.ledger_model import ModelMessage

STEPS = int(os.environ.get("BADGEPOST_FUZZ_STEPS", "30"))
EXAMPLES = int(os.environ.get("BADGEPOST_FUZZ_EXAMPLES", "40"))
OUTCOMES: list[Outcome] = [
    Sent("250"),
    Deferred(Phase.RCPT, "450"),
    Bounced(Phase.RCPT, "550"),
    Bounced(Phase.RCPT, "550 5.1.1", suppress=True),
    Unknown("hung up"),
    Held(Phase.MAIL, "421"),
    Held(Phase.RCPT, "550 relaying denied"),
]
NAMES = ["w0", "w1"]
ADDRESSES = ["ana@north.example", "Ben@north.example", "eva@south.example"]
STREAMS = ["account", "notices"]
NUMBERS = st.integers(1, 12)
FILES = count()


class LedgerMachine(RuleBasedStateMachine):
    """Workers of two names: each may be taken for dead and go on not knowing it, beside its next incarnation."""

    claimed = Bundle("claimed")
    under_way = Bundle("under_way")
    workers = Bundle("workers")

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.path = folder / f"{next(FILES)}.db"

    @initialize(target=workers)
    def start(self) -> Any:
        self.both = BothLedgers(open_engine(filled_database(self.path, fill_ledger)))
        self.ledger, self.model = self.both.ledger, self.both.model
        for batch in (None, "other"):
            self.put_in("account", batch, ADDRESSES, 0, 30, None)
        return multiple(*(self.both.enlist(name) for name in NAMES))

    def teardown(self) -> None:
        if hasattr(self, "both"):
            self.ledger.engine.dispose()
            self.path.unlink(missing_ok=True)

    @property
    def now(self) -> datetime:
        return self.model.now

    @rule(
        stream=st.sampled_from(STREAMS),
        batch=st.sampled_from([*BATCHES, None]),
        addresses=st.lists(st.sampled_from(ADDRESSES), min_size=1, max_size=3),
        wait=st.sampled_from([0, 0, 5, 600]),
        time=st.sampled_from([None, None, 0, 30, 700]),
        key=st.one_of(st.none(), st.integers(1, 9)),
    )
    def put_in(  # noqa: PLR0917 - a rule takes all that it draws
        self, stream: str, batch: str | None, addresses: list[str], wait: int, time: int | None, key: int | None
    ) -> None:
        """A roster or a single mail; with `key`, one that may be in the ledger already."""
        due_at = self.now + timedelta(minutes=wait)
        latest = None if time is None else due_at + timedelta(minutes=time)
        values = {"stream": stream, "batch_id": batch, "due_at": due_at, "written_at": due_at, "not_later_than": latest}
        values |= {"idempotency_key": f"asked/{key}"} if key else {}
        new = [self.ledger.make(address, **values) for address in addresses]
        with self.ledger.engine.begin() as connection:
            inserted = enqueue(connection, new, "badgepost.example").inserted
        assert inserted == sum(self.model.add(ModelMessage.of(message)) for message in new)

    @rule(target=claimed, worker=workers, limit=st.integers(1, 6), busy=st.sampled_from([[], [], ["south.example"]]))
    def claim_some(self, worker: str, limit: int, busy: list[str]) -> Any:
        return multiple(*self.both.claim(worker, limit, busy))

    @rule(target=under_way, worker=workers)
    def claim_and_intend(self, worker: str) -> Any:
        return multiple(*(message for message in self.both.claim(worker, 9, []) if self.both.intend([message])))

    @rule(target=under_way, message=claimed, again=st.booleans())
    def intend_one(self, message: Claimed, again: bool) -> Any:
        """A granted intent is a body on the wire: the worst that may follow from it."""
        granted = self.both.intend([message, message] if again else [message])
        return message if granted else multiple()

    @rule(message=consumes(under_way), outcome=st.sampled_from(OUTCOMES), again=st.booleans())
    def finish(self, message: Claimed, outcome: Outcome, again: bool) -> None:
        """The result of a body; `again`: the answer of the database was lost, and it is written a second time."""
        settlement = settle(message, outcome, "relay1", self.now, POLICY)
        for _ in range(1 + again):
            assert self.both.write([Result(message, outcome, settlement, self.now)]) == [True]
        self.model.finish(message, outcome, settlement, was_taken=isinstance(outcome, Sent | Unknown))
        if settlement.suppress:
            self.model.suppressed.add((message.rcpt_to.lower(), ""))

    @rule(message=consumes(claimed), aside=st.booleans())
    def return_one(self, message: Claimed, aside: bool) -> None:
        with self.ledger.engine.begin() as connection:
            if aside:
                set_aside(connection, message, "no template", self.now)
            else:
                give_back(connection, [(message, None)])
        modelled = self.model.messages[message.id]
        if modelled.is_claimed_by(message) and modelled.state in WAITING:
            modelled.worker, modelled.is_held = None, modelled.is_held or aside

    @rule(worker=workers)
    def beat(self, worker: str) -> None:
        with self.ledger.engine.begin() as connection:
            assert keep_alive(connection, worker, self.now) == (worker in self.model.leases)
        if worker in self.model.leases:
            self.model.leases[worker] = self.now

    @rule(target=workers, worker=workers)
    def start_again(self, worker: str) -> str:
        """It crashed, and somebody who knows that starts it anew. What it wrote last may still arrive."""
        with self.ledger.engine.begin() as connection:
            recover(connection, [worker], self.now, POLICY)
        self.model.bury(worker, self.both.settle_doubt)
        return self.both.enlist(worker.partition("/")[0])

    @rule(seconds=st.sampled_from([1, 20, 60, 3000, 100_000]), beats=st.booleans())
    def wait(self, seconds: int, beats: bool) -> None:
        self.model.now += timedelta(seconds=seconds)
        for worker in list(self.model.leases) if beats else ():
            self.beat(worker)
        dead = self.model.dead(DEAD_AFTER)
        with self.ledger.engine.begin() as connection:
            assert set(find_dead(connection, self.now)) == dead
            swept = sweep(connection, self.now, POLICY)
        for worker in dead:
            self.model.bury(worker, self.both.settle_doubt)
        assert (swept.expired, swept.cancelled) == self.model.sweep_rest()

    @rule(decision=st.sampled_from([hold, cancel, retry]), number=NUMBERS, named=st.sampled_from(list(Named)))
    def decide(self, decision: Any, number: int, named: Named) -> None:
        names = {Named.MESSAGE: f"m{number:05}", Named.ADDRESS: ADDRESSES[number % 3], Named.BATCH: BATCHES[number % 2]}
        name = names[named]
        chosen = [m for m in self.model.messages.values() if name in (m.id, m.rcpt_to, m.batch)]
        expected = {hold: self.model.hold, cancel: self.model.cancel, retry: self.model.retry}[decision](chosen)
        with self.ledger.engine.begin() as connection:
            assert decision(connection, named, name, self.now) == expected

    @rule(decision=st.sampled_from([pause_batch, go_on_with_batch, stop_batch]))
    def decide_batch(self, decision: Any) -> None:
        before, after = {
            pause_batch: (["running"], "paused"),
            go_on_with_batch: (["paused"], "running"),
            stop_batch: (["running", "paused"], "cancelled"),
        }[decision]
        with self.ledger.engine.begin() as connection:
            assert decision(connection, "other") == (self.model.batches["other"] in before)
        if self.model.batches["other"] in before:
            self.model.batches["other"] = after

    @rule(address=st.sampled_from(ADDRESSES), stream=st.sampled_from(["", *STREAMS]), lifted=st.booleans())
    def list_address(self, address: str, stream: str, lifted: bool) -> None:
        with self.ledger.engine.begin() as connection:
            if lifted:
                unsuppress(connection, address)
            else:
                suppress(connection, [Suppressed(address, "a complaint", self.now, stream=stream)])
        if lifted:
            self.model.suppressed -= {(address.lower(), each) for each in ("", *STREAMS)}
        else:
            self.model.suppressed.add((address.lower(), stream))

    @rule(number=NUMBERS, arrived=st.booleans())
    def report(self, number: int, arrived: bool) -> None:
        """A report comes back, sooner or later, of whatever there is."""
        message = self.model.messages.get(f"m{number:05}")
        if message is None:
            return
        with self.ledger.engine.begin() as connection:
            if arrived:
                note_arrival(connection, message.id, "delivered", self.now)
            else:
                assert note_bounce(connection, message.id, "5.1.1", self.now) == self.model.report_bounce(message)
        if arrived and message.state is State.UNKNOWN:
            message.move(State.SENT)

    @invariant()
    def both_say_the_same(self) -> None:
        if hasattr(self, "both"):
            self.both.compare()


def test_the_ledger_keeps_its_promises_in_any_order(tmp_path: Path) -> None:
    run_state_machine_as_test(
        lambda: LedgerMachine(tmp_path),
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
            phases=[Phases.explicit, Phases.reuse, Phases.generate, Phases.shrink],
        ),
    )
