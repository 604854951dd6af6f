"""Figure 4: from the ledger through SMTP to the recorded result, the whole way of one worker process.

Ours is the worker itself: claims, reads what was attested, composes, signs the credential (RS256; EdDSA) and the mail,
writes the intent before each body, delivers over 8 connections, records the replies, writes its log; SQLite with
synchronous=FULL. The naive stack takes row after row through the ORM, builds as in figure 2 and sends over one open
smtplib connection; it bakes nothing and writes no attempt and no log.
"""

import asyncio
import smtplib
import time
from collections.abc import Sequence

from badgepost.worker import Work, Worker
from badgepost.worker_lock import WorkerLock
from badges.openbadges.signing import Algorithm
from bench.figures.figure import Figure, microseconds
from bench.fixture import NOW
from bench.goals import Bound, Finding, Goal, from_ratio
from bench.limits import RSA_SIGN
from bench.orders import make_naive_mailer
from bench.peers.order import Order
from bench.peers.orm import drain
from bench.rounds import Results, Variant
from bench.rows import count_messages, empty, fill_queue
from bench.stage import Stage
from mailer.delivery.relay import Relay
from mailer.delivery.smtp import SmtpTransport
from mailer.delivery.transport import Transport
from mailer.queue.tables import Message

OURS = "ledger to SMTP to recorded"
BY_EDDSA = f"{OURS}, credential by EdDSA"
NAIVE = "naive ledger, build and smtplib"
CONNECTIONS = 8

TO_NAIVE = Goal("ledger to SMTP to recorded: times the rate of the naive stack", Bound.AT_LEAST, 25)
OF_RSA = Goal("the same: share of the RSA-2048 signing rate", Bound.AT_LEAST, 0.25)
EDDSA_OF_RSA = Goal("the same with credentials by EdDSA", Bound.AT_LEAST, 0.25)


def prepare(stage: Stage, orders: Sequence[Order], port: int, messages: int) -> Figure:
    """Return the figure for a sink on `port` and so many messages a round."""
    ours = [
        _ours(OURS, stage, "RS256", port, messages),
        _ours(BY_EDDSA, stage, "EdDSA", port, messages),
    ]
    return Figure([*ours, _naive(stage, orders, port)], _judge)


def _judge(results: Results) -> list[Finding]:
    return [
        from_ratio(TO_NAIVE, results.ratio(NAIVE, OURS), microseconds(results, NAIVE)),
        from_ratio(OF_RSA, results.ratio(RSA_SIGN, OURS), microseconds(results, OURS)),
        from_ratio(EDDSA_OF_RSA, results.ratio(RSA_SIGN, BY_EDDSA), microseconds(results, BY_EDDSA)),
    ]


def make_smtp(port: int) -> SmtpTransport:
    """Return the SMTP transport with the sink on `port` as its only relay."""
    relay = Relay(name="sink", host="127.0.0.1", port=port, tls="none", connections=CONNECTIONS)
    return SmtpTransport([relay], "bench.badgepost.example")


def deliver_all(stage: Stage, transport: Transport, algorithm: Algorithm = "RS256") -> float:
    """Run a worker until nothing is due; return the CPU seconds that it took, its start and end included."""
    maker = stage.makers[algorithm]
    look_ahead = maker.credentials.look_ahead
    work = Work(stage.engine, maker.composer, transport, look_ahead=look_ahead, clock=lambda: NOW)
    with WorkerLock(stage.folder, "bench") as lock:
        worker = Worker(work, lock, once=True)
        start = time.process_time()
        asyncio.run(worker.run())
        return time.process_time() - start


def _ours(name: str, stage: Stage, algorithm: Algorithm, port: int, messages: int) -> Variant:
    def run(times: int) -> float:
        empty(stage)
        fill_queue(stage, times)
        taken = deliver_all(stage, make_smtp(port), algorithm)
        _expect_sent(stage, times)
        return taken

    return Variant(name, messages, run)


def _naive(stage: Stage, orders: Sequence[Order], port: int) -> Variant:
    mailer = make_naive_mailer(stage)

    def build(row: Message) -> tuple[str, bytes]:
        order = orders[row.attempts % len(orders)]
        return order.mail_from, mailer.build(order)

    def run(times: int) -> float:
        empty(stage)
        fill_queue(stage, times)
        with smtplib.SMTP("127.0.0.1", port) as connection:
            connection.ehlo()
            start = time.process_time()
            drain(stage.engine, connection, build)
            taken = time.process_time() - start
        _expect_sent(stage, times)
        return taken

    return Variant(NAIVE, 8, run)


def _expect_sent(stage: Stage, times: int) -> None:
    sent = count_messages(stage.engine, "sent")
    if sent != times:
        raise RuntimeError(f"{sent} of {times} messages were sent: nothing was measured")
