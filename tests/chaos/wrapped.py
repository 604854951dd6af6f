"""badgepost with another patience and another clock: `python -m tests.chaos.wrapped BUSY_SECONDS SHIFT_FILE COMMAND …`.

The clock is the machine's and so many seconds as SHIFT_FILE says at that moment; a file that is not there says none.
"""

import datetime
import sys
import time
from importlib import import_module
from pathlib import Path

_real_time = time.time


def shift_clock(file: Path) -> None:
    """Let this process see the time that `file` says. To be called before others import what tells the time."""

    def tell_time() -> float:
        try:
            return _real_time() + float(file.read_text() or 0)
        except FileNotFoundError:
            return _real_time()

    class Shifted(datetime.datetime):
        __slots__ = ()  # of the size that compiled modules expect

        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> "Shifted":
            return cls.fromtimestamp(tell_time(), tz)

    datetime.datetime = Shifted  # type: ignore[misc]
    time.time = tell_time


if __name__ == "__main__":
    shift_clock(Path(sys.argv[2]))
    import_module("badgepost.database").BUSY_SECONDS = float(sys.argv[1])
    import_module("badgepost.cli").main(sys.argv[3:])
