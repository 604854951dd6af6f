"""Batches and their recipients: what became of every mail of a roster. Reads only.

The state of a mail is told in the words of `mailer.queue.states`; beside it, whether the earner has set a password and
how often they pressed LinkedIn's buttons.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Select, func, select
from sqlmodel import col

from badges.tables import Account, Earner, Issuer
from badges.transactions import reading
from desk.accounts.showing import ShareCount, count_shares
from mailer.queue.overview import count_states
from mailer.queue.tables import Batch, Message

PAGE = 1000


@dataclass(frozen=True)
class BatchSummary:
    """One batch and how its mails stand."""

    id: str
    issuer: str
    kind: str
    label: str
    state: str
    """running, paused or cancelled."""
    rows_in: int
    mails: int
    created_at: datetime
    by_state: Mapping[str, int]


@dataclass(frozen=True)
class BatchRecipient:
    """One mail of a batch."""

    address: str
    name: str
    state: str
    state_at: datetime
    attempts: int
    reason: str
    due_at: datetime
    password_set_at: datetime | None
    message_id: str
    shares: ShareCount
    """How often the owner pressed the share buttons of the badge that the mail is about."""


def list_batches(engine: Engine, limit: int = 50, issuer_id: str | None = None) -> list[BatchSummary]:
    """Return the newest batches first, of one issuer or of all."""
    query = (
        select(
            col(Batch.id),
            col(Issuer.name),
            col(Batch.kind),
            col(Batch.label),
            col(Batch.state),
            col(Batch.rows_in),
            col(Batch.mails),
            col(Batch.created_at),
        )
        .join(Issuer, col(Issuer.id) == col(Batch.issuer_id))
        .order_by(col(Batch.created_at).desc(), col(Batch.id))
        .limit(limit)
    )
    if issuer_id is not None:
        query = query.where(col(Batch.issuer_id) == issuer_id)
    with reading(engine).connect() as connection:
        rows = connection.execute(query).all()
        counts = count_states(connection, [row[0] for row in rows])
    return [BatchSummary(*row, counts.get(row[0], {})) for row in rows]


def list_recipients(engine: Engine, batch_id: str) -> Iterator[BatchRecipient] | None:
    """Return the mails of a batch in the order of their ids, page by page; None if there is no such batch."""
    with reading(engine).connect() as connection:
        if connection.execute(select(col(Batch.id)).where(col(Batch.id) == batch_id)).first() is None:
            return None
    return _read_recipients(engine, batch_id)


def _read_recipients(engine: Engine, batch_id: str) -> Iterator[BatchRecipient]:
    query: Select[*tuple[Any, ...]] = (
        select(
            col(Message.rcpt_to),
            func.coalesce(col(Earner.name), ""),
            col(Message.state),
            col(Message.state_at),
            col(Message.attempts),
            func.coalesce(col(Message.reason), ""),
            col(Message.due_at),
            col(Account.password_set_at),
            col(Message.id),
            col(Message.facts),
        )
        .outerjoin(Earner, col(Earner.id) == col(Message.earner_id))
        .outerjoin(Account, col(Account.earner_id) == col(Earner.id))
        .where(col(Message.batch_id) == batch_id)
        .order_by(col(Message.id))
        .limit(PAGE)
    )
    after = ""
    while True:
        # One short transaction a page: a long one would keep SQLite from tidying up behind its writers.
        with reading(engine).connect() as connection:
            page = _read_page(connection, query.where(col(Message.id) > after))
        if not page:
            return
        yield from page
        after = page[-1].message_id


def _read_page(connection: Connection, query: Select[*tuple[Any, ...]]) -> list[BatchRecipient]:
    rows = connection.execute(query).all()
    badges = [json.loads(row.facts).get("assertion") or "" for row in rows]
    shares = count_shares(connection, badges)
    return [
        BatchRecipient(*[*row[:-1], shares.get(badge, ShareCount())]) for row, badge in zip(rows, badges, strict=True)
    ]
