"""The door that everybody passes whose password is to be hashed: so many at a time, and not all from one network.

Each waits for its turn to hash (`badges.accounts`), and those who wait must leave threads for all other pages, whoever
they are: somebody who is logged in may send the right password as often as they like.
"""

from collections import Counter
from collections.abc import AsyncIterator

from fastapi import Depends, Request
from starlette.exceptions import HTTPException

from web.context import source_of
from wire.network import network_of

MOST_INSIDE = 16
MOST_OF_ONE_NETWORK = 8
_BUSY_SECONDS = "5"

_inside: Counter[str] = Counter()
"""How many of each network are inside. The event loop alone touches it."""


async def _pass_door(request: Request) -> AsyncIterator[None]:
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


AT_THE_DOOR = [Depends(_pass_door)]
"""`dependencies` of every route that hashes a password, or decodes a picture, which waits for its turn likewise."""
