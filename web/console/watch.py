"""Telling open pages what has changed: one look at the database a second for the whole process, while anybody listens.

Here belong who listens and what each has to be told. What is looked at stands in `desk.pulse`, the stream itself in
`live`. The database is the source, so pages that other processes serve are told as well.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TypeVar

import structlog

MOST_LISTENERS = 400
"""In one process: each holds a connection and a few KB."""
MOST_OF_A_MEMBER = 12
"""Pages that one member has open; browsers themselves stop at six a server with HTTP/1.1."""
LOOK_EVERY = 1.0
"""Seconds."""
_SHARE = 20
"""A look that takes long is followed by a pause this many times as long: watching takes 5 % of a core at most."""

Look = Callable[[frozenset[str]], Mapping[str, Hashable]]
Answer = TypeVar("Answer")

_log = structlog.get_logger(__name__)


class Listener:
    """One open page. Belongs to the event loop that it was made in."""

    def __init__(self, member_id: str, topics: frozenset[str]) -> None:
        self.member_id = member_id
        self.topics = topics
        self.is_over = False
        """Whether the server is about to stop."""
        self._news: set[str] = set()
        self._woken = asyncio.Event()

    def tell(self, topics: frozenset[str]) -> None:
        """Note what has changed of what it watches."""
        self._news |= topics & self.topics
        if self._news:
            self._woken.set()

    def end(self) -> None:
        """Have it close its stream."""
        self.is_over = True
        self._woken.set()

    async def wait(self, seconds: float) -> frozenset[str]:
        """Return what has changed; nothing after `seconds`, or when it is over."""
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            return frozenset()
        self._woken.clear()
        news, self._news = frozenset(self._news), set()
        return news


class Watch:
    """Everybody who listens in this process. Used from its event loop alone, but for `stop`."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._listeners: set[Listener] = set()
        self._counts: Counter[str] = Counter()
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._marks: dict[str, Hashable] = {}
        self._hurry = asyncio.Event()
        self._is_stopped = False
        # A thread of its own: pages that are busy must not hold it up, nor it them.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="watch")

    @contextmanager
    def listening(self, member_id: str, topics: frozenset[str]) -> Iterator[Listener | None]:
        """Have `member_id` told of `topics` while inside; None if too many listen already, or the server stops."""
        if not self.has_room(member_id):
            yield None
            return
        listener = Listener(member_id, topics)
        self._listeners.add(listener)
        self._counts[member_id] += 1
        self._begin(topics)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)
            self._counts[member_id] -= 1
            self._counts += Counter()

    async def ask(self, question: Callable[[], Answer]) -> Answer:
        """Answer a question to the database in the thread of the watch."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, question)

    def stop(self) -> None:
        """End all streams, from any thread: a server that stops waits for answers that are under way."""
        self._is_stopped = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._end)

    def close(self) -> None:
        """Let go of the thread, once nothing is served any more."""
        self._thread.shutdown(wait=True)

    def has_room(self, member_id: str) -> bool:
        """Tell whether one more page of theirs may listen."""
        is_full = len(self._listeners) >= MOST_LISTENERS or self._counts[member_id] >= MOST_OF_A_MEMBER
        return not is_full and not self._is_stopped

    def _begin(self, topics: frozenset[str]) -> None:
        self._loop = asyncio.get_running_loop()
        if self._task is None or self._task.done():
            self._marks.clear()
            self._task = self._loop.create_task(self._watch())
        elif not topics <= self._marks.keys():
            self._hurry.set()  # what changes before a first look at it is not noticed

    def _end(self) -> None:
        for listener in self._listeners:
            listener.end()
        if self._task is not None:
            self._task.cancel()

    async def _watch(self) -> None:
        while self._listeners:
            began = time.monotonic()
            try:
                await self._look_once()
            except Exception:
                # The database may be away for a moment: whoever listens goes on, and is told when it is back.
                _log.exception("watching_failed")
            with suppress(TimeoutError):
                async with asyncio.timeout(max(LOOK_EVERY, _SHARE * (time.monotonic() - began))):
                    await self._hurry.wait()
            self._hurry.clear()

    async def _look_once(self) -> None:
        topics = frozenset().union(*(listener.topics for listener in self._listeners))
        marks = await self.ask(lambda: self._look(topics))
        changed = frozenset(
            topic for topic, mark in marks.items() if topic in self._marks and self._marks[topic] != mark
        )
        self._marks = dict(marks)
        for listener in self._listeners:
            listener.tell(changed)
