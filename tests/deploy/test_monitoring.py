"""The monitoring that we ship and describe is about metrics that there are, and all that there are are described."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY

import badgepost.fault_counts
import badgepost.standing
import desk.hooks.counting
import inbound.counting
import mailer.delivery.counting
import web.counting
from badgepost.gauges import GAUGES
from badgepost.standing import Standing
from tests.web.fixtures import base_url, house, sample
from tests.web.house import House

__all__ = ["base_url", "house", "sample"]
ROOT = Path(__file__).resolve().parents[2]
COUNTING = (badgepost.fault_counts, desk.hooks.counting, inbound.counting, mailer.delivery.counting, web.counting)
DASHBOARD = json.loads((ROOT / "deploy/grafana/badgepost.json").read_text(encoding="utf-8"))
RULES = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yaml").read_text(encoding="utf-8"))["groups"][0]["rules"]
_SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "gauge": ("",)}
OF_THE_LIBRARY = {"process_cpu_seconds_total", "process_resident_memory_bytes"}


def families() -> Iterator[tuple[str, str, set[str]]]:
    """Return name, type and labels of everything that is exported under our name."""
    assert COUNTING
    for collector in set(REGISTRY._collector_to_names):
        for family in collector.describe() if hasattr(collector, "describe") else ():
            if family.name.startswith("badgepost_") and not family.name.startswith("badgepost_test_"):
                yield family.name, family.type, set(getattr(collector, "_labelnames", ()))
    for gauge in GAUGES:
        yield f"badgepost_{gauge.name}", "gauge", set(gauge.labels)
    for name in ("database_up", "disk_free_bytes", "disk_size_bytes"):
        yield f"badgepost_{name}", "gauge", set()


def exported() -> Mapping[str, set[str]]:
    """Return the labels of each series' name, as an expression may use it."""
    found = {f"{name}{suffix}": labels for name, kind, labels in families() for suffix in _SUFFIXES[kind]}
    return found | {name: {"process"} for name in OF_THE_LIBRARY}


def panels() -> Iterator[dict[str, Any]]:
    yield from (panel for panel in DASHBOARD["panels"] if panel["type"] != "row")


def expressions() -> list[tuple[str, str]]:
    shown = [(panel["title"], target["expr"]) for panel in panels() for target in panel["targets"]]
    return shown + [(rule["alert"], rule["expr"]) for rule in RULES]


@pytest.mark.parametrize(("what", "expression"), expressions())
def test_an_expression_is_about_what_there_is(what: str, expression: str) -> None:
    known = exported()
    used = re.findall(r"\b((?:badgepost|process)_\w+)(?:\{([^}]*)\})?", expression)
    assert used, what
    for name, conditions in used:
        assert name in known, what
        assert set(re.findall(r"(\w+)(?==|!=)", conditions)) <= known[name], what
    for labels in re.findall(r"\bby \(([^)]*)\)", expression):
        named = set(labels.replace(" ", "").split(","))
        assert named <= {"le", "instance"}.union(*(known[name] for name, _ in used)), what
    for one, other in ("()", "{}", "[]"):
        assert expression.count(one) == expression.count(other), what


def test_every_metric_is_described_with_its_labels_and_no_other() -> None:
    page = (ROOT / "docs/monitoring.md").read_text(encoding="utf-8")
    told = {
        name: set(re.findall(r"`(\w+)`", labels))
        for names, labels in re.findall(r"^\| (`badgepost_[^|]*) \|([^|]*)\|", page, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", names)
    }
    known = {f"{name}_total" if kind == "counter" else name: labels for name, kind, labels in families()}
    assert told == known


def test_every_alert_says_for_whom_and_what_to_look_at() -> None:
    page = (ROOT / "docs/monitoring.md").read_text(encoding="utf-8")
    table = page.partition("| alert |")[2].partition("\n\n")[0]
    for rule in RULES:
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"].endswith(".")
    assert {rule["alert"] for rule in RULES} == {
        f"Badgepost{name}"
        for line in table.splitlines()
        for name in re.findall(r"[A-Z]\w+", line.split("|")[1:2][0] if "|" in line else "")
    }


def test_panels_lie_beside_each_other_and_each_shows_something() -> None:
    places: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & places, panel["title"]
        assert at["x"] + at["w"] <= 24
        places |= cells
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
    assert all(target["expr"] for panel in panels() for target in panel["targets"])


def test_what_the_database_tells(house: House) -> None:
    """Every gauge has its samples, and one that cannot be asked for hides no other."""
    found = {family.name: family for family in Standing(house.service, kept_seconds=0).collect()}
    assert set(found) == {name for name, kind, _ in families() if kind == "gauge"}
    queued = {tuple(s.labels.values()): s.value for s in found["badgepost_queue_messages"].samples}
    assert queued["queued", "account"] == house.one("SELECT COUNT(*) FROM message WHERE state = 'queued'")
    assert found["badgepost_database_up"].samples[0].value == 1
    house.change("DROP TABLE process_pulse")
    left = {family.name for family in Standing(house.service, kept_seconds=0).collect()}
    assert left == set(found) - {"badgepost_processes"}


def test_a_scrape_does_not_wait_for_another_that_hangs(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(badgepost.standing, "PATIENCE", 0.05)
    standing = Standing(house.service, kept_seconds=0)
    with standing._lock:
        (family,) = standing.collect()
    assert [(sample.name, sample.value) for sample in family.samples] == [("badgepost_database_up", 0.0)]
