"""Posting one event over HTTP, to an address that was judged: the one place from which we connect to where others say.

Here belong the connection and its limits. A name is looked up for each connection, every address it has is judged
(`targets`), and one of those very addresses is connected to, so nothing that the name becomes later matters; TLS and
the Host header still go by the name. No redirect is followed, no proxy of the environment is used, and of an answer a
few kilobytes are read.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from socket import SOCK_STREAM, getaddrinfo
from typing import Any, Self

import httpcore

from desk.hooks.targets import Network, Target, UrlFault, may_reach, read_target
from desk.requests.plain import clean_line

CONNECT_SECONDS = 10.0
TOTAL_SECONDS = 20.0
"""For name, connection, TLS, request and answer together: a receiver that drips does not hold us any longer."""
LONGEST_ANSWER = 4096
"""Bytes of an answer that are read. It says why an event was not taken; nobody needs the rest."""
MOST_ADDRESSES = 4
"""Of one name that are tried."""
_MOST_LOOKUPS = 16
_MOST_DIGITS = 6

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Looks up a name (and port) and returns its addresses. Raises `OSError`."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The receiver answered."""

    status: int
    beginning: str
    """Of its answer, in one line."""
    retry_after: timedelta | None = None

    @property
    def is_taken(self) -> bool:
        """2xx, and nothing else, says that an event was taken."""
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Unreached:
    """There was no answer; `reason` says why, and nothing of what stands at an address of ours."""

    reason: str


class NotPublicError(Exception):
    """The name leads to an address that nothing may be posted to."""


_lookups = ThreadPoolExecutor(_MOST_LOOKUPS, thread_name_prefix="hook-names")


async def look_up(host: str, port: int) -> Sequence[str]:
    """Return the addresses of `host` as the system knows them."""
    found = await asyncio.get_running_loop().run_in_executor(
        _lookups, lambda: getaddrinfo(host, port, type=SOCK_STREAM)
    )
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True)
class Post:
    """How events are posted."""

    allowed: Sequence[Network] = ()
    """Networks that the operator opened besides the public internet."""
    resolve: Resolve = look_up
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    total_seconds: float = TOTAL_SECONDS

    def open(self, url: str) -> "Line":
        """Return a line to `url`, which connects when something is posted."""
        return Line(self, read_target(url, self.allowed))


class Line:
    """A connection to one endpoint, kept open from event to event. To be entered, and left."""

    def __init__(self, post: Post, target: Target | UrlFault) -> None:
        self._post = post
        self._target = target
        self._stack = AsyncExitStack()
        self._pool: httpcore.AsyncConnectionPool | None = None

    async def __aenter__(self) -> Self:
        if isinstance(self._target, Target):
            judged = _JudgedBackend(self._post, is_plain=self._target.is_plain)
            pool = httpcore.AsyncConnectionPool(
                ssl_context=self._post.tls, max_connections=1, keepalive_expiry=5.0, network_backend=judged
            )
            self._pool = await self._stack.enter_async_context(pool)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def send(self, payload: bytes, headers: Mapping[str, str]) -> Answered | Unreached:
        """Post `payload` once; return what came of it, whatever the receiver does."""
        if self._pool is None or not isinstance(self._target, Target):
            return Unreached(f"the URL cannot be used any more: {self._target}")
        try:
            async with asyncio.timeout(self._post.total_seconds):
                return await self._exchange(self._pool, self._target, payload, headers)
        except NotPublicError:
            return Unreached("the name leads to an address that is not on the public internet")
        except (TimeoutError, httpcore.TimeoutException):
            return Unreached(f"no answer within {self._post.total_seconds:g} seconds")
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as fault:
            return Unreached(clean_line(f"{_CALLED.get(type(fault), 'no answer')}: {fault}"))

    async def _exchange(
        self, pool: httpcore.AsyncConnectionPool, target: Target, payload: bytes, headers: Mapping[str, str]
    ) -> Answered:
        sent = {
            "host": target.authority,
            "user-agent": "badgepost",
            "accept": "*/*",
            "content-type": "application/json",
            "content-length": str(len(payload)),
            **headers,
        }
        url = httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
        fields = [(name.encode("ascii"), value.encode("ascii")) for name, value in sent.items()]
        limits = {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), CONNECT_SECONDS)}
        async with pool.stream("POST", url, headers=fields, content=payload, extensions=limits) as response:
            beginning = b""
            async for part in response.aiter_stream():
                beginning += part
                if len(beginning) >= LONGEST_ANSWER:
                    break
            asked = dict(response.headers).get(b"retry-after", b"")
        words = clean_line(beginning[:LONGEST_ANSWER].decode("utf-8", "replace"))
        return Answered(response.status, words, _read_retry_after(asked))


class _JudgedBackend(httpcore.AsyncNetworkBackend):
    """Connects to addresses that were judged."""

    def __init__(self, post: Post, *, is_plain: bool) -> None:
        self._post = post
        self._is_plain = is_plain
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = (await self._post.resolve(host, port))[:MOST_ADDRESSES]
        # One bad address spoils the name: who answers with a public and a private one is up to something.
        if not addresses or not all(
            may_reach(address, self._post.allowed, is_plain=self._is_plain) for address in addresses
        ):
            raise NotPublicError
        for address in addresses[:-1]:
            try:
                return await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.NetworkError, httpcore.TimeoutException):
                continue
        return await self._network.connect_tcp(addresses[-1], port, timeout, local_address, socket_options)


_CALLED: Mapping[type[Exception], str] = {
    httpcore.ConnectError: "could not connect",
    httpcore.ReadError: "hung up",
    httpcore.WriteError: "hung up",
    httpcore.RemoteProtocolError: "no HTTP answer",
}


def _read_retry_after(value: bytes) -> timedelta | None:
    """Return how long the receiver asks us to wait, if it says so in seconds (RFC 9110 section 10.2.3)."""
    return timedelta(seconds=int(value)) if value.isdigit() and len(value) <= _MOST_DIGITS else None
