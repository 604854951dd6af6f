"""Traces of mails (OpenTelemetry), made of the log's lines: what a line says with its times, a span says.

Here belong spans, ids and sending them off. Only a process with the setting `tracing.endpoint` imports this module, so
without it nothing of OpenTelemetry is needed, loaded or paid for (`observing`). The ids follow from the message's id:
whatever any process does for one mail, on any machine and on any day, is in one trace, and no column is needed for it.
No span has an address; attributes follow the semantic conventions for messaging where there are such.
"""

import atexit
import hashlib
import os
import socket
import time
from collections.abc import Mapping
from functools import cache
from threading import Thread, local
from typing import Any

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)

PATIENCE = 5.0
"""Seconds that a process that ends waits for its last spans to be taken."""
_FINAL = frozenset({"sent", "bounced", "expired"})
_FAULT = "error.type"
_NANO = 1_000_000_000
_HALF = 1 << 64


def make_trace_id(subject: str) -> int:
    """Return the id of the trace about a message, or a batch, by its id."""
    return int.from_bytes(hashlib.sha256(subject.encode()).digest()[:16])


def make_root_id(subject: str) -> int:
    """Return the id of the span that all others of that trace are under."""
    return int.from_bytes(hashlib.sha256(f"{subject}/root".encode()).digest()[:8])


class Tracer:
    """Makes spans of the lines that it is shown, and hands them to an exporter in a thread."""

    def __init__(self, ratio: float, exporter: SpanExporter) -> None:
        self._bound = round(ratio * _HALF)
        self._ids = _ForcedIds()
        resource = Resource.create(
            {"service.name": "badgepost", "service.instance.id": f"{socket.gethostname()}:{os.getpid()}"}
        )
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False, id_generator=self._ids)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("badgepost")

    def observe(self, line: Mapping[str, Any]) -> None:
        """Make the spans of one line of the log, if it is about a mail that is traced."""
        act = _ACTS.get(line.get("event", ""))
        if act is not None:
            act(self, line)

    def close(self) -> None:
        """Hand over what is left, if that does not take long: whoever collects traces may be away."""
        thread = Thread(target=self._provider.shutdown, name="traces", daemon=True)
        thread.start()
        thread.join(PATIENCE)

    def _is_traced(self, subject: str) -> bool:
        """The same share of all ids, and the same ones, in every process (TraceIdRatioBased)."""
        return make_trace_id(subject) % _HALF < self._bound

    def _tell_issued(self, line: Mapping[str, Any]) -> None:
        batch, now = line.get("batch"), time.time_ns()
        if batch and self._is_traced(batch):
            about = {"messaging.batch.message_count": line["mails"], "badgepost.batch": batch}
            self._root(batch, "issue", (now, now), about)

    def _tell_queued(self, line: Mapping[str, Any]) -> None:
        if self._is_traced(line["message"]):
            now = time.time_ns()
            self._child(line["message"], "queue", (now, now), _describe(line), SpanKind.PRODUCER)

    def _tell_attempt(self, line: Mapping[str, Any]) -> None:
        message = line["message"]
        if not self._is_traced(message):
            return
        end = time.time_ns()
        granted = end - _nano(line["seconds"])
        asked = granted - _nano(line["intending"])
        about = _describe(line) | {
            "messaging.destination.name": line["relay"],
            "network.protocol.name": "smtp",
            "badgepost.attempt": line["attempt"],
            "badgepost.phase": line["phase"],
        }
        if line["code"] is not None:
            about["badgepost.reply_code"] = line["code"]
        if line["outcome"] != "sent":
            about[_FAULT] = line["outcome"]
        self._child(message, "compose", (asked - _nano(line["composing"]), asked), _describe(line))
        self._child(message, "intend", (asked, granted), _describe(line))
        self._child(message, f"send {line['relay']}", (granted, end), about, SpanKind.CLIENT)
        if line["state"] in _FINAL:
            times = end - _nano(line["age"]), end
            self._root(message, f"mail {line['kind']}", times, _describe(line), line.get("batch"))

    def _tell_report(self, line: Mapping[str, Any]) -> None:
        message = line.get("message")
        if message and self._is_traced(message):
            end = time.time_ns()
            about = _describe(line) | {"badgepost.report": line["report"]}
            times = end - _nano(line["seconds"]), end
            self._child(message, f"report {line['report']}", times, about, SpanKind.CONSUMER)

    def _tell_posted(self, line: Mapping[str, Any]) -> None:
        message = line.get("message")
        if message and self._is_traced(message):
            end, answer = time.time_ns(), line["answer"]
            about = _describe(line) | {"http.request.method": "POST"}
            about |= {"http.response.status_code": answer} if isinstance(answer, int) else {}
            if not line["taken"]:
                about[_FAULT] = str(answer) if isinstance(answer, int) else "unreached"
            self._child(message, "webhook", (end - _nano(line["seconds"]), end), about, SpanKind.CLIENT)

    def _root(
        self, subject: str, name: str, times: tuple[int, int], about: Mapping[str, Any], batch: str | None = None
    ) -> None:
        links = [Link(_make_context(batch))] if batch else []
        with self._ids.forced(make_trace_id(subject), make_root_id(subject)):
            span = self._tracer.start_span(name, Context(), SpanKind.INTERNAL, about, links, times[0])
        span.end(times[1])

    def _child(
        self,
        subject: str,
        name: str,
        times: tuple[int, int],
        about: Mapping[str, Any],
        kind: SpanKind = SpanKind.INTERNAL,
    ) -> None:
        parent = set_span_in_context(NonRecordingSpan(_make_context(subject)), Context())
        span = self._tracer.start_span(name, parent, kind, about, start_time=times[0])
        if _FAULT in about:
            span.set_status(Status(StatusCode.ERROR))
        span.end(times[1])


_ACTS = {
    "issued": Tracer._tell_issued,
    "queued": Tracer._tell_queued,
    "attempt": Tracer._tell_attempt,
    "processed": Tracer._tell_report,
    "posted": Tracer._tell_posted,
}


@cache
def open_tracer(endpoint: str, ratio: float) -> Tracer:
    """Return the tracer of this process, which sends spans to the collector at `endpoint` until the process ends."""
    tracer = Tracer(ratio, OTLPSpanExporter(endpoint=endpoint, timeout=PATIENCE))
    atexit.register(tracer.close)
    return tracer


class _ForcedIds(RandomIdGenerator):
    """Random ids, but for a span that is to have certain ones."""

    def __init__(self) -> None:
        self._wanted = local()

    def forced(self, trace_id: int, span_id: int) -> "_Forced":
        """Have the next span of this thread bear these ids."""
        return _Forced(self._wanted, (trace_id, span_id))

    def generate_trace_id(self) -> int:
        wanted = getattr(self._wanted, "ids", None)
        return wanted[0] if wanted else super().generate_trace_id()

    def generate_span_id(self) -> int:
        wanted = getattr(self._wanted, "ids", None)
        return wanted[1] if wanted else super().generate_span_id()


class _Forced:
    def __init__(self, wanted: local, ids: tuple[int, int]) -> None:
        self._wanted = wanted
        self._ids = ids

    def __enter__(self) -> None:
        self._wanted.ids = self._ids

    def __exit__(self, *_: object) -> None:
        self._wanted.ids = None


def _make_context(subject: str) -> SpanContext:
    sampled = TraceFlags(TraceFlags.SAMPLED)
    return SpanContext(make_trace_id(subject), make_root_id(subject), is_remote=True, trace_flags=sampled)


def _describe(line: Mapping[str, Any]) -> dict[str, Any]:
    about = {
        "messaging.system": "badgepost",
        "messaging.message.id": line.get("message"),
        "badgepost.batch": line.get("batch"),
        "badgepost.kind": line.get("kind"),
    }
    return {name: value for name, value in about.items() if value is not None}


def _nano(seconds: float) -> int:
    return int(seconds * _NANO)
