"""Asking for a turn: a writer says that there is work, in the transaction that makes it.

Here belongs the asking only. Who hears it is not the ledger's business: on PostgreSQL a job engine wakes a process once
the transaction is committed (`badgepost.jobs`); on SQLite nobody has to be asked, because processes notice commits.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection

ASKED = "badgepost_asked"
"""Where a connection keeps what was asked for in its transaction, if there is somebody to hear it."""


class Turn(StrEnum):
    """What a process does when it is woken: all that is due of one kind, until nothing is."""

    DELIVER = "deliver"
    PROCESS = "process"
    HOOKS = "hooks"


@dataclass
class Asked:
    """What one transaction asked for."""

    now: Counter[Turn] = field(default_factory=Counter)
    """How many things each kind of turn would find."""
    later: dict[Turn, datetime] = field(default_factory=dict)


def ask_for_turn(connection: Connection, turn: Turn, things: int = 1) -> None:
    """Have somebody take `turn` soon after this transaction is committed. `things` says for how much work."""
    asked: Asked | None = connection.info.get(ASKED)
    if asked is not None and things > 0:
        asked.now[turn] += things


def ask_for_later(connection: Connection, turn: Turn, at: datetime) -> None:
    """Have somebody take `turn` at `at`."""
    asked: Asked | None = connection.info.get(ASKED)
    if asked is not None:
        asked.later[turn] = min(at, asked.later.get(turn, at))
