"""What a confined process must be able to do, and what it must not: printed as one JSON object.

Here belongs a piece of work of each kind that rests on compiled code or on limits of the system.
"""

import json
import mmap
import os
import socket
import sys
from collections.abc import Callable

import argon2
import re2
import uvloop

from badges.rendering.certificate import set_certificate
from inbound.processing.room import Room, RoomLimits, Unreadable
from inbound.understood import Understood
from tests.badges.rendering.subjects import pictures, subject

MAIL = b"From: ada@mail.example\r\nSubject: Password\r\n\r\nI forgot my password.\r\n"
LARGE = b"From: ada@mail.example\r\n\r\n" + b"x" * (8 << 20)


def _is_refused(act: Callable[[], object]) -> bool:
    try:
        act()
    except OSError:
        return True
    return False


async def _connect_nowhere() -> bool:
    return True


def main() -> None:
    """Do everything once."""
    done: dict[str, bool] = {}
    everything = mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
    done["no memory that is written and run"] = _is_refused(lambda: mmap.mmap(-1, 4096, prot=everything))
    done["no raw sockets"] = _is_refused(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW))
    done["no other owner"] = _is_refused(lambda: os.chown(sys.executable, 1, 1))
    done["no other root"] = _is_refused(lambda: os.chroot("/"))
    with Room() as room:
        done["mail is read"] = isinstance(room.understand(MAIL, "ada@mail.example"), Understood)
    with Room(RoomLimits(memory=4 << 20, tries=1)) as room:
        done["reading has its limits"] = isinstance(room.understand(LARGE, None), Unreadable)
    done["certificates are set"] = set_certificate(subject(), pictures()).startswith(b"%PDF-")
    done["passwords are hashed"] = argon2.PasswordHasher(memory_cost=1024).hash("a").startswith("$argon2id$")
    done["rules match"] = bool(re2.search("a+b", "caab"))
    done["the listener's loop runs"] = uvloop.run(_connect_nowhere())
    done["niceness"] = os.nice(1) > 0
    print(json.dumps(done))


if __name__ == "__main__":
    main()
