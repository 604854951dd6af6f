"""The studio: pictures and documents that take a tenth of a second to make, made once for all who ask at the same time.

Here belong the threads that make them, how many may wait, and what is kept. What is made stands in `badges.rendering`.
A crowd that fetches one card (each reader of a shared link, each bot) costs one drawing, a crowd that fetches many
different ones no more than the threads there are; the pages go on beside it.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from starlette.exceptions import HTTPException

WORKERS = 2
LONGEST_QUEUE = 16
"""More than this are being made or wait: the next is told to come again, in a second or so."""
LONGEST_WAIT = 20
"""Seconds until a visitor is told to come again, whatever has become of the drawing."""
KEPT_BYTES = 32 * 1024 * 1024
"""Of what was made: some 400 cards. What was asked for longest ago goes first."""


class Studio:
    """Makes bytes in threads and keeps them by key. Belongs to one event loop, which alone touches what is kept."""

    def __init__(self, kept_bytes: int = KEPT_BYTES) -> None:
        self._threads = ThreadPoolExecutor(WORKERS, "studio")
        self._most = kept_bytes
        self._size = 0
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._begun: dict[str, asyncio.Future[bytes]] = {}

    async def make(self, key: str, act: Callable[[], bytes]) -> bytes:
        """Return what `act` makes, or has made for the same `key`.

        Raises the error of `act`, and `HTTPException` 503 with Retry-After if too many wait.
        """
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
            return kept
        begun = self._begun.get(key) or self._begin(key, act)
        try:
            # Shielded: a visitor who goes away takes nothing from those who wait for the same.
            return await asyncio.wait_for(asyncio.shield(begun), LONGEST_WAIT)
        except TimeoutError as fault:
            raise _come_again() from fault

    def close(self) -> None:
        """Finish what was begun; nothing more is taken on."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _begin(self, key: str, act: Callable[[], bytes]) -> asyncio.Future[bytes]:
        if len(self._begun) >= LONGEST_QUEUE:
            raise _come_again()
        begun = asyncio.get_running_loop().run_in_executor(self._threads, act)
        self._begun[key] = begun
        begun.add_done_callback(partial(self._finish, key))
        return begun

    def _finish(self, key: str, done: asyncio.Future[bytes]) -> None:
        del self._begun[key]
        if done.cancelled() or done.exception() is not None:
            return
        self._kept[key] = done.result()
        self._size += len(done.result())
        while self._size > self._most:
            _, oldest = self._kept.popitem(last=False)
            self._size -= len(oldest)


def _come_again() -> HTTPException:
    return HTTPException(503, headers={"retry-after": "2"})
