"""That a process lives, and what it has counted: said every few seconds, beside its work, in threads of their own.

Here belongs the life of these threads. The row of a process stands in `mailer.instance.pulses`, the files of counts in
`metric_files`, what is served of both in `metric_server`. Nothing here may stop or slow what the process is for: a
database that is busy or away makes a beat late, and whatever else goes wrong is logged and tried again.
"""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from threading import Event, Thread

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError

from badgepost.logging import list_secrets, log_faults, set_up_logs
from badgepost.metric_files import write_counts
from badgepost.metric_server import MetricServer
from badgepost.observing import find_observer
from badgepost.opening import read_link_keys
from badgepost.refusal import Refusal
from badgepost.slots import Slot
from badgepost.wiring import Service
from mailer.instance.pulses import BEAT_EVERY, Process, beat, leave

COUNT_EVERY = 5.0
"""Seconds between two files of counts."""
_FAREWELL = 5.0
"""Seconds that a process that ends waits until its row is gone. If it stays, it is told of as silent."""

_log = structlog.get_logger("badgepost.presence")


class _Rhythm:
    """Does one thing every so many seconds in a thread, from `start` to `stop`."""

    def __init__(self, name: str, seconds: float, act: Callable[[], object], end: Callable[[], object]) -> None:
        self._seconds = seconds
        self._act = act
        self._end = end
        self._is_over = Event()
        self._is_failing = False
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Do the last thing; not waited for longer than `_FAREWELL`."""
        self._is_over.set()
        self._thread.join(_FAREWELL)

    def _run(self) -> None:
        while not self._is_over.is_set():
            self._try(self._act)
            self._is_over.wait(self._seconds)
        self._try(self._end)

    def _try(self, act: Callable[[], object]) -> None:
        try:
            act()
        except Exception as fault:  # whatever it is, the process has other work to do
            if not self._is_failing:
                _log.warning("presence_not_told", thread=self._thread.name, fault=type(fault).__name__)
            self._is_failing = True
        else:
            self._is_failing = False


@contextmanager
def present(
    service: Service, kind: str, name: str = "", beat_every: float = BEAT_EVERY.total_seconds()
) -> Iterator[None]:
    """Say that a process of this `kind` lives for as long as this is entered, and log what nobody catches.

    Without a `name` it takes the lowest free number of its kind.
    """
    settings = service.settings
    folder = processes_folder(settings.data_dir)
    with _named(folder, kind, name) as own_name, log_faults():
        secrets = [*list_secrets(settings), *read_link_keys(settings)]
        called = f"{kind}-{own_name}"
        set_up_logs(settings.log_format, settings.log_level, secrets, called, find_observer(settings))
        place, folder_name = socket.gethostname(), str(settings.data_dir.absolute())
        process = Process(kind, own_name, place, folder_name, version("badgepost"), _utc_now())
        server = MetricServer(service, folder)
        rhythms = [
            _Rhythm(
                "pulse", beat_every, lambda: _beat(service.engine, process), lambda: _leave(service.engine, process)
            ),
            _Rhythm("counts", COUNT_EVERY, lambda: _count(folder, process, server), lambda: _count(folder, process)),
        ]
        for rhythm in rhythms:
            rhythm.start()
        try:
            yield
        except (Refusal, DatabaseError):
            raise  # said in one line by whoever called
        except Exception as fault:
            # Python would print it as it is, and with whatever its words hold.
            _log.critical("crashed", exc_info=fault)
            raise SystemExit(1) from None
        finally:
            for rhythm in rhythms:
                rhythm.stop()
            server.close()


def processes_folder(data_dir: Path) -> Path:
    """Return the folder where the processes of this machine have their files."""
    return data_dir / "processes"


@contextmanager
def _named(folder: Path, kind: str, name: str) -> Iterator[str]:
    if name:
        yield name
        return
    with ExitStack() as stack:
        try:
            own_name = stack.enter_context(Slot(folder, kind)).name
        except OSError:  # a folder that cannot be written is no reason to do nothing
            own_name = f"pid-{os.getpid()}"
        yield own_name


def _beat(engine: Engine, process: Process) -> None:
    with engine.begin() as connection:
        beat(connection, process, _utc_now())


def _leave(engine: Engine, process: Process) -> None:
    with engine.begin() as connection:
        leave(connection, process)


def _count(folder: Path, process: Process, server: MetricServer | None = None) -> None:
    with suppress(OSError):  # a full disk is told of by what needs it
        write_counts(folder, f"{process.kind}-{process.name}")
    if server is not None:
        server.open()


def _utc_now() -> datetime:
    return datetime.now(UTC)
