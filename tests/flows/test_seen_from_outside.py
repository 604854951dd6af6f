"""A service of real processes as those see it who keep it running: probes, metrics, pulses, logs, traces."""

import json
import signal
import socket
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.error import HTTPError

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from prometheus_client.parser import text_string_to_metric_families

from badgepost.tracing import make_root_id, make_trace_id
from tests.badgepost.conftest import Terminal

SECONDS = 90


@dataclass
class Collector:
    """Takes traces as an OpenTelemetry collector does."""

    port: int = 0
    spans: list[Any] = field(default_factory=list)

    def of_trace(self, subject: str) -> dict[str, Any]:
        """Return the spans of the trace about a message or a batch, by name."""
        trace_id = make_trace_id(subject).to_bytes(16)
        return {span.name: span for span in self.spans if span.trace_id == trace_id}


@contextmanager
def collecting() -> Iterator[Collector]:
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = ExportTraceServiceRequest.FromString(self.rfile.read(int(self.headers["content-length"])))
            for resource in request.resource_spans:
                for scope in resource.scope_spans:
                    collector.spans += scope.spans
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    collector.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        return int(listening.getsockname()[1])


def fetch(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()


def await_it(holds: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            if holds():
                return
        except OSError:
            pass
        assert time.monotonic() < deadline, what
        time.sleep(0.2)


@pytest.mark.timeout(240)
def test_a_service_is_seen(terminal: Terminal) -> None:
    """Pages and one worker; the sample's mails leave."""
    web, metrics = free_port(), free_port()
    with collecting() as collector:
        terminal.write(
            "badgepost.toml",
            f"""
            base_url = "http://127.0.0.1:{web}"
            web_port = {web}
            metrics = "127.0.0.1:{metrics}"
            processors = 0
            hook_senders = 0
            log_format = "json"
            listener.enabled = false
            tracing.endpoint = "http://127.0.0.1:{collector.port}/v1/traces"
            tracing.ratio = 1.0
            """,
        )
        process = terminal.start("serve", "--sample", log_level="info")
        try:
            await_it(lambda: fetch(web, "/readyz")[0] == 200, "the pages are ready")
            assert json.loads(fetch(web, "/healthz")[1]) == {"status": "ok"}
            assert set(json.loads(fetch(web, "/readyz")[1])["checks"].values()) == {"ok"}
            await_it(lambda: count(metrics, "badgepost_attempts_total", outcome="sent") >= 10, "mails have left")
            await_it(lambda: count(metrics, "badgepost_processes", kind="worker", state="alive") == 1, "a worker lives")
            assert count(metrics, "badgepost_processes", kind="web", state="alive") == 1
            assert count(metrics, "badgepost_database_up") == 1
            assert {"web-1", "worker-serve-1"} <= processes_of(metrics)
            assert fetch(web, "/metrics")[0] == 404
        finally:
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    lines = [json.loads(line) for line in err.splitlines()]
    sent = next(line for line in lines if line["event"] == "attempt" and line["outcome"] == "sent" and line["batch"])
    assert "Traceback" not in out + err
    pulses = [row for row in terminal.dump() if row.startswith("process_pulse: (")]
    assert pulses == [], "whoever ends takes its pulse away"
    trace = collector.of_trace(sent["message"])
    assert set(trace) == {"compose", "intend", "send outbox", "mail issuance"}
    root = trace["mail issuance"]
    assert root.span_id == make_root_id(sent["message"]).to_bytes(8)
    assert {span.parent_span_id for span in trace.values() if span is not root} == {root.span_id}
    assert [link.trace_id for link in root.links] == [make_trace_id(sent["batch"]).to_bytes(16)]
    assert set(collector.of_trace(sent["batch"])) == {"issue"}
    assert "@" not in str([span.attributes for span in collector.spans])


def samples(port: int) -> Iterator[Any]:
    for family in text_string_to_metric_families(fetch(port, "/metrics")[1]):
        yield from family.samples


def count(port: int, name: str, **labels: str) -> float:
    """Return the sum of all samples of this name with these labels."""
    found = (sample for sample in samples(port) if sample.name == name)
    return sum(sample.value for sample in found if labels.items() <= sample.labels.items())


def processes_of(port: int) -> set[str]:
    return {sample.labels["process"] for sample in samples(port) if "process" in sample.labels}
