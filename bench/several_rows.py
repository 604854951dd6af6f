"""A ledger of any size for `bench.several`, written by the database itself; a bare table in one piece and in parts."""

from sqlalchemy import Engine, text

ISSUERS = 1000

_SERIES = {
    "postgresql": "SELECT g FROM generate_series(1, :rows) AS g",
    "sqlite": "WITH RECURSIVE s(g) AS (SELECT 1 UNION ALL SELECT g + 1 FROM s WHERE g < :rows) SELECT g FROM s",
}
# Nine in ten are sent, as in a ledger of some age; of the others every second one is due.
_MESSAGES = """
    INSERT INTO message (
        id, idempotency_key, message_id, kind, stream, batch_id, issuer_id, rcpt_to, domain, template_digest, facts,
        written_at, due_at, state, state_at, attempts, doubts, fence
    )
    SELECT 'm' || g, 'issuance/' || g, 'abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrst' || g || '@mail.example',
        'issuance', 'account', 'batch', 'issuer', 'earner' || g || '@north.example', 'north.example', 'digest',
        '{{"name": "Ada Lovelace", "address": "earner@north.example", "issued": "2026-11-23", "assertion": "5rnm' || g
        || '", "credential": "2hd7gpbqv4xwz6tq", "account": "7kq2m5xwz3vbn4tr", "serial": 1, "expires": null}}',
        g, CASE WHEN g % 2 = 0 THEN g ELSE 4000000000000000 + g END,
        CASE WHEN g % 10 < 9 AND g > 900 THEN 'sent' ELSE 'queued' END, g, 0, 0, 0
    FROM ({series}) AS series
"""
_ATTEMPTS = """
    INSERT INTO attempt (message_id, number, relay, started_at, finished_at, outcome, phase, reply)
    SELECT id, 1, 'relay', state_at, state_at, 'sent', 'body', '250 2.0.0 Ok: queued as 4XyZabcdefghij'
    FROM message WHERE state = 'sent'
"""
SIZES = """
    SELECT relname, pg_total_relation_size(oid), pg_indexes_size(oid) FROM pg_class
    WHERE relname IN ('message', 'attempt') AND relkind = 'r'
"""
PARTITIONED = [
    *(
        f"CREATE TABLE {name} (id bigint, issuer int, state text, due_at bigint, worker_id text, fence int DEFAULT 0,"
        f" facts text, PRIMARY KEY (issuer, id)){how}"
        for name, how in (("whole", ""), ("parted", " PARTITION BY HASH (issuer)"))
    ),
    *(
        f"CREATE TABLE parted_{part} PARTITION OF parted FOR VALUES WITH (MODULUS 16, REMAINDER {part})"
        for part in range(16)
    ),
    *(f"CREATE INDEX ON {name} (due_at) WHERE state = 'queued' AND worker_id IS NULL" for name in ("whole", "parted")),
    *(
        f"CREATE INDEX ON {name} (issuer, due_at) WHERE state = 'queued' AND worker_id IS NULL"
        for name in ("whole", "parted")
    ),
]
FILL = """
    INSERT INTO {table} (id, issuer, state, due_at, facts)
    SELECT g, g % CAST(:issuers AS int), CASE WHEN g % 10 < 9 THEN 'sent' ELSE 'queued' END, g, repeat('x', 300)
    FROM generate_series(1, CAST(:rows AS int)) g
"""


def fill(engine: Engine, rows: int) -> None:
    """Write so many messages, and an attempt for each that was sent; then let the database look at them."""
    name = engine.dialect.name
    with engine.begin() as connection:
        connection.execute(text(_MESSAGES.format(series=_SERIES[name])), {"rows": rows})
        connection.execute(text(_ATTEMPTS))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE" if name == "postgresql" else "ANALYZE")
