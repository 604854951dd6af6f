"""A relay for tests that does as it is told: refuses, stalls or hangs up in any phase, and counts what it accepts.

`play(phase, rcpt_to)` is asked in each phase (`connect`, `ehlo`, `starttls`, `auth`, `mail`, `rcpt`, `data`, `half` of
a body, `body`, `quit`) and returns an act, or None for what a healthy relay would do.
"""

import asyncio
import base64
import ssl
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Say:
    """Answer with `reply`, one or more lines without CRLF; then go on, or hang up."""

    reply: str
    then_hang_up: bool = False
    bytewise: bool = False


@dataclass(frozen=True)
class HangUp:
    """Close without a word."""


@dataclass(frozen=True)
class Stall:
    """Never answer again."""


@dataclass(frozen=True)
class TakeAndHangUp:
    """After the final dot: take the message, and close before the 250 is out."""


@dataclass(frozen=True)
class TakeAndStall:
    """After the final dot: take the message, and never say so."""


@dataclass(frozen=True)
class Pour:
    """Write `data` again and again, for as long as anybody listens."""

    data: bytes


Act = Say | Pour | HangUp | Stall | TakeAndHangUp | TakeAndStall | None
Play = Callable[[str, str], Act]


class _EndOfConversationError(Exception):
    pass


@dataclass(frozen=True)
class Accepted:
    """A message that got its 250."""

    mail_from: str
    rcpt_to: str
    data: bytes
    connection: int


@dataclass
class ScriptedRelay:
    """Serves on 127.0.0.1, any free port, while in its `async with`."""

    play: Play = lambda phase, rcpt_to: None
    extensions: tuple[str, ...] = ("PIPELINING", "SIZE 10000000", "8BITMIME", "ENHANCEDSTATUSCODES")
    tls: ssl.SSLContext | None = None
    implicit_tls: bool = False
    login: tuple[str, str] | None = None
    asks_for_body_anyway: bool = False
    """Say 354 even when no recipient was accepted."""
    pace: float = 0.0
    """Seconds between the final dot and its reply."""
    accepted: list[Accepted] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    connections: int = 0
    busiest: Counter[str] = field(default_factory=Counter)
    """The most transactions that were under way at a time, by recipient domain."""
    port: int = 0
    poured: int = 0
    """The most bytes that one client has let itself be poured."""

    async def __aenter__(self) -> "ScriptedRelay":
        self._now: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server = await asyncio.start_server(
            self._start, "127.0.0.1", self.port, ssl=self.tls if self.implicit_tls else None, limit=1 << 22
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _start(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            await _Conversation(self, reader, writer, self.connections).hold()
        except (_EndOfConversationError, ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            writer.transport.abort()

    async def until_left(self) -> None:
        """Return when every client has closed its connection."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def enter(self, domain: str) -> None:
        self._now[domain] += 1
        self.busiest[domain] = max(self.busiest[domain], self._now[domain])

    def leave(self, domain: str) -> None:
        self._now[domain] -= 1

    async def accept(self, message: Accepted) -> None:
        """Take responsibility for `message`; the reply follows."""
        self.accepted.append(message)


class _Conversation:
    def __init__(
        self, relay: ScriptedRelay, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> None:
        self.relay = relay
        self.reader = reader
        self.writer = writer
        self.number = number
        self.mail_from = self.rcpt_to = ""
        self.has_rcpt = False

    async def hold(self) -> None:
        await self.answer("connect", "220 relay.example ESMTP")
        while line := await self.reader.readline():
            command = line.decode().strip()
            self.relay.commands.append(command)
            verb = command.split(" ")[0].upper()
            handler = getattr(self, f"do_{verb.lower()}", None)
            if handler is None:
                await self.say("502 5.5.1 what?")
            else:
                await handler(command)

    async def answer(self, phase: str, usual: str) -> bool:
        """Do what the script says in `phase`, else say `usual`; tell whether the conversation goes on as usual."""
        act = self.relay.play(phase, self.rcpt_to)
        await self.perform(act, usual)
        return act is None or (isinstance(act, Say) and act.reply[0] in "23")

    async def perform(self, act: Act, usual: str) -> None:
        match act:
            case None:
                await self.say(usual)
            case HangUp() | TakeAndHangUp():
                raise _EndOfConversationError
            case Stall() | TakeAndStall():
                await asyncio.sleep(3600)
            case Pour(data):
                await self.pour(data)
            case Say(reply, then_hang_up, bytewise):
                await self.say(reply, bytewise)
                if then_hang_up:
                    raise _EndOfConversationError

    async def say(self, reply: str, bytewise: bool = False) -> None:
        data = reply.replace("\n", "\r\n").encode() + b"\r\n"
        for chunk in [data[i : i + 1] for i in range(len(data))] if bytewise else [data]:
            self.writer.write(chunk)
            await self.writer.drain()
            if bytewise:
                await asyncio.sleep(0)

    async def pour(self, data: bytes) -> None:
        poured = 0
        while not self.writer.transport.is_closing():
            self.writer.write(data)
            await asyncio.sleep(0)
            await self.writer.drain()
            poured += len(data)
            self.relay.poured = max(self.relay.poured, poured)

    async def do_ehlo(self, _: str) -> None:
        extensions = list(self.relay.extensions)
        if self.relay.tls and not self.relay.implicit_tls and not self.writer.get_extra_info("sslcontext"):
            extensions.append("STARTTLS")
        if self.relay.login:
            extensions.append("AUTH PLAIN LOGIN")
        lines = ["relay.example", *extensions]
        await self.answer("ehlo", "\n".join([*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}"]))

    async def do_helo(self, _: str) -> None:
        await self.say("502 5.5.1 EHLO, please")

    async def do_starttls(self, _: str) -> None:
        if await self.answer("starttls", "220 go ahead"):
            await self.writer.start_tls(self.relay.tls)

    async def do_auth(self, command: str) -> None:
        assert self.relay.login is not None
        user, password = self.relay.login
        expected = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
        right = command.split(" ")[2:] == [expected]
        await self.answer("auth", "235 2.7.0 ok" if right else "535 5.7.8 bad credentials")

    async def do_mail(self, command: str) -> None:
        self.mail_from, self.rcpt_to, self.has_rcpt = command[len("MAIL FROM:<") :].split(">", maxsplit=1)[0], "", False
        await self.answer("mail", "250 2.1.0 ok")

    async def do_rcpt(self, command: str) -> None:
        self.rcpt_to = command[len("RCPT TO:<") :].split(">", maxsplit=1)[0]
        self.has_rcpt = await self.answer("rcpt", "250 2.1.5 ok")

    async def do_data(self, _: str) -> None:
        if not self.has_rcpt:
            await self.refuse_data()
            return
        if not await self.answer("data", "354 go ahead"):
            return
        domain = self.rcpt_to.rpartition("@")[2]
        self.relay.enter(domain)
        try:
            await self.take_body()
        finally:
            self.relay.leave(domain)

    async def refuse_data(self) -> None:
        """RFC 2920 section 3.1: servers of one kind refuse DATA without a recipient, others ask for the body."""
        if not self.relay.asks_for_body_anyway:
            await self.say("554 5.5.1 no valid recipients")
            return
        await self.say("354 go ahead")
        assert await self.reader.readline() == b".\r\n", "a body for nobody"
        await self.say("554 5.5.1 no valid recipients")

    async def take_body(self) -> None:
        if isinstance(self.relay.play("half", self.rcpt_to), HangUp):
            await self.reader.read(10)
            raise _EndOfConversationError
        data = await self.reader.readuntil(b"\r\n.\r\n")
        if self.relay.pace:
            await asyncio.sleep(self.relay.pace)
        act = self.relay.play("body", self.rcpt_to)
        if act is None or isinstance(act, TakeAndHangUp | TakeAndStall) or getattr(act, "reply", "")[:1] == "2":
            body = data[:-3].replace(b"\r\n..", b"\r\n.")
            await self.relay.accept(Accepted(self.mail_from, self.rcpt_to, body, self.number))
        await self.perform(act, "250 2.0.0 taken")

    async def do_rset(self, _: str) -> None:
        self.has_rcpt = False
        await self.say("250 2.0.0 ok")

    async def do_quit(self, _: str) -> None:
        await self.answer("quit", "221 2.0.0 bye")
        raise _EndOfConversationError
