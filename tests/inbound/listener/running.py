"""A listener on a real socket, in a thread of its own, and a client that sees every byte."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import uvloop

from inbound.listener.reception import Reception
from inbound.listener.recipients import Recipients
from inbound.listener.server import Listener
from inbound.store import Arrival, Kept, NotKept

HOST = "127.0.0.1"
SUPPORT = "support@badgepost.example"
RECIPIENTS = Recipients(SUPPORT, "badgepost.example")
PATIENCE = 10.0


class Shelf:
    """Keeps arrivals in memory, where a test is about the conversation and not about the database."""

    def __init__(self) -> None:
        self.arrivals: list[Arrival] = []
        self.outcome: Kept | NotKept = Kept("m", "d", False)

    async def keep(self, arrival: Arrival) -> Kept | NotKept:
        if isinstance(self.outcome, Kept):
            self.arrivals.append(arrival)
        return self.outcome


class Running:
    """A listener that has started."""

    def __init__(self, reception: Reception, listener: Listener, port: int, loop: asyncio.AbstractEventLoop) -> None:
        self.reception, self.listener, self.port, self.loop = reception, listener, port, loop

    def stop(self, patience: float = PATIENCE) -> None:
        asyncio.run_coroutine_threadsafe(self.listener.stop(patience), self.loop).result(PATIENCE * 2)


@contextmanager
def running_listener(keep: Any, **settings: Any) -> Iterator[Running]:
    """Run a listener for our addresses until the block ends. What its loop complains of fails the test."""
    started, ready, complaints = threading.Event(), [], []

    async def run() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: complaints.append(context))
        values = {"hostname": "mx.badgepost.example", "knows": RECIPIENTS.knows, "clock": lambda: datetime.now(UTC)}
        reception = Reception(**{**values, "keep": keep, **settings})
        listening = socket.create_server((HOST, 0))
        listener, done = Listener(reception), asyncio.Event()
        await listener.start(listening)
        ready.append((Running(reception, listener, listening.getsockname()[1], loop), done))
        started.set()
        await done.wait()
        await listener.stop(0)

    thread = threading.Thread(target=lambda: uvloop.run(run()), daemon=True)
    thread.start()
    assert started.wait(PATIENCE)
    [(running, done)] = ready
    try:
        yield running
    finally:
        running.loop.call_soon_threadsafe(done.set)
        thread.join(PATIENCE)
    assert not thread.is_alive()
    assert complaints == []


class Client:
    """A client on a raw socket: sends what it is told and reads one reply at a time."""

    def __init__(self, port: int, *, greeting: bool = True) -> None:
        self.socket = socket.create_connection((HOST, port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file = self.socket.makefile("rb")
        if greeting:
            self.greeting = self.reply()

    def __enter__(self) -> "Client":
        return self

    @classmethod
    def when_free(cls, port: int) -> "Client":
        """Connect as soon as the listener has noticed that another client has left."""
        until = time.monotonic() + PATIENCE
        while True:
            client = cls(port)
            if client.greeting.startswith("220 "):
                return client
            client.__exit__()
            assert time.monotonic() < until, client.greeting

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def reply(self) -> str:
        """Return the next reply, its lines joined; empty when the listener has closed."""
        lines = []
        while line := self._read_line():
            lines.append(line.rstrip("\r\n"))
            if line[3:4] != "-":
                break
        return "\n".join(lines)

    def _read_line(self) -> str:
        try:
            return self._file.readline().decode()
        except ConnectionError:
            return ""

    def say(self, command: str) -> str:
        self.send(command.encode() + b"\r\n")
        return self.reply()

    def open_data(self, rcpt_to: str = SUPPORT, mail_from: str = "robin@north.example") -> None:
        assert self.say("EHLO client.example").startswith("250")
        assert self.say(f"MAIL FROM:<{mail_from}>").startswith("250")
        assert self.say(f"RCPT TO:<{rcpt_to}>").startswith("250")
        assert self.say("DATA").startswith("354")

    def send_mail(self, content: bytes) -> str:
        self.open_data()
        self.send(content + b".\r\n")
        return self.reply()
