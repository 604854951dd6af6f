"""What the database tells Prometheus, the same from every machine, and the disk of this one.

Here belongs asking: when, how patiently, and what is said where there is no answer. Answers are kept for a few seconds.
The questions stand in `gauges`.
"""

import shutil
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from threading import Lock

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import Connection, select

from badgepost.gauges import GAUGES, Gauge, Sample
from badgepost.wiring import Service
from badges.transactions import reading

KEPT_SECONDS = 10.0
PATIENCE = 3.0
"""Seconds that one scrape waits for another's questions."""


class Standing(Collector):
    """Asks when it is asked, `KEPT_SECONDS` after the last time. A question that fails leaves its family out."""

    def __init__(self, service: Service, kept_seconds: float = KEPT_SECONDS) -> None:
        self._service = service
        self._kept_seconds = kept_seconds
        self._lock = Lock()
        self._asked_at = float("-inf")
        self._kept: list[Metric] = []

    def describe(self) -> Iterable[Metric]:
        """Nothing: to be registered takes no question."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Return the families."""
        if not self._lock.acquire(timeout=PATIENCE):
            # Somebody has been asking for long: threads that wait for a database that hangs must not grow in number.
            yield _make(_IS_UP, [((), 0.0)])
            return
        try:
            if time.monotonic() - self._asked_at >= self._kept_seconds:
                self._kept = list(self._ask_all())
                self._asked_at = time.monotonic()
            yield from self._kept
        finally:
            self._lock.release()

    def _ask_all(self) -> Iterator[Metric]:
        is_up = True
        for gauge in GAUGES:
            if is_up:
                try:
                    with reading(self._service.engine).connect() as connection:
                        yield _make(gauge, gauge.ask(connection, datetime.now(UTC)))
                except Exception:  # counted as `badgepost_database_faults_total`; the next one may do
                    is_up = self._answers()
        yield _make(_IS_UP, [((), float(is_up))])
        yield from self._ask_disk()

    def _answers(self) -> bool:
        try:
            with reading(self._service.engine).connect() as connection:
                return bool(connection.execute(select(1)).scalar_one())
        except Exception:
            return False

    def _ask_disk(self) -> Iterator[Metric]:
        try:
            usage = shutil.disk_usage(self._service.settings.data_dir)
        except OSError:
            return
        for name, value in (("free", usage.free), ("size", usage.total)):
            gauge = Gauge(f"disk_{name}_bytes", f"Of the disk that data_dir is on: {name}.", (), _ask_nothing)
            yield _make(gauge, [((), value)])


def _make(gauge: Gauge, samples: Iterable[Sample]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"badgepost_{gauge.name}", gauge.words, labels=gauge.labels)
    for labels, value in samples:
        family.add_metric(labels, value)
    return family


def _ask_nothing(_connection: Connection, _now: datetime) -> Iterable[Sample]:
    return ()


_IS_UP = Gauge("database_up", "1 if the database answers.", (), _ask_nothing)
