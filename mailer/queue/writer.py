"""One thread through which a worker writes to the ledger: its own writes never wait for each other's locks.

Here belongs how a write is run and run again. What is written stands in `claiming`, `recording` and `leases`.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Self, TypeVar

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from badges.transactions import may_pass

FIRST_PAUSE = 0.05
LONGEST_PAUSE = 5.0

Answer = TypeVar("Answer")
_log = structlog.get_logger("badgepost.ledger")


class Writer:
    """Runs acts on the ledger, each in a transaction of its own, one after the other."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None
        """Kept open between acts: taking one out of the pool costs as much as a small act."""
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ledger")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Let the running act end, and take no more."""
        self._thread.shutdown(wait=True)
        self._disconnect()

    async def run(self, act: Callable[[Connection], Answer]) -> Answer:
        """Run `act` in a transaction, again and again while the database is busy or away, and return its answer.

        An act must change nothing when it is run a second time: the database may have been lost after it committed.
        What another attempt would not mend is raised.
        """
        pause = FIRST_PAUSE
        while True:
            try:
                return await asyncio.get_running_loop().run_in_executor(self._thread, self._commit, act)
            except DBAPIError as fault:
                if not may_pass(fault):
                    raise
                _log.warning("ledger_busy", fault=str(fault.orig), next_try_in=pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _commit(self, act: Callable[[Connection], Answer]) -> Answer:
        if self._connection is None:
            self._connection = self._engine.connect()
        try:
            with self._connection.begin():
                return act(self._connection)
        except BaseException:
            # It may be broken; the pool finds out when the next act takes one.
            self._disconnect()
            raise

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
