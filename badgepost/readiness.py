"""Whether this process should be sent requests: what a load balancer goes by.

Here belongs what takes a process out of it: what makes its pages fail while another one's may not. The database does
not answer, or is of another revision; nothing may be sent from it (a restored copy must not act in the name of the one
in service); its disk is full, so that nothing can be kept. A relay that is down, a queue that is late, a worker that is
silent are no such things: mail waits, and the pages are needed all the more. For those there are alerts.
"""

import shutil
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NoAnswerError
from threading import Lock, Thread

from sqlalchemy import Connection, select
from sqlmodel import col

from badgepost.database import pending_revision
from badgepost.wiring import Service
from badges.transactions import reading
from mailer.instance.tables import Instance
from web.operation import Readiness

KEPT_SECONDS = 1.5
PATIENCE = 2.0
"""Seconds that the database has. A load balancer has seldom more."""
LEAST_FREE = 64 << 20
"""Bytes of the disk that holds an SQLite database: its log alone may grow by half of that."""
_OK = "ok"


class Readying:
    """Answers from what it found a moment ago, and never waits long: a check that hangs hangs in its own thread."""

    def __init__(self, service: Service, clock: Callable[[], float] = time.monotonic) -> None:
        self._service = service
        self._clock = clock
        self._lock = Lock()
        self._asked: Future[Mapping[str, str]] | None = None
        self._found: Mapping[str, str] = {}
        self._found_at = float("-inf")

    def check(self) -> Readiness:
        """Return whether this process is ready, and a word on each check."""
        with self._lock:
            if self._clock() - self._found_at >= KEPT_SECONDS:
                self._found = {**self._ask_database(), **self._check_disk()}
                self._found_at = self._clock()
            return Readiness(all(word == _OK for word in self._found.values()), self._found)

    def _ask_database(self) -> Mapping[str, str]:
        if self._asked is None:
            self._asked = _ask(self._service)
        try:
            found = self._asked.result(PATIENCE)
        except NoAnswerError:
            return {"database": "no answer"}  # the same question is waited for the next time
        except Exception:  # whatever the driver raises
            found = {"database": "away"}
        self._asked = None
        return found

    def _check_disk(self) -> Mapping[str, str]:
        if self._service.engine.dialect.name != "sqlite":
            return {}
        try:
            free = shutil.disk_usage(self._service.settings.data_dir).free
        except OSError:
            return {"disk": "away"}
        return {"disk": _OK if free >= LEAST_FREE else "full"}


def _ask(service: Service) -> "Future[Mapping[str, str]]":
    """Begin to look, in a thread that no end of the process waits for."""
    asked: Future[Mapping[str, str]] = Future()

    def answer() -> None:
        try:
            asked.set_result(_look(service))
        except Exception as fault:
            asked.set_exception(fault)

    Thread(target=answer, name="readiness", daemon=True).start()
    return asked


def _look(service: Service) -> Mapping[str, str]:
    found, needed = pending_revision(service.engine)
    if found != needed:
        return {"database": _OK, "revision": "another"}
    with reading(service.engine).connect() as connection:
        return {"database": _OK, "revision": _OK, "fence": "fenced" if _is_fenced(connection) else _OK}


def _is_fenced(connection: Connection) -> bool:
    return connection.execute(select(col(Instance.fenced_at))).scalar() is not None
