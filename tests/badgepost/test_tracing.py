"""Traces: whatever is done for one mail, by any process, is in one trace; and without a collector there is nothing."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from badgepost import observing
from badgepost.observing import find_observer
from badgepost.refusal import Refusal
from badgepost.setting_groups import Tracing
from badgepost.settings import Settings
from badgepost.tracing import Tracer, make_root_id, make_trace_id
from badges.ids import make_id

ROOT = Path(__file__).resolve().parents[2]
MESSAGE, BATCH = "a" * 16, "b" * 16
ATTEMPT: dict[str, Any] = {
    "event": "attempt",
    "message": MESSAGE,
    "batch": BATCH,
    "kind": "issuance",
    "relay": "first",
    "attempt": 1,
    "outcome": "sent",
    "state": "sent",
    "phase": "body",
    "code": 250,
    "composing": 0.001,
    "intending": 0.002,
    "seconds": 0.5,
    "age": 90.0,
}


class Traced:
    """Two processes, and what they have told of."""

    def __init__(self, ratio: float = 1.0) -> None:
        self.exporter = InMemorySpanExporter()
        self.processes = [Tracer(ratio, self.exporter) for _ in range(2)]

    def spans(self) -> list[ReadableSpan]:
        for process in self.processes:
            process._provider.force_flush()
        return list(self.exporter.get_finished_spans())

    def close(self) -> None:
        for process in self.processes:
            process.close()


@pytest.fixture
def traced() -> Iterator[Traced]:
    traced = Traced()
    yield traced
    traced.close()


def test_one_trace_from_queue_to_webhook(traced: Traced) -> None:
    first, second = traced.processes
    first.observe({"event": "queued", "message": MESSAGE, "kind": "issuance"})
    first.observe(ATTEMPT | {"outcome": "deferred", "state": "deferred", "phase": "rcpt", "code": 451})
    second.observe(ATTEMPT | {"attempt": 2})
    first.observe({"event": "processed", "message": MESSAGE, "report": "failed", "seconds": 0.1})
    second.observe({"event": "posted", "message": MESSAGE, "taken": False, "answer": 503, "seconds": 0.2})
    spans = traced.spans()
    assert {span.context.trace_id for span in spans} == {make_trace_id(MESSAGE)}
    assert len({span.context.span_id for span in spans}) == len(spans)
    (root,) = [span for span in spans if span.parent is None]
    assert root.name == "mail issuance"
    assert root.context.span_id == make_root_id(MESSAGE)
    assert [link.context.trace_id for link in root.links] == [make_trace_id(BATCH)]
    assert {span.parent.span_id for span in spans if span.parent} == {root.context.span_id}
    assert round((root.end_time - root.start_time) / 1e9) == 90
    failed = {span.name: span.attributes["error.type"] for span in spans if span.status.status_code is StatusCode.ERROR}
    assert failed == {"send first": "deferred", "webhook": "503"}
    sent = [span for span in spans if span.name == "send first"]
    assert [span.attributes["badgepost.reply_code"] for span in sent] == [451, 250]
    assert [round((span.end_time - span.start_time) / 1e9, 3) for span in sent] == [0.5, 0.5]


def test_the_same_share_of_mails_in_every_process() -> None:
    traced, ids = Traced(0.2), [make_id() for _ in range(400)]
    first, second = traced.processes
    for id_ in ids:
        first.observe({"event": "queued", "message": id_})
        second.observe({"event": "processed", "message": id_, "report": "delivered", "seconds": 0.0})
    by_name: dict[str, set[int]] = {"queue": set(), "report delivered": set()}
    for span in traced.spans():
        by_name[span.name].add(span.context.trace_id)
    traced.close()
    assert by_name["queue"] == by_name["report delivered"]
    assert 30 < len(by_name["queue"]) < 140


def test_lines_about_nothing_that_is_traced_make_no_span(traced: Traced) -> None:
    for line in ({"event": "started"}, {}, {"event": "processed", "ticket": "x"}, {"event": "issued", "batch": None}):
        traced.processes[0].observe(line)
    assert traced.spans() == []


def test_without_a_collector_nothing_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observing, "import_module", lambda _: pytest.fail("asked for"))
    assert find_observer(Settings()) is None
    sources = {
        path.relative_to(ROOT): path.read_text(encoding="utf-8")
        for package in ("wire", "badges", "mailer", "desk", "inbound", "web", "badgepost")
        for path in (ROOT / package).rglob("*.py")
    }
    named = re.compile(r"^\s*(?:from|import) .*(?:opentelemetry|badgepost\.tracing)", re.MULTILINE)
    assert {str(path) for path, source in sources.items() if named.search(source)} == {"badgepost/tracing.py"}


def test_a_collector_without_the_packages_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def miss(_: str) -> None:
        raise ModuleNotFoundError("No module named 'opentelemetry'", name="opentelemetry")

    monkeypatch.setattr(observing, "import_module", miss)
    settings = Settings(tracing=Tracing(endpoint="http://127.0.0.1:4318/v1/traces"))
    with pytest.raises(Refusal, match=r"badgepost\[tracing\]"):
        find_observer(settings)
