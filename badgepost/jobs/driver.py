"""The engine's way to the database: two connections that come back by themselves, one for statements, one to listen.

Here belongs outliving a database that goes away. The engine's own driver has one connection, on which every statement
waits for the listening to pause, and ends with it; its jobs would be cancelled with it.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Self

import psycopg
import structlog
from pgqueuer.core.tm import TaskManager
from pgqueuer.ports.driver import NotifyCallback
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import dict_row

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0
"""Seconds between two tries to connect."""
# A cable that was pulled is noticed within half a minute: neither side says a word when nothing happens.
_PULSE: dict[str, int | str | None] = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}
BREATH = 0.1
"""Seconds between two times that a process hears of changed jobs: while much is queued it looks ten times a second."""
AWAY = (psycopg.OperationalError, psycopg.InterfaceError)
"""What says that there is no database to be had, unless the connection is still good."""

_log = structlog.get_logger("badgepost.jobs")


class LastingDriver:
    """A driver as pgqueuer wants one (`pgqueuer.ports.driver.Driver`). Statements wait while the database is away."""

    def __init__(self, conninfo: str, on_connect: Callable[[], None] = lambda: None) -> None:
        """`on_connect` is called whenever statements have a new connection."""
        self._conninfo = make_conninfo("", **_PULSE | conninfo_to_dict(conninfo))
        self._on_connect = on_connect
        self._shutdown = asyncio.Event()
        self._tasks = TaskManager()
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._turn = asyncio.Lock()
        self._listeners: dict[str, list[NotifyCallback]] = {}
        self._listening: asyncio.Task[None] | None = None
        self._later: asyncio.TimerHandle | None = None
        self._heard_at = 0.0
        self._entered = 0

    @property
    def shutdown(self) -> asyncio.Event:
        """Set when nothing more is to be done: whoever waits for the database then waits no longer."""
        return self._shutdown

    @property
    def tm(self) -> TaskManager:
        """The engine keeps its own tasks of this connection here."""
        return self._tasks

    async def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        """Run a statement; return its rows."""
        rows: list[dict[str, object]] = await self._run(query, args, lambda cursor: cursor.fetchall())
        return rows

    async def execute(self, query: str, *args: object) -> str:
        """Run a statement; return what the server says of it."""

        async def read_status(cursor: psycopg.AsyncRawCursor[Any]) -> str:
            return cursor.statusmessage or ""

        status: str = await self._run(query, args, read_status)
        return status

    async def notify(self, channel: str, payload: str) -> None:
        """Tell everybody who listens to `channel`."""
        await self.execute("SELECT pg_notify($1, $2)", channel, payload)

    async def add_listener(self, channel: str, callback: NotifyCallback) -> None:
        """Call `callback` with what is said on `channel`, from now on. What is said while it is away is not heard."""
        self._listeners.setdefault(channel, []).append(callback)
        if self._listening is None:
            is_listening: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._listening = asyncio.create_task(self._listen(is_listening))
            stopped = asyncio.create_task(self._shutdown.wait())
            either: list[asyncio.Future[Any]] = [is_listening, stopped]
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            stopped.cancel()

    async def __aenter__(self) -> Self:
        self._entered += 1
        return self

    async def __aexit__(self, *_: object) -> None:
        # Entered by two of the engine's parts. What they have to say when they have left must still be said: `close`.
        self._entered -= 1
        if not self._entered:
            self._shutdown.set()
            await self._tasks.gather_tasks()

    async def close(self) -> None:
        """End both connections."""
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
        await self._disconnect()

    async def _run(self, query: str, args: tuple[object, ...], read: Callable[[Any], Any]) -> Any:
        pause = FIRST_PAUSE
        while True:
            try:
                async with self._turn:
                    connection = await self._connect()
                    cursor = psycopg.AsyncRawCursor(connection, row_factory=dict_row)
                    await cursor.execute(query, args or None)
                    return await read(cursor)
            except AWAY as fault:
                if self._connection is not None and not self._connection.broken and not self._connection.closed:
                    raise  # the statement is at fault
                await self._disconnect()
                if self._shutdown.is_set():
                    raise
                _log.warning("database_away", fault=str(fault).strip(), next_try_in=pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _connect(self) -> psycopg.AsyncConnection[Any]:
        if self._connection is None:
            self._connection = await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True)
            self._on_connect()
        return self._connection

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    def _hear(self, channel: str, payload: str) -> None:
        """Pass on what is said; of many changes soon after each other the first, and one for the others."""
        loop = asyncio.get_running_loop()
        if "table_changed_event" not in payload:
            self._tell(channel, payload)
        elif self._later is None:
            wait = max(0.0, self._heard_at + BREATH - loop.time())
            self._later = loop.call_later(wait, self._tell_change, channel, payload)

    def _tell_change(self, channel: str, payload: str) -> None:
        self._later = None
        self._heard_at = asyncio.get_running_loop().time()
        self._tell(channel, payload)

    def _tell(self, channel: str, payload: str) -> None:
        for callback in self._listeners.get(channel, ()):
            callback(payload)

    async def _listen(self, is_listening: "asyncio.Future[None]") -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True) as connection:
                    for channel in self._listeners:
                        await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
                    if not is_listening.done():
                        is_listening.set_result(None)
                    pause = FIRST_PAUSE
                    async for note in connection.notifies():
                        self._hear(note.channel, note.payload)
            except AWAY:
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
