"""Lanes that wait until something changes: mail was claimed, a limit made room, a relay went down, the end came.

Here belongs the waiting. What changed, whoever was woken sees for itself.
"""

import asyncio


class WaitingRoom:
    """Everybody in it is woken at once."""

    def __init__(self) -> None:
        self._waiting: list[asyncio.Future[None]] = []
        self._stirred = asyncio.Event()

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._waiting)

    async def wait(self, seconds: float | None) -> None:
        """Return when something has changed, at the latest after `seconds`; None: however long that takes."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        try:
            async with asyncio.timeout(seconds):
                await waiter
        except TimeoutError:
            return
        finally:
            if waiter in self._waiting:
                self._waiting.remove(waiter)

    def stir(self) -> None:
        """Something changed: wake everybody."""
        self._stirred.set()
        waiting, self._waiting = self._waiting, []
        for waiter in waiting:
            if not waiter.done():
                waiter.set_result(None)

    def forget(self) -> None:
        """Let `is_stirred` count only what changes from now on."""
        self._stirred.clear()

    async def is_stirred(self, seconds: float) -> bool:
        """Tell whether something has changed since `forget`, or does so within `seconds`. Not counted as waiting."""
        try:
            async with asyncio.timeout(seconds):
                return await self._stirred.wait()
        except TimeoutError:
            return False
