"""A listening socket and the sessions that come from it.

Here belong start and stop. What a session does stands in `session`.
"""

import asyncio
from socket import socket

from inbound.listener.reception import Reception
from inbound.listener.session import Session

_BACKLOG = 512
_LOOK_EVERY = 0.05


class Listener:
    """Takes connections on one socket and hands each to a session."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception
        self._sessions: set[Session] = set()
        self._server: asyncio.Server | None = None

    async def start(self, listening: socket) -> None:
        """Begin to take connections on a socket that is bound."""
        self._server = await self._reception.loop.create_server(self._make_session, sock=listening, backlog=_BACKLOG)

    async def stop(self, patience: float) -> None:
        """Take no more connections, let transactions end within `patience` seconds, then cut off the rest."""
        assert self._server is not None
        self._server.close()
        for session in list(self._sessions):
            session.retire()
        until = self._reception.loop.time() + patience
        while self._sessions and self._reception.loop.time() < until:
            await asyncio.sleep(_LOOK_EVERY)
        for session in list(self._sessions):
            session.transport.abort()
        while self._sessions:
            await asyncio.sleep(0)

    def _make_session(self) -> Session:
        session = Session(self._reception, self._sessions.discard)
        self._sessions.add(session)
        return session
