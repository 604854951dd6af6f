"""Writes to the ledger that nobody waits for: what is given back, set aside, or learnt of a relay.

Here belongs that none of them is forgotten and none fails unseen. Steps of a delivery go through the journal instead.
"""

import asyncio
from collections.abc import Callable

from sqlalchemy import Connection

from mailer.queue.writer import Writer


class Chores:
    """Runs acts in the background, in the order in which they were started; `on_fault` is told what one raised."""

    def __init__(self, writer: Writer, on_fault: Callable[[BaseException], None]) -> None:
        self._writer = writer
        self._on_fault = on_fault
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, act: Callable[[Connection], None]) -> None:
        """Run `act` soon, in a transaction of its own."""
        task = asyncio.create_task(self._writer.run(act))
        self._tasks.add(task)
        task.add_done_callback(self._finish)

    async def wait(self) -> None:
        """Return when all that were started are done."""
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _finish(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            self._on_fault(fault)
