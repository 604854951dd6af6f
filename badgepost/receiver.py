"""An SMTP server that takes every mail and keeps it: the next hop of `badgepost demo`. Loopback only.

Here belongs receiving, done by aiosmtpd. It is no part of delivery; nothing of ours is in what it understands.
"""

import asyncio
from dataclasses import dataclass
from threading import Condition, Event, Thread
from typing import Any, Self

from aiosmtpd.smtp import SMTP

_START_SECONDS = 10


@dataclass(frozen=True)
class ReceivedMail:
    """A mail with its envelope, as the server took it."""

    mail_from: str
    rcpt_to: tuple[str, ...]
    content: bytes


class Receiver:
    """Listens on 127.0.0.1 while it is entered; `mails` is what it took, in order."""

    def __init__(self) -> None:
        self.mails: list[ReceivedMail] = []
        self.port = 0
        self._arrived = Condition()
        self._is_up = Event()
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._run, name="receiver", daemon=True)

    def __enter__(self) -> Self:
        """Listen. Raises `OSError` if the server does not come up."""
        self._thread.start()
        if not self._is_up.wait(_START_SECONDS):
            raise OSError("the local SMTP server did not start")
        return self

    def __exit__(self, *_failure: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def await_mails(self, count: int, seconds: float) -> bool:
        """Wait until `count` mails in all have arrived; False if they have not after `seconds`."""
        with self._arrived:
            return self._arrived.wait_for(lambda: len(self.mails) >= count, seconds)

    async def handle_DATA(self, _server: SMTP, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep a mail (aiosmtpd calls this after the final dot)."""
        with self._arrived:
            self.mails.append(ReceivedMail(envelope.mail_from, tuple(envelope.rcpt_tos), envelope.content))
            self._arrived.notify_all()
        return "250 2.0.0 taken"

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            self._loop.create_server(lambda: SMTP(self, hostname="mx.mail.example", loop=self._loop), "127.0.0.1", 0)
        )
        self.port = server.sockets[0].getsockname()[1]
        self._is_up.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()
