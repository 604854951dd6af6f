"""Figure of patience: how long 20 clients wait from the final dot to the 250, beside a Postfix that holds.

The client is ours, small, and the same for both; it opens a connection for each mail. What counts is the 99th
percentile of all mails of a round. `accepting` starts and ends both servers.
"""

import asyncio
import time
from collections.abc import Callable
from statistics import quantiles

from bench.figures.figure import Figure
from bench.goals import Bound, Goal, from_ratio
from bench.rounds import Variant

CLIENTS = 20
P99 = Goal("4 KB mails: 99th percentile from the dot to the 250, of Postfix's (held)", Bound.AT_MOST, 2)
_OURS, _POSTFIX = "badgepost answers", "Postfix answers"
_BODY = b"Please look at the name on my badge, it should be the other one now.\r\n" * 57


def prepare(port: int, postfix_port: int, mails: int) -> Figure:
    """Return the figure for listeners on these ports of 127.0.0.1 and so many mails a round."""
    variants = [
        Variant(_OURS, mails, _measure(port)),
        Variant(_POSTFIX, mails, _measure(postfix_port)),
    ]
    return Figure(variants, lambda results: [from_ratio(P99, results.ratio(_OURS, _POSTFIX))])


def _measure(port: int) -> Callable[[int], float]:
    """Return a function that sends mails and gives their 99th percentile, times their number as rounds expect it."""

    def run(mails: int) -> float:
        waits = asyncio.run(_send_all(port, max(mails, 2)))
        return quantiles(waits, n=100)[98] * mails

    return run


async def _send_all(port: int, mails: int) -> list[float]:
    numbers = iter(range(mails))
    waits: list[float] = []

    async def send_some() -> None:
        for number in numbers:
            waits.append(await _send(port, number))

    await asyncio.gather(*(send_some() for _ in range(CLIENTS)))
    return waits


async def _send(port: int, number: int) -> float:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        await _expect(reader, b"220")
        for line, code in (
            (b"HELO client.example\r\n", b"250"),
            (b"MAIL FROM:<robin@north.example>\r\n", b"250"),
            (b"RCPT TO:<support@badgepost.example>\r\n", b"250"),
            (b"DATA\r\n", b"354"),
        ):
            writer.write(line)
            await _expect(reader, code)
        unique = b"Message-ID: <%d.%d@north.example>\r\n" % (time.monotonic_ns(), number)
        writer.write(unique + b"Subject: hello\r\n\r\n" + _BODY)
        await writer.drain()
        writer.write(b".\r\n")
        start = time.perf_counter()
        await _expect(reader, b"250")
        waited = time.perf_counter() - start
        writer.write(b"QUIT\r\n")
        return waited
    finally:
        writer.close()


async def _expect(reader: asyncio.StreamReader, code: bytes) -> None:
    line = await reader.readline()
    if not line.startswith(code):
        raise RuntimeError(f"{line!r} instead of {code!r}")
