"""What tests of delivery share: a ledger, and a worker on it that delivers what is due and ends."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from badgepost.worker import Work, Worker
from badgepost.worker_lock import WorkerLock
from mailer.delivery.breaker import Breaker
from mailer.delivery.relay import Relay, Timeouts
from mailer.delivery.smtp import SmtpTransport
from mailer.delivery.transport import Transport
from tests.mailer.delivery.scripted_relay import ScriptedRelay
from tests.mailer.ledgers import Ledger, TinyMaker, open_ledger

QUICK = Timeouts(connect=2, command=0.3, reply=0.3, idle=0.2)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "ledger.db") as ledger:
        ledger.clock = datetime.now(UTC) - timedelta(seconds=1)
        yield ledger


def smtp_to(*relays: ScriptedRelay, breaker: Callable[[], Breaker] | None = None, **changes: Any) -> SmtpTransport:
    """Return a transport to `relays`, each with two connections unless `changes` says otherwise."""
    timeouts = changes.pop("timeouts", QUICK)
    settings = {"tls": "none", "connections": 2, "host": "127.0.0.1"} | changes
    hops = [Relay(name=f"relay{number}", port=relay.port, **settings) for number, relay in enumerate(relays, 1)]
    return SmtpTransport(hops, "client.example", timeouts, breaker or (lambda: Breaker(first=0.1, longest=0.5)))


@pytest.fixture
def deliver(ledger: Ledger, tmp_path: Path) -> Callable[..., Any]:
    """Return a coroutine function: one worker delivers with `transport` until nothing is due."""

    async def run(transport: Transport, **changes: Any) -> Counter[str]:
        work = Work(**({"engine": ledger.engine, "maker": TinyMaker(), "transport": transport} | changes))
        with WorkerLock(tmp_path, "one") as lock:
            return await asyncio.wait_for(Worker(work, lock, once=True).run(), 20)

    return run
