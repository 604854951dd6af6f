"""Claims read as many rows as they take, however many there are: by PostgreSQL's own plans."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event

from bench.several_rows import fill
from mailer.queue.claiming import claim, next_due
from mailer.queue.leases import register
from tests.mailer.ledgers import START, Ledger, open_ledger
from tests.mailer.postgresql import PROGRAMS

pytestmark = pytest.mark.needs(*PROGRAMS)
ROWS = 6_000


@pytest.fixture
def ledger(on_postgresql: None, tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "ledger.db") as ledger:
        fill(ledger.engine, ROWS)
        yield ledger


def read_plans(connection: Connection, act: Any) -> Iterator[dict[str, Any]]:
    """Yield every node of the plans of what `act` runs on messages."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "message" in statement and not statement.startswith("EXPLAIN"):
            seen.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", note)
    act()
    for statement, parameters in seen:
        told = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters).scalar_one()
        yield from walk((json.loads(told) if isinstance(told, str) else told)[0]["Plan"])


def walk(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from walk(child)


def test_a_claim_reads_no_more_than_it_takes(ledger: Ledger) -> None:
    with ledger.engine.begin() as connection:
        register(connection, "lease", "worker", "here", START)
        nodes = list(read_plans(connection, lambda: claim(connection, "lease", 50, START)))
    indexes = {node.get("Index Name") for node in nodes}
    assert {"ix_message_claimable", "ix_message_claimable_single"} <= indexes
    assert not [node for node in nodes if node["Node Type"] == "Seq Scan" and node["Relation Name"] == "message"]
    read = [node["Actual Rows"] * node["Actual Loops"] for node in nodes if node.get("Relation Name") == "message"]
    assert max(read) <= 100


def test_what_is_due_next_is_one_probe_of_each_index(ledger: Ledger) -> None:
    with ledger.engine.begin() as connection:
        nodes = list(read_plans(connection, lambda: next_due(connection)))
    scans = [node for node in nodes if node.get("Relation Name") == "message"]
    assert {node["Index Name"] for node in scans} == {"ix_message_claimable", "ix_message_claimable_single"}
    assert sum(node["Actual Rows"] for node in scans) <= 1
