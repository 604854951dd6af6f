"""Delivery through the usual libraries: aiosmtplib and smtplib, connections kept open, the message already built.

Both get the bytes of whole messages and send them with `sendmail`, which is the way each library offers for that.
"""

import asyncio
import smtplib
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

import aiosmtplib


@dataclass(frozen=True)
class Letter:
    """A message with its envelope, ready to go."""

    mail_from: str
    rcpt_to: str
    data: bytes


def deliver_with_aiosmtplib(port: int, letters: Sequence[Letter], times: int, connections: int) -> float:
    """Send `times` letters over so many connections at once; return the CPU seconds, connecting included."""
    start = time.process_time()
    asyncio.run(_deliver_async(port, letters, times, connections))
    return time.process_time() - start


async def _deliver_async(port: int, letters: Sequence[Letter], times: int, connections: int) -> None:
    clients = [
        aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False, use_tls=False) for _ in range(connections)
    ]
    for client in clients:
        await client.connect()
        await client.ehlo()
    numbers = iter(range(times))

    async def work(client: aiosmtplib.SMTP) -> None:
        for number in numbers:
            letter = letters[number % len(letters)]
            await client.sendmail(letter.mail_from, [letter.rcpt_to], letter.data)

    await asyncio.gather(*(work(client) for client in clients))
    for client in clients:
        await client.quit()


def deliver_with_smtplib(port: int, letters: Sequence[Letter], times: int, connections: int) -> float:
    """Send `times` letters from so many threads with a connection each; return the CPU seconds, connecting included."""
    start = time.process_time()
    clients = [smtplib.SMTP("127.0.0.1", port) for _ in range(connections)]
    for client in clients:
        client.ehlo()
    numbers = iter(range(times))
    lock = threading.Lock()

    def work(client: smtplib.SMTP) -> None:
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            letter = letters[number % len(letters)]
            client.sendmail(letter.mail_from, [letter.rcpt_to], letter.data)

    threads = [threading.Thread(target=work, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for client in clients:
        client.quit()
    return time.process_time() - start
