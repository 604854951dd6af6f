"""The door that everybody passes whose password is to be hashed: so many at a time, and not all from one network.

Each waits for its turn to hash (`badges.accounts`), and those who wait must leave threads for all other pages, whoever
they are: somebody who is logged in may send the right password as often as they like.
"""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, Request
from starlette.exceptions import HTTPException

from web.context import source_of
from wire.network import network_of

MOST_INSIDE = 16
MOST_OF_ONE_NETWORK = 8
_BUSY_SECONDS = "5"

_inside: Counter[str] = Counter()
"""How many of each network are inside. The event loop alone touches it."""


@asynccontextmanager
async def pass_door(request: Request) -> AsyncIterator[None]:
    """Hold a place inside. For what has been received whole: whoever sends it slowly must not stand in the door."""
    network = network_of(source_of(request))
    if _inside.total() >= MOST_INSIDE or _inside[network] >= MOST_OF_ONE_NETWORK:
        raise HTTPException(503, headers={"retry-after": _BUSY_SECONDS})
    _inside[network] += 1
    try:
        yield
    finally:
        _inside[network] -= 1
        if not _inside[network]:
            del _inside[network]


async def _pass_door(request: Request) -> AsyncIterator[None]:
    async with pass_door(request):
        yield


AT_THE_DOOR = [Depends(_pass_door)]
"""`dependencies` of every route that hashes a password, or decodes a picture, which waits for its turn likewise."""
