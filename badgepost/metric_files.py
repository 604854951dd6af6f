"""What each process of this machine has counted, as files beside each other: one process writes one, any may read all.

Here belong writing, reading and merging them. A series of a process bears its kind and name as the label `process`, so
that counts that begin anew after a restart are what Prometheus expects of a restart. prometheus_client's own files for
several processes are no use here: a variable chooses them before anything is imported, and those of the dead stay.
"""

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from prometheus_client import REGISTRY, Metric
from prometheus_client.registry import Collector
from prometheus_client.samples import Sample

KEPT_SECONDS = 300
"""A file that was not written anew for so long is of a process that ended, and its counts have been fetched."""
_LARGEST = 4 << 20
_LEFT_OUT = ("python_gc_", "python_info")
"""Of what prometheus_client counts by itself: nobody asked for it."""


def write_counts(folder: Path, process: str) -> None:
    """Write what this process has counted as `folder/PROCESS.json`, whole or not at all. Raises `OSError`."""
    families = [
        [
            family.name,
            family.documentation,
            family.type,
            [[s.name, s.labels, s.value] for s in _leave_out_births(family)],
        ]
        for family in REGISTRY.collect()
        if not family.name.startswith(_LEFT_OUT)
    ]
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f"{process}.unfinished"
    unfinished.write_text(json.dumps(families), encoding="utf-8")
    unfinished.rename(folder / f"{process}.json")


class CountsOfAll(Collector):
    """The counts of all processes whose files are in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def collect(self) -> Iterator[Metric]:
        """Return each family once, with the samples of all processes."""
        merged: dict[str, Metric] = {}
        for path in sorted(self._folder.glob("*.json")):
            for name, words, kind, samples in _read(path):
                family = merged.setdefault(name, Metric(name, words, kind))
                for sample, labels, value in samples:
                    family.add_sample(sample, {**labels, "process": path.stem}, value)
        yield from merged.values()


def _leave_out_births(family: Metric) -> Iterator[Sample]:
    """When each series began is told by the process's start."""
    return (sample for sample in family.samples if not sample.name.endswith("_created"))


def _read(path: Path) -> list[Any]:
    """Return a process's families; none if it ended a while ago, or its file is no use."""
    with suppress(OSError, ValueError):
        found = path.stat()
        if time.time() - found.st_mtime > KEPT_SECONDS:
            path.unlink()
        elif found.st_size <= _LARGEST:
            return list(json.loads(path.read_text(encoding="utf-8")))
    return []
