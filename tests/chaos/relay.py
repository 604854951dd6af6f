"""A relay in a process of its own that refuses, stalls and hangs up by chance, and writes down every copy it takes.

`python -m tests.chaos.relay RECORD SEED [calm]` prints its port, then serves until it is killed; a calm one takes all
that comes. A line of RECORD is the recipient of one copy; it is on disk before the reply goes out.
"""

import asyncio
import os
import random
import sys

from tests.mailer.delivery.scripted_relay import (
    Accepted,
    Act,
    HangUp,
    Say,
    ScriptedRelay,
    Stall,
    TakeAndHangUp,
    TakeAndStall,
)

TROUBLE: dict[str, list[tuple[float, Act]]] = {
    "connect": [(0.02, HangUp()), (0.02, Say("421 4.3.2 busy", then_hang_up=True))],
    "mail": [(0.01, HangUp()), (0.01, Say("421 4.7.0 too many messages", then_hang_up=True)), (0.003, Stall())],
    "rcpt": [(0.05, Say("450 4.2.1 busy")), (0.01, HangUp()), (0.003, Stall())],
    "data": [(0.02, Say("451 4.3.0 not now")), (0.01, HangUp())],
    "half": [(0.01, HangUp())],
    "body": [
        (0.02, Say("452 4.3.1 disk full")),
        (0.02, Say("250 2.0.0 taken, and off", then_hang_up=True)),
        (0.01, Say("421 4.3.2 shutting down", then_hang_up=True)),
        (0.02, TakeAndHangUp()),
        (0.01, TakeAndStall()),
        (0.01, HangUp()),
    ],
}
GONE = "550 5.1.1 no such user"


class RecordingRelay(ScriptedRelay):
    """Writes each accepted copy to a file before it is confirmed."""

    record: int = -1

    async def accept(self, message: Accepted) -> None:
        os.write(self.record, f"{message.rcpt_to}\n".encode())
        os.fsync(self.record)


def make_play(seed: int) -> "object":
    chance = random.Random(seed)

    def play(phase: str, rcpt_to: str) -> Act:
        if phase == "rcpt" and rcpt_to.startswith("gone"):
            return Say(GONE)
        drawn = chance.random()
        for share, act in TROUBLE.get(phase, []):
            drawn -= share
            if drawn < 0:
                return act
        return None

    return play


async def serve(record: str, seed: int, calm: bool) -> None:
    relay = RecordingRelay(**({} if calm else {"play": make_play(seed)}), pace=0.01)  # type: ignore[arg-type]
    relay.record = os.open(record, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    async with relay:
        print(relay.port, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], int(sys.argv[2]), sys.argv[3:] == ["calm"]))
