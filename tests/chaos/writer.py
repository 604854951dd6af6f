"""A store of mails in a process of its own: `python -m tests.chaos.writer FILE` keeps one after the other in SQLite.

It prints the number of each when it is committed. Its write-ahead log is folded back often.
"""

import asyncio
import sys
from itertools import count

import structlog

from badgepost import database
from inbound.store import Kept, MailStore
from tests.inbound.arrivals import make_arrival


async def write(url: str) -> None:
    database.LOG_BYTES = 24 * database.PAGE_BYTES
    with MailStore(database.open_engine(url)) as store:
        for number in count(1):
            content = f"Message-ID: <{number}@mail.example>\r\n\r\n".encode() + b"x" * (number * 7919 % 60_000)
            kept = await store.keep(make_arrival(content=content))
            assert isinstance(kept, Kept), kept
            print(number, flush=True)


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    asyncio.run(write(f"sqlite:///{sys.argv[1]}"))
