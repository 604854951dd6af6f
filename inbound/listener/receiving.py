"""From DATA to the reply that says the mail is ours.

Here belongs taking the message in, within its limits, and handing it to the store. The conversation around it stands in
`session`.
"""

import asyncio

from inbound.counting import count_reply
from inbound.listener.data import LINE_END, DataFault, find_end_of_data, read_content
from inbound.listener.paths import NULL_PATH
from inbound.listener.reception import Reception
from inbound.listener.stock import STREAM_LIMIT, StockSession
from inbound.store import Arrival, Kept

_TOO_LARGE = DataFault("552 5.3.4 The message is larger than is taken here")
_NO_ROOM = DataFault("452 4.3.1 No room at the moment, try again later")
_NOT_KEPT = "451 4.3.0 The message could not be stored, try again later"


class ReceivingSession(StockSession):
    """A session that takes messages in bulk and answers when they are committed."""

    def __init__(self, reception: Reception) -> None:
        super().__init__(reception)
        self._reception = reception
        self._peer_address = ""
        self._errors = 0
        self._deadline: asyncio.TimerHandle | None = None
        self._in_data = False

    @property
    def _in_transaction(self) -> bool:
        return self._in_data or (self.envelope is not None and self.envelope.mail_from is not None)

    async def push(self, status: str | bytes) -> None:
        """Send a reply, and count it if it is a refusal."""
        reply = status if isinstance(status, bytes) else status.encode("utf-8")
        self._errors += reply[:1] in (b"4", b"5")
        count_reply(reply)
        self._writer.write(reply + LINE_END)
        await self._writer.drain()

    async def smtp_DATA(self, argument: str | None) -> None:  # noqa: N802
        """Take the message; one reply in SMTP, one for each recipient in LMTP (RFC 2033 section 4.2)."""
        if argument:
            await self.push("501 5.5.4 DATA takes no argument")
            return
        if not self.envelope.rcpt_tos:
            await self.push("503 5.5.1 RCPT comes first")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        replies = len(self.envelope.rcpt_tos) if self._reception.protocol == "lmtp" else 1
        self._in_data = True
        try:
            reply = await self._receive()
        finally:
            self._in_data = False
        self._set_post_data_state()
        await self.push("\r\n".join([reply] * replies))

    async def _receive(self) -> str:
        carried = _Carried(self._reception)
        try:
            content = await self._collect(carried)
            self._stop_deadline()
            return content.reply if isinstance(content, DataFault) else await self._keep(content)
        finally:
            carried.put_down()

    async def _collect(self, carried: "_Carried") -> bytes | DataFault:
        """Return the message up to the end of data. Of one that is not taken, only the last bytes are held."""
        buffer, fault = bytearray(LINE_END), None
        while True:
            searched = len(buffer)
            chunk = await self._reader.read(STREAM_LIMIT)
            if not chunk:
                raise ConnectionAbortedError("the client has left within the message")
            self._reset_timeout()
            buffer += chunk
            fault = fault or carried.add(len(chunk))
            end = find_end_of_data(buffer, searched)
            if end >= 0:
                break
            if fault:
                del buffer[:-4]
        # What a client has sent on behind the end are its next commands.
        self._reader._buffer[:0] = buffer[end + 5 :]
        if end > self._reception.limits.message_bytes:
            fault = _TOO_LARGE
        return fault or read_content(bytes(memoryview(buffer)[: end + 2]))

    async def _keep(self, content: bytes) -> str:
        envelope, session = self.envelope, self.session
        tls = session.ssl
        extended = "LMTP" if self._reception.protocol == "lmtp" else "ESMTP"
        arrival = Arrival(
            mail_from="" if envelope.mail_from == NULL_PATH else envelope.mail_from,
            rcpt_to=tuple(envelope.rcpt_tos),
            helo_name=session.host_name,
            peer_address=self._peer_address,
            protocol=(extended if session.extended_smtp else "SMTP") + ("S" if tls else ""),
            tls=tls.version() if tls else None,
            received_at=self._reception.clock(),
            content=content,
        )
        outcome = await self._reception.keep(arrival)
        return f"250 2.0.0 Kept as {outcome.delivery_id}" if isinstance(outcome, Kept) else _NOT_KEPT

    def _set_post_data_state(self) -> None:
        self._stop_deadline()
        self.envelope = self._create_envelope()

    def _start_deadline(self) -> None:
        self._stop_deadline()
        self._deadline = self.loop.call_later(self._reception.limits.transaction_seconds, self._give_up)

    def _stop_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        if self.transport is not None:
            self._writer.write(b"421 4.4.2 The transaction has taken too long\r\n")
            self.transport.close()


class _Carried:
    """The bytes of one message that count against the listener's room."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception
        self._size = 0

    def add(self, size: int) -> DataFault | None:
        """Count more bytes; a fault if they are too many for this message or for all of them."""
        if self._size + size > self._reception.limits.message_bytes + 2 * STREAM_LIMIT:
            return _TOO_LARGE
        if not self._reception.doors.carry(size):
            return _NO_ROOM
        self._size += size
        return None

    def put_down(self) -> None:
        """Give back all that was counted."""
        self._reception.doors.put_down(self._size)
