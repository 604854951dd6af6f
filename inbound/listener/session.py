"""One connection: the conversation, its limits, and what is said when one is reached.

Here belong the loop over commands, greeting, TLS and the end. Receiving the message stands in `receiving`, from which
this class takes it. The methods are named as aiosmtpd finds them. What MAIL and RCPT may carry is aiosmtpd's to read.
"""

import asyncio
import contextlib
import re
from collections.abc import Callable

import structlog
from aiosmtpd.proxy_protocol import get_proxy

from inbound.counting import count_session
from inbound.listener.paths import NULL_PATH
from inbound.listener.receiving import ReceivingSession
from inbound.listener.reception import Reception

_MAX_COMMAND = 1024
"""Bytes of a command line: RFC 5321 section 4.5.3.1.4 asks for 512, and the extensions for some more."""
_LINE_BREAKERS = re.compile(rb"[\r\n\0]")
_NAME = re.compile(r"[!-~]{1,255}")
_SIZE = re.compile(r"\sSIZE=(\S{0,1000})", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]{1,20}")
"""RFC 1870 section 3: at most 20 digits."""
_log = structlog.get_logger("badgepost.inbound")


class Session(ReceivingSession):
    """A client's connection. `on_end` is called once with the session, when it is over."""

    def __init__(self, reception: Reception, on_end: Callable[["Session"], None]) -> None:
        self.commands = _LMTP if reception.protocol == "lmtp" else _SMTP
        super().__init__(reception)
        self._on_end = on_end
        self._commands = 0
        self._is_ending = False

    def connection_lost(self, error: Exception | None) -> None:
        """End the session; what is being committed is committed all the same."""
        self._stop_deadline()
        super().connection_lost(error)
        self._on_end(self)

    def retire(self) -> None:
        """End the session now, or with the transaction that it is in."""
        self._is_ending = True
        if not self._in_transaction and self.transport is not None:
            self._end("421 4.3.2 The service is stopping")

    async def _handle_client(self) -> None:
        count_session()
        peer = self.session.peer
        self._peer_address = str(peer[0]) if isinstance(peer, tuple) else "local"
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            if not await self._learn_client():
                self.transport.close()
                return
            address = self._peer_address
            if not self._reception.doors.enter(address):
                self._end("421 4.7.0 Too many connections")
                return
            try:
                await self.push(f"220 {self.hostname} {self._reception.protocol.upper()} badgepost")
                await self._converse()
            finally:
                self._reception.doors.leave(address)

    async def _learn_client(self) -> bool:
        """Read the PROXY header if the peer is a trusted proxy; False if it must be there and is not."""
        if not self._reception.is_proxy(self._peer_address):
            return True
        self._reset_timeout(self._reception.limits.proxy_seconds)
        header = await get_proxy(self._reader)
        if not header:
            return False
        if header.src_addr:  # none for the proxy's own health checks (LOCAL, UNKNOWN)
            self._peer_address = str(header.src_addr)
        self._reset_timeout()
        return True

    async def _converse(self) -> None:
        limits = self._reception.limits
        while self.transport is not None and not self.transport.is_closing():
            try:
                line = await self._reader.readuntil(b"\r\n")
            except asyncio.LimitOverrunError:
                self._end("500 5.5.2 Command line too long")
                return
            self._reset_timeout()
            self._commands += 1
            await self._obey(line[:-2])
            if self._errors > limits.errors or self._commands > limits.commands:
                self._end(
                    "421 4.7.0 Too many errors" if self._errors > limits.errors else "421 4.7.0 Too many commands"
                )
            elif self._is_ending and not self._in_transaction:
                self._end("421 4.3.2 The service is stopping")

    async def _obey(self, line: bytes) -> None:
        if len(line) > _MAX_COMMAND:
            await self.push("500 5.5.2 Command line too long")
            return
        # A command that another server would cut in two is none.
        if _LINE_BREAKERS.search(line):
            await self.push("500 5.5.2 A command ends with CRLF, and holds no CR, LF or NUL")
            return
        try:
            verb, _, argument = line.decode("utf-8").partition(" ")
        except UnicodeDecodeError:
            await self.push("500 5.5.2 A command is ASCII or UTF-8")
            return
        method = self._smtp_methods.get(verb.upper())
        if method is None:
            await self.push("500 5.5.1 Command not recognized")
            return
        try:
            await method(argument.strip() or None)
        except (ConnectionError, asyncio.IncompleteReadError):
            raise
        except Exception:
            # A fault of ours: the client shall come again, and not go on in a conversation that has lost its place.
            _log.exception("session_fault", verb=verb, peer=self._peer_address)
            self._end("421 4.3.0 Local error, try again later")

    def _end(self, reply: str) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self._writer.write(reply.encode("ascii") + b"\r\n")
            self.transport.close()

    async def smtp_HELO(self, name: str | None) -> None:  # noqa: N802
        """Take the client's name (RFC 5321 section 4.1.1.1)."""
        if await self._take_name(name, extended=False):
            await self.push(f"250 {self.hostname}")

    async def smtp_EHLO(self, name: str | None) -> None:  # noqa: N802
        """Take the client's name and say which extensions there are."""
        if not await self._take_name(name, extended=True):
            return
        offers = [self.hostname, "PIPELINING", f"SIZE {self.data_size_limit}", "8BITMIME", "SMTPUTF8"]
        if self.tls_context and not self._tls_protocol:
            offers.append("STARTTLS")
        last = offers.pop()
        await self.push("\r\n".join([*(f"250-{offer}" for offer in offers), f"250 {last}"]))

    async def smtp_LHLO(self, name: str | None) -> None:  # noqa: N802
        """The same in LMTP (RFC 2033 section 4.1)."""
        await self.smtp_EHLO(name)

    async def _take_name(self, name: str | None, *, extended: bool) -> bool:
        if not name or not _NAME.fullmatch(name):
            await self.push("501 5.5.4 A host name is needed")
            return False
        self._set_post_data_state()
        self.session.extended_smtp = extended
        self.session.host_name = name
        return True

    async def smtp_MAIL(self, argument: str | None) -> None:  # noqa: N802
        """Begin a transaction, unless the size that it announces is none (RFC 1870 section 3)."""
        size = _SIZE.search(argument or "")
        # aiosmtpd asks `isdigit`, which holds for "²" too, and then `int`, which raises for it.
        if size and not _NUMBER.fullmatch(size[1]):
            await self.push("501 5.5.4 SIZE needs a number of bytes")
            return
        await super().smtp_MAIL(argument)

    async def smtp_VRFY(self, _argument: str | None) -> None:  # noqa: N802
        """Tell nothing (RFC 5321 section 3.5.3)."""
        await self.push("252 2.1.5 Send it, and see")

    async def smtp_STARTTLS(self, argument: str | None) -> None:  # noqa: N802
        """Go over to TLS; whatever was said before is forgotten (RFC 3207 section 4.2)."""
        if argument:
            await self.push("501 5.5.4 STARTTLS takes no argument")
            return
        if self.tls_context is None or self._tls_protocol is not None:
            await self.push("503 5.5.1 TLS is not to be had")
            return
        # Commands that came in the clear behind STARTTLS must not be obeyed as if they had come in TLS.
        if self._reader._buffer:
            self._end("501 5.5.1 Nothing may follow STARTTLS before the reply")
            return
        await self.push("220 2.0.0 Ready to start TLS")
        try:
            secured = await self.loop.start_tls(self.transport, self, self.tls_context, server_side=True)
        except OSError as fault:  # ssl.SSLError is one
            self._abandon(fault)
            return
        assert secured is not None
        self._reader._buffer.clear()
        self._reader._transport = self._writer._transport = secured
        self.transport = self._tls_protocol = secured
        self._over_ssl = True
        self.session = self._create_session()
        self.session.ssl = secured.get_extra_info("ssl_object")
        self._set_post_data_state()

    def _abandon(self, fault: OSError) -> None:
        # A handshake that fails closes the socket without telling the protocol.
        _log.info("tls_failed", peer=self._peer_address, reason=str(fault))
        self.connection_lost(fault)

    async def _call_handler_hook(self, command: str, *arguments: object) -> str:
        match command, arguments:
            case "MAIL", (str(mail_from), _):
                return self._begin(mail_from)
            case "RCPT", (str(rcpt_to), _):
                return self._add(rcpt_to)
            case "QUIT", _:
                return "221 2.0.0 Bye"
        return "250 2.0.0 OK"

    def _begin(self, mail_from: str) -> str:
        if not mail_from.isascii() and not self.envelope.smtp_utf8:
            return "553 5.6.7 The address needs SMTPUTF8"
        self.envelope.mail_from = mail_from
        self._start_deadline()
        return "250 2.1.0 OK"

    def _add(self, rcpt_to: str) -> str:
        if rcpt_to == NULL_PATH or not self._reception.knows(rcpt_to):
            return "550 5.1.1 No such mailbox here"
        if len(self.envelope.rcpt_tos) >= self._reception.limits.recipients:
            return "452 4.5.3 Too many recipients"
        self.envelope.rcpt_tos.append(rcpt_to)
        return "250 2.1.5 OK"


_ANY = ("MAIL", "RCPT", "DATA", "RSET", "NOOP", "VRFY", "QUIT", "STARTTLS")
_SMTP = ("HELO", "EHLO", *_ANY)
_LMTP = ("LHLO", *_ANY)
