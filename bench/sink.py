"""A next hop that takes every mail and keeps none: Postfix's smtp-sink where there is one, else a small one of ours.

Run as a program (`python -m bench.sink PORT`) it is that small one. It is a process of its own in both cases, so that
its CPU time is nobody's figure.
"""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

_END = b"\r\n.\r\n"
_GREETING = b"220 sink.example ESMTP\r\n"
_EHLO = b"250-sink.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"


@contextmanager
def running_sink() -> Iterator[int]:
    """Start a sink on a free port of 127.0.0.1, yield the port, and end the sink."""
    port = find_free_port()
    process = subprocess.Popen(_command(port), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until_it_greets(port, "sink")
        yield port
    finally:
        process.terminate()
        process.wait()


def name_sink() -> str:
    """Return which sink `running_sink` starts here."""
    return "postfix smtp-sink" if _smtp_sink() else "own sink (postfix smtp-sink is not on this machine)"


def _smtp_sink() -> str | None:
    return shutil.which("smtp-sink") or shutil.which("smtp-sink", path="/usr/sbin")


def _command(port: int) -> list[str]:
    program = _smtp_sink()
    if program is None:
        return [sys.executable, "-m", "bench.sink", str(port)]
    unprivileged = ["-u", "nobody"] if os.geteuid() == 0 else []
    return [program, *unprivileged, f"127.0.0.1:{port}", "500"]


def find_free_port() -> int:
    """Return a port that nobody has now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def wait_until_it_greets(port: int, who: str) -> None:
    """Return once a server greets there. TimeoutError after some five seconds."""
    for _ in range(100):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
                if client.recv(3) == b"220":
                    return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(f"no {who} answers on port {port}")


class _Sink(asyncio.Protocol):
    """One connection: lines until DATA, then bytes until the lone dot."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._buffer = b""
        self._in_body = False
        transport.write(_GREETING)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while self._take_body() if self._in_body else self._take_line():
            pass

    def _take_body(self) -> bool:
        before, end, after = self._buffer.partition(_END)
        if not end:
            # Enough is kept to find an end that is split between two reads.
            self._buffer = before[-len(_END) :]
            return False
        self._buffer, self._in_body = after, False
        self._transport.write(b"250 2.0.0 Ok\r\n")
        return True

    def _take_line(self) -> bool:
        line, end, after = self._buffer.partition(b"\r\n")
        if not end:
            return False
        self._buffer = after
        verb = line[:4].upper()
        if verb == b"DATA":
            self._in_body = True
        self._transport.write(_reply_to(verb))
        if verb == b"QUIT":
            self._transport.close()
        return True


def _reply_to(verb: bytes) -> bytes:
    known = {b"EHLO": _EHLO, b"DATA": b"354 End with a dot\r\n", b"QUIT": b"221 2.0.0 Bye\r\n"}
    return known.get(verb, b"250 2.1.0 Ok\r\n")


async def serve(port: int) -> None:
    """Take mail on `port` of 127.0.0.1 until the process is ended."""
    server = await asyncio.get_running_loop().create_server(_Sink, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
