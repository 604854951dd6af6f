"""Where Prometheus asks: answered, and not held up by whoever connects and says nothing."""

import socket
from pathlib import Path
from urllib.request import urlopen

import pytest

from badgepost.database import migrate
from badgepost.metric_server import MetricServer, _Handler
from badgepost.settings import Settings
from badgepost.wiring import open_service
from tests.databases import filled_database
from tests.logs import keep_logs


def test_a_connection_that_says_nothing_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_Handler, "timeout", 0.5)
    filled_database(tmp_path / "badgepost.db", migrate)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with keep_logs():
        service = open_service(Settings(data_dir=tmp_path, metrics=f"127.0.0.1:{port}"))
        server = MetricServer(service, tmp_path)
        server.open()
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=30) as silent:
                assert silent.recv(1) == b"", "it was closed"
            with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
                assert b"badgepost_database_up 1.0" in answer.read()
        finally:
            server.close()
            service.engine.dispose()
