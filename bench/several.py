"""`python -m bench.several`: what handing out work costs on PostgreSQL, for docs/scaling.md. Takes some five minutes.

Everything is measured against something else in the same minute. Needs PostgreSQL's server programs; of the engines,
procrastinate is measured only where somebody has installed it beside.
"""

import argparse
import asyncio
import importlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from sqlalchemy import Engine, text

from badgepost.database import migrate, open_engine
from bench.several_engines import ENGINES, measure_plain
from bench.several_rows import FILL, ISSUERS, PARTITIONED, SIZES, fill
from mailer.queue.claiming import claim, give_back
from mailer.queue.leases import register
from mailer.queue.ledger import NewMessage, enqueue
from tests.mailer.ledgers import START, fill_ledger
from tests.mailer.postgresql import PostgresServer, running_postgres

FEW, MANY = 1_000, 1_000_000
BATCH_SIZES = (1, 50, 200)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.several", description=__doc__)
    parser.add_argument("--rows", type=int, default=MANY, help="of the large ledger")
    rows = parser.parse_args().rows
    with TemporaryDirectory(prefix="badgepost-bench-") as folder, running_postgres() as server:
        _compare_engines(server)
        for name, url in (
            ("SQLite", lambda size: f"sqlite:///{folder}/{size}.db"),
            ("PostgreSQL", lambda _size: server.url_of(server.create("template0"))),
        ):
            _compare_claims(name, url, rows, Path(folder))
        _compare_partitions(server, rows)


def _compare_engines(server: PostgresServer) -> None:
    """What one message costs, by how many of them a job stands for."""
    for size in BATCH_SIZES:
        plain = asyncio.run(measure_plain(server, size))
        line = [f"plain claims {plain.wall:.0f} µs ({plain.cpu:.0f} of our CPU)"]
        for name, measure in ENGINES.items():
            with suppress(ImportError):
                importlib.import_module(name)
                cost = asyncio.run(measure(server, size))
                line.append(f"{name} {cost.wall / plain.wall:.1f} times that ({cost.cpu:.0f} µs of our CPU)")
        print(f"a message, {size} of them a job or claim: " + "; ".join(line), flush=True)


def _compare_claims(name: str, url: Callable[[int], str], rows: int, _folder: Path) -> None:
    """A claim of 200, and 200 messages more, by how many rows there are."""
    engines = {size: _make(url(size), size) for size in (FEW, rows)}
    for what, act in (("claim of 200", _claim), ("200 messages more", _enqueue)):
        took = {size: [] for size in engines}
        for _ in range(15):
            for size, engine in engines.items():
                took[size].append(act(engine))
        ratio = median(took[rows]) / median(took[FEW])
        print(f"{name}, {what}: {median(took[FEW]) * 1e3:.1f} ms at {FEW:,} rows, {ratio:.2f} times that at {rows:,}")
    if name == "PostgreSQL":
        with engines[rows].connect() as connection:
            for table, size, indexes in connection.execute(text(SIZES)):
                print(f"{name}: {table} {size / rows:,.0f} bytes a row, {indexes / rows:,.0f} of them indexes")
    for engine in engines.values():
        engine.dispose()


def _compare_partitions(server: PostgresServer, rows: int) -> None:
    """The same table in one piece and in 16 by the issuer's hash, with bare claims and inserts."""
    engine = server.open(server.create("template0"))
    with engine.begin() as connection:
        for statement in PARTITIONED:
            connection.execute(text(statement))
        for table in ("whole", "parted"):
            connection.execute(text(FILL.format(table=table)), {"rows": rows, "issuers": ISSUERS})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    for what, statement in _PARTED_ACTS.items():
        took: dict[str, list[float]] = {"whole": [], "parted": []}
        for number in range(15):
            for table, times in took.items():
                with engine.begin() as connection, _timed(times):
                    connection.execute(text(statement.format(table=table)), {"number": number})
        ratio = median(took["parted"]) / median(took["whole"])
        print(f"partitions, {what}: {median(took['whole']) * 1e3:.1f} ms in one table, {ratio:.2f} times that in 16")
    engine.dispose()


_CLAIM = """
    UPDATE {table} SET worker_id = 'w', fence = fence + 1 WHERE (id, issuer) IN (
        SELECT id, issuer FROM {table} WHERE state = 'queued' AND worker_id IS NULL %s ORDER BY due_at LIMIT 200
        FOR UPDATE SKIP LOCKED
    )
"""
_PARTED_ACTS = {
    "claim of 200 of any issuer": _CLAIM % "AND CAST(:number AS int) >= 0",
    "claim of 200 of one issuer": _CLAIM % "AND issuer = CAST(:number AS int)",
    "1,000 rows more": """
        INSERT INTO {table} (id, issuer, state, due_at, facts)
        SELECT 100000000 + :number * 1000 + g, g % 1000, 'queued', g, repeat('x', 300) FROM generate_series(1, 1000) g
    """,
}


def _make(url: str, rows: int) -> Engine:
    engine = open_engine(url)
    migrate(engine)
    fill_ledger(engine)
    fill(engine, rows)
    with engine.begin() as connection:
        register(connection, "lease", "worker", "here", START)
    return engine


def _claim(engine: Engine) -> float:
    times: list[float] = []
    with engine.begin() as connection:
        with _timed(times):
            claimed = claim(connection, "lease", 200, START).messages
        assert len(claimed) == 200
        give_back(connection, [(message, None) for message in claimed])
    return times[0]


def _enqueue(engine: Engine) -> float:
    times: list[float] = []
    stamp = time.monotonic_ns()
    messages = [
        NewMessage(
            idempotency_key=f"more/{stamp}/{number}",
            kind="issuance",
            stream="account",
            issuer_id="issuer",
            rcpt_to=f"{stamp}.{number}@north.example",
            domain="north.example",
            template_digest="digest",
            facts="{}",
            written_at=START,
            due_at=START,
            batch_id="batch",
        )
        for number in range(200)
    ]
    with engine.begin() as connection, _timed(times):
        enqueue(connection, messages, "badgepost.example")
    return times[0]


@contextmanager
def _timed(times: list[float]) -> Iterator[None]:
    began = time.perf_counter()
    yield
    times.append(time.perf_counter() - began)


if __name__ == "__main__":
    main()
