"""`python -m badgepost.child_of PID …`: a command of badgepost that ends when process PID, which started it, has ended.

Here belongs that `serve` leaves no orphans: killed with SIGKILL, or for want of memory, it can tell its children
nothing, and they would hold its port and their names against the `serve` that comes after. The system tells them
(prctl(2), PR_SET_PDEATHSIG); they take it as any SIGTERM, and end what they have under way.
"""

import ctypes
import os
import signal
import sys

from badgepost.cli import main

_PR_SET_PDEATHSIG = 1


def end_with(parent: int) -> None:
    """Have this process told to end (SIGTERM) when `parent` ends; at once, if it has already."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    end_with(int(sys.argv[1]))
    main(sys.argv[2:])
