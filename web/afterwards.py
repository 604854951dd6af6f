"""Work that is done after the answer, so that the time of the answer tells nothing about it.

A page that asks for a password link answers the same whether or not an account exists; looking for the account first
would answer the same words at another time. Background tasks of the web framework would not do: the next request on
the same connection waits for them, and that can be measured.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from threading import BoundedSemaphore

import structlog

LONGEST_QUEUE = 200
"""More than this wait: further requests are turned away, whatever they ask for."""

_log = structlog.get_logger(__name__)


class Afterwards:
    """One thread that works through what pages leave to it, in order."""

    def __init__(self) -> None:
        self._places = BoundedSemaphore(LONGEST_QUEUE)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="afterwards")

    def do(self, act: Callable[[], object]) -> bool:
        """Take `act` on and return at once; False if too many wait already."""
        if not self._places.acquire(blocking=False):
            return False
        self._thread.submit(copy_context().run, act).add_done_callback(self._finish)
        return True

    def close(self) -> None:
        """Finish what was taken on."""
        self._thread.shutdown(wait=True)

    def _finish(self, done: Future[object]) -> None:
        self._places.release()
        fault = done.exception()
        if fault is not None:
            _log.error("work after an answer failed", exc_info=fault)
