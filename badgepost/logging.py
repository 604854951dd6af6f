"""Structured logs on standard error: for people (`console`) or for machines (`json`, one object a line).

Here belongs the set-up only. What is logged never holds a link, a token or a password, and of an address the domain
alone (docs/monitoring.md); `redacting` is there for the words of others. Our own lines go straight to standard error,
because the standard library's way takes three times as long and there is one for each mail; what libraries log comes
by that way and looks the same.
"""

import json
import logging
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, Literal, TextIO

import structlog
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from structlog.typing import EventDict, Processor

from badgepost.redacting import Redactor
from badgepost.settings import Settings

Level = Literal["debug", "info", "warning"]
Observer = Callable[[EventDict], object]
"""Sees each line of ours from `info` on before it is written, and may not change it."""

_NUMBERS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "warn": logging.WARNING}


def set_up_logs(
    form: Literal["console", "json"],
    level: Level = "info",
    secrets: Iterable[str] = (),
    process: str = "",
    observer: Observer | None = None,
) -> None:
    """Send all logs, also those of libraries that use the standard library's, to standard error in one form.

    `secrets` are taken out wherever they occur. `process` stands in each line.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    if process:
        shared.append(partial(_add_process, process))
    last: list[Processor] = [structlog.processors.format_exc_info, partial(_redact, Redactor(secrets)), *_render(form)]
    watched: list[Processor] = []
    if observer is not None:
        watched = [partial(_observe, observer), partial(_drop_below, _NUMBERS[level])]
    structlog.configure(
        processors=[*shared, *watched, *last],
        logger_factory=partial(_Line, sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(min(_NUMBERS[level], 20 if observer else 50)),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # Libraries never speak below that: at `debug` they tell headers, commands and statements with what is in them.
    root.setLevel(max(_NUMBERS[level], logging.INFO))
    # One line for each migration says nothing that the command's own words do not.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    # aiosmtpd tells each command, with the addresses in it.
    logging.getLogger("mail.log").setLevel(logging.WARNING)


def list_secrets(settings: Settings) -> list[str]:
    """Return every secret that the settings hold."""
    found = [key.get_secret_value() for key in settings.secret_keys]
    found += [relay.password.get_secret_value() for relay in settings.relays if relay.password]
    with suppress(ArgumentError):
        found.append(make_url(settings.url_of_database()).password or "")
    return found


@contextmanager
def log_faults() -> Iterator[None]:
    """Log, in the one form, what would otherwise be printed as it is: warnings, and faults that nobody catches."""
    log = structlog.get_logger("badgepost.faults")
    former = sys.unraisablehook, threading.excepthook, logging.raiseExceptions

    def note_thread(fault: Any) -> None:
        if fault.exc_type is not SystemExit:
            log.critical("thread_failed", thread=getattr(fault.thread, "name", None), exc_info=fault.exc_value)

    def note_unraisable(fault: Any) -> None:
        log.error("fault_not_raised", exc_info=fault.exc_value)

    sys.unraisablehook, threading.excepthook = note_unraisable, note_thread
    logging.raiseExceptions = False  # it would print what a line was to be made of
    logging.captureWarnings(True)
    try:
        yield
    finally:
        logging.captureWarnings(False)
        sys.unraisablehook, threading.excepthook, logging.raiseExceptions = former


class _Line:
    """Where our own lines go. Standard error may be gone or full: that is nobody's fault who has mail to carry."""

    def __init__(self, stream: TextIO, name: str = "badgepost") -> None:
        self._stream = stream
        self.name = name

    def msg(self, line: str) -> None:
        with suppress(OSError, ValueError):
            self._stream.write(line + "\n")

    debug = info = warning = warn = error = exception = critical = fatal = log = msg


def _add_process(process: str, _logger: object, _method: str, line: EventDict) -> EventDict:
    line["process"] = process
    return line


def _observe(observer: Observer, _logger: object, _method: str, line: EventDict) -> EventDict:
    with suppress(Exception):  # whoever watches may not stop who works
        observer(line)
    return line


def _drop_below(level: int, _logger: object, method: str, line: EventDict) -> EventDict:
    if _NUMBERS.get(method, logging.ERROR) < level:
        raise structlog.DropEvent
    return line


def _redact(redactor: Redactor, _logger: object, _method: str, line: EventDict) -> EventDict:
    redactor.redact_line(line)
    return line


def _print_plainly(_logger: object, _method: str, line: EventDict) -> EventDict:
    """Leave nothing in a line that steers a terminal or begins another one; traces have lines of their own.

    What is not known, which machines read as null, is left out for people.
    """
    for key, value in tuple(line.items()):
        if value is None:
            del line[key]
        if type(value) is str and not value.isprintable():
            breaks = "\n" if key in ("exception", "stack") else ""
            line[key] = "".join(c if c.isprintable() or c in breaks else "\ufffd" for c in value)
    return line


_ENCODER = json.JSONEncoder(ensure_ascii=False, default=str)
"""Made once: `json.dumps` would make one for each line."""


def _write_json(line: EventDict, **_options: Any) -> str:
    return _ENCODER.encode(line)


def _render(form: Literal["console", "json"]) -> list[Processor]:
    if form == "json":
        return [structlog.processors.JSONRenderer(_write_json)]
    # The default would print the local variables of each frame: names, addresses, links.
    plainly = structlog.dev.plain_traceback
    return [_print_plainly, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plainly)]
