"""The bytes of one SMTP connection: commands out, replies in, each within its time.

Here belongs the socket's side. In which order what is said stands in `session`, how a connection is opened, secured
and logged in, in `connecting`.
"""

import asyncio
import ssl
from collections import deque
from dataclasses import dataclass
from typing import cast

from wire.reply import Reply, ReplyFault, ReplyReader

WRITE_AHEAD = 256 * 1024
"""Bytes the transport takes without a pause: a mail and the next envelope go out in one piece."""


@dataclass(frozen=True, slots=True)
class Broken:
    """There will be no more replies."""

    reason: str


class Conversation(asyncio.Protocol):
    """Takes an open connection over. Once it is broken it stays so; what is written then goes nowhere."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._reader = ReplyReader()
        self._replies: deque[Reply] = deque()
        self._broken: Broken | None = None
        self._waiter: asyncio.Future[None] | None = None
        transport.set_write_buffer_limits(high=WRITE_AHEAD)
        transport.set_protocol(self)
        transport.resume_reading()

    @property
    def is_broken(self) -> bool:
        """No reply can come, but for those that are here already."""
        return self._broken is not None or self._transport.is_closing()

    @property
    def secured(self) -> ssl.SSLObject | None:
        """What TLS has agreed on; None in the clear."""
        return cast("ssl.SSLObject | None", self._transport.get_extra_info("ssl_object"))

    @property
    def is_quiet(self) -> bool:
        """Nothing was said that has not been read, such as a 421 to an idle client."""
        return not self._replies

    def write(self, *chunks: bytes) -> None:
        """Send `chunks` in one go."""
        if self._broken is None:
            self._transport.writelines(chunks)

    async def read(self, seconds: float) -> Reply | Broken:
        """Return the next reply; `Broken` if none has come within `seconds` or none can come."""
        if not self._replies and self._broken is None:
            self._waiter = self._loop.create_future()
            alarm = self._loop.call_later(seconds, self._break, f"no reply within {seconds:g} seconds")
            try:
                await self._waiter
            finally:
                alarm.cancel()
                self._waiter = None
        return self._replies.popleft() if self._replies else cast("Broken", self._broken)

    def leave(self) -> None:
        """Say QUIT and close without waiting for the answer (everything has been answered)."""
        self.write(b"QUIT\r\n")
        self._transport.close()

    def hang_up(self) -> None:
        """Close at once, even in the middle of a transaction: the relay then drops it (RFC 5321 section 4.1.1.4)."""
        self._break("we hung up")

    def data_received(self, data: bytes) -> None:
        for found in self._reader.feed(data):
            if isinstance(found, ReplyFault):
                self._break(found.reason)
            else:
                self._replies.append(found)
        if self._replies:
            self._wake()

    def eof_received(self) -> bool:
        self._break("the relay hung up")
        return False

    def connection_lost(self, fault: Exception | None) -> None:
        self._break(f"the connection broke: {fault}" if fault else "the relay hung up")

    def _break(self, reason: str) -> None:
        if self._broken is None:
            self._broken = Broken(reason)
            self._transport.abort()
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
