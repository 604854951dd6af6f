"""When a feed may look for messages: always, or only while it has a turn.

Here belongs a turn's beginning and end. Who gives one, and when, stands with the job engine (`badgepost.jobs`).
"""

import asyncio


class Turns:
    """One turn at a time. Without `by_turns` it is always on."""

    def __init__(self, *, by_turns: bool) -> None:
        self.by_turns = by_turns
        self._on = asyncio.Event()
        self._over = asyncio.Event()
        if not by_turns:
            self._on.set()

    async def wait_for_one(self) -> None:
        """Return when a turn is on."""
        await self._on.wait()

    def begin(self) -> None:
        """Begin a turn."""
        self._over.clear()
        self._on.set()

    async def wait_for_end(self) -> None:
        """Return when the turn is over."""
        await self._over.wait()

    def end(self) -> None:
        """End the turn that is on. Not for who is always on."""
        self._on.clear()
        self._over.set()

    def close(self) -> None:
        """There will be no other: whoever waits for the beginning or the end of a turn goes on."""
        self._on.set()
        self._over.set()
