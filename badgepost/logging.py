"""Structured logs on standard error: for people (`console`) or for machines (`json`, one object a line).

Here belongs the set-up only. What is logged never holds a link, a token or a password.
"""

import logging
import sys
from typing import Literal

import structlog


def set_up_logs(form: Literal["console", "json"]) -> None:
    """Send all logs, also those of libraries that use the standard library's, to standard error in one form."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_render(form)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    # One line for each migration says nothing that the command's own words do not.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    # aiosmtpd tells each command, with the addresses in it.
    logging.getLogger("mail.log").setLevel(logging.WARNING)


def _render(form: Literal["console", "json"]) -> list[structlog.typing.Processor]:
    if form == "json":
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    # The default would print the local variables of each frame: names, addresses, links.
    plainly = structlog.dev.plain_traceback
    return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plainly)]
