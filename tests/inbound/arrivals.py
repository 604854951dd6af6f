"""Arrivals for tests, and what the database holds of them."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, text

from inbound.store import Arrival

START = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
MAIL = b"From: robin@north.example\r\nSubject: My name\r\nMessage-ID: <1@north.example>\r\n\r\nPlease.\r\n"
_ARRIVAL = Arrival(
    mail_from="robin@north.example",
    rcpt_to=("support@badgepost.example",),
    helo_name="mx.north.example",
    peer_address="192.0.2.7",
    protocol="ESMTP",
    tls=None,
    received_at=START,
    content=MAIL,
)


def make_arrival(**changes: Any) -> Arrival:
    return replace(_ARRIVAL, **changes)


def fetch(engine: Engine, sql: str) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(sql))]
