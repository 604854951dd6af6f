"""Logging in tests: told plainly while nobody sets it up, and afterwards as it was found."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import structlog


def tell_plainly() -> None:
    """Print the lines of a log as they are: laying them out as for a terminal takes a twentieth of all tests' time."""
    structlog.reset_defaults()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["level", "event"]),
        ]
    )


@contextmanager
def keep_logs() -> Iterator[None]:
    """Leave logging as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        tell_plainly()
