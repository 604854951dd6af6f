"""A worker of another machine, as a process: `python -m tests.badgepost.machine URL FOLDER NAME PORT`; says `ready`."""

import asyncio
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path

import structlog

from badgepost.database import open_engine
from badgepost.jobs.asking import let_transactions_ask
from badgepost.jobs.running import Patience
from badgepost.turn_worker import TurnWorker, run_turn_worker
from badgepost.worker import Work
from badgepost.worker_lock import WorkerLock
from mailer.delivery.breaker import Breaker
from mailer.delivery.relay import Relay, Timeouts
from mailer.delivery.smtp import SmtpTransport
from mailer.queue.settling import Policy
from mailer.retry import RetryPolicy
from tests.mailer.ledgers import TinyMaker

TIMEOUTS = Timeouts(connect=2, command=0.4, reply=0.4, idle=0.3)
RETRY = RetryPolicy(first=timedelta(seconds=0.1), factor=1.5, longest=timedelta(seconds=0.5))
PATIENCE = Patience(dead_after=timedelta(seconds=2), look_every=timedelta(seconds=0.5))


async def work(url: str, folder: Path, name: str, port: int) -> None:
    relay = Relay(name="relay", host="127.0.0.1", port=port, tls="none", connections=4, messages_per_connection=20)
    transport = SmtpTransport([relay], "client.example", TIMEOUTS, lambda: Breaker(first=0.05, longest=0.3))
    engine = open_engine(url)
    let_transactions_ask(engine)
    # The ledger's own net has no part in this: leases do not get old here.
    job = Work(engine, TinyMaker(), transport, Policy(RETRY), patience=timedelta(hours=1))
    with WorkerLock(folder, name) as lock:
        asyncio.get_running_loop().call_soon(partial(print, "ready", flush=True))
        await run_turn_worker(engine, TurnWorker(job, lock), PATIENCE)


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    asyncio.run(work(sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])))
