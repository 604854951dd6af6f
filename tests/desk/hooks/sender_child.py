"""A sender in a process of its own, to be killed: `python -m tests.desk.hooks.sender_child DATABASE MOMENT`."""

import asyncio
import sys
from datetime import datetime
from typing import Any, cast

from badgepost.database import open_engine
from badgepost.hook_sender import HookSender
from badges.vault import Vault
from desk.hooks.posting import Post
from desk.office import Office
from tests.desk.hooks.receiver import LOOPBACK


def main(url: str, moment: str) -> None:
    nothing = cast("Any", None)  # of the office a sender needs the database and the vault
    vault = Vault(["a key for tests"])
    office = Office(open_engine(url), nothing, nothing, nothing, nothing, vault, hooks_allow=LOOPBACK)
    now = datetime.fromisoformat(moment)
    asyncio.run(HookSender(office, Post(LOOPBACK), lambda: now, once=True).run())


if __name__ == "__main__":
    main(*sys.argv[1:])
