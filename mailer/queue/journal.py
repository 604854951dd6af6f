"""Group commit: the steps of all connections that have gathered are written in one transaction.

Here belongs gathering. What a step is and how it is written stands in `recording`. Nobody waits for a group to fill:
the first step is written at once, and those that come while it is written make the next group. A step is answered
only when it is on disk.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from sqlalchemy import Connection

from mailer.queue.writer import Writer

GROUP = 50
"""The most steps in one transaction, so that other writers get their turn."""

Step = TypeVar("Step")


class Journal(Generic[Step]):
    """Writes steps in groups; keeps them while the database is busy or away, however long that is."""

    def __init__(
        self,
        writer: Writer,
        write: Callable[[Connection, Sequence[Step]], list[bool]],
        note: Callable[[Sequence[Step], Sequence[bool]], None] = lambda _steps, _answers: None,
    ) -> None:
        """`note` is told of each group when it is on disk, before anybody is answered."""
        self._writer = writer
        self._write = write
        self._note = note
        self._waiting: deque[tuple[Step, asyncio.Future[bool]]] = deque()
        self._writing: asyncio.Task[None] | None = None

    def submit(self, step: Step) -> asyncio.Future[bool]:
        """Return a future of whether `step` stands, done when that is on disk. Steps keep their order."""
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((step, future))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all())
        return future

    async def flush(self) -> None:
        """Return when all that was submitted is on disk."""
        while self._writing is not None and not self._writing.done():
            await asyncio.wait([self._writing])

    async def _write_all(self) -> None:
        while self._waiting:
            group = [self._waiting.popleft() for _ in range(min(GROUP, len(self._waiting)))]
            try:
                await self._write_group(group)
            except Exception:
                await self._write_one_by_one(group)

    async def _write_one_by_one(self, group: Sequence[tuple[Step, asyncio.Future[bool]]]) -> None:
        """One step that the database refuses must not take the others with it."""
        for entry in group:
            try:
                await self._write_group([entry])
            except Exception as fault:
                if not entry[1].done():
                    entry[1].set_exception(fault)

    async def _write_group(self, group: Sequence[tuple[Step, asyncio.Future[bool]]]) -> None:
        steps = [step for step, _ in group]
        answers = await self._writer.run(lambda connection: self._write(connection, steps))
        self._note(steps, answers)
        for (_, future), answer in zip(group, answers, strict=True):
            if not future.done():
                future.set_result(answer)
