"""Where Prometheus asks: one address a machine, served by the first of its processes that can have it.

Here belongs serving. It is an address of its own and none of the pages', so that no reverse proxy can make it public by
mistake; whichever process has it serves the counts of all, and when it ends, another one takes it within seconds.
"""

import errno
from pathlib import Path
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import structlog
from prometheus_client import CollectorRegistry, start_http_server

from badgepost.metric_files import CountsOfAll
from badgepost.standing import Standing
from badgepost.wiring import Service

PATIENCE = 10
"""Seconds that a connection may say nothing: each has a thread."""

_log = structlog.get_logger("badgepost.metrics")


class _Handler(WSGIRequestHandler):
    timeout = PATIENCE

    def log_message(self, *_arguments: object) -> None:
        """Say nothing of each question."""


class MetricServer:
    """Serves at the setting `metrics` while it is open."""

    def __init__(self, service: Service, folder: Path) -> None:
        self._address = service.settings.metrics_address()
        self._registry = CollectorRegistry()
        self._registry.register(CountsOfAll(folder))
        self._registry.register(Standing(service))
        self._open: tuple[WSGIServer, Thread] | None = None
        self._is_told = False

    def open(self) -> None:
        """Take the address if there is one and no other process has it; to be called again and again."""
        if self._address is None or self._open is not None:
            return
        host, port = self._address
        try:
            server, thread = start_http_server(port, host, self._registry)
        except OSError as fault:
            if fault.errno != errno.EADDRINUSE and not self._is_told:
                self._is_told = True
                _log.error("metrics_not_served", host=host, port=port, why=fault.strerror)
        else:
            server.RequestHandlerClass = _Handler
            self._open = server, thread
            _log.info("metrics_served", host=host, port=port)

    def close(self) -> None:
        """Give the address to another process."""
        if self._open is not None:
            server, thread = self._open
            server.shutdown()
            server.server_close()
            thread.join()
            self._open = None
