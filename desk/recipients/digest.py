"""The daily digest to an issuer: whom its mails did not reach the day before. None if there is nothing new.

Here belongs the act that a process repeats: a day has one digest (its key names the day), whoever does it and however
often. Why each mail failed stands on the page that it leads to.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, select
from sqlmodel import col

from badges.tables import Issuer
from badges.transactions import reading
from desk.mailing import Letter, write_letter
from desk.office import Office
from desk.recipients.bounces import Unreached, list_unreached
from desk.requests.answering import is_ours, is_suppressed
from mailer.queue.tables import Message

WRITTEN_FROM = time(6, tzinfo=UTC)
"""Digests wait until the night is over, so that reports of the evening are in."""
MOST_TOLD = 50
"""People that a digest names; the page has them all."""
KIND = "bounce_digest"


def write_digests(office: Office, now: datetime) -> int:
    """Write to each issuer whose mails failed yesterday (UTC) and who has not been told; return to how many."""
    if now.astimezone(UTC).timetz() < WRITTEN_FROM:
        return 0
    yesterday = now.astimezone(UTC).date() - timedelta(days=1)
    with reading(office.engine).connect() as connection:
        due = _list_due(connection, office, yesterday)
    return sum(_write(office, issuer, yesterday, now) for issuer in due)


def _list_due(connection: Connection, office: Office, day: date) -> Sequence[Row[Any]]:
    told = select(col(Message.idempotency_key)).where(
        col(Message.idempotency_key) == f"{KIND}/{day.isoformat()}/" + col(Issuer.id)
    )
    query: Select[*tuple[Any, ...]] = select(
        col(Issuer.id), col(Issuer.slug), col(Issuer.support_email), col(Issuer.language)
    ).where(~told.exists())
    rows = connection.execute(query).all()
    return [
        row
        for row in rows
        if not is_ours(office, row.support_email) and not is_suppressed(connection, row.support_email, row.id)
    ]


def _write(office: Office, issuer: Row[Any], day: date, now: datetime) -> bool:
    began = datetime.combine(day, time(), UTC)
    with reading(office.engine).connect() as connection:
        people, following = list_unreached(connection, issuer.id, None, MOST_TOLD, began)
    of_the_day = [one for one in people if one.at < began + timedelta(days=1)]
    if not of_the_day:
        return False
    lines = [_describe(one) for one in of_the_day]
    letter = Letter(
        kind=KIND,
        key=f"{KIND}/{day.isoformat()}/{issuer.id}",
        issuer_id=issuer.id,
        earner_id=None,
        rcpt_to=issuer.support_email,
        language=issuer.language,
        facts={"people": [*lines, "…"] if following else lines, "slug": issuer.slug, "reported": day.isoformat()},
    )
    with office.engine.begin() as connection:
        return write_letter(connection, office, letter, now)


def _describe(one: Unreached) -> str:
    return f"{one.name}, {one.address} → {one.suggestion}?" if one.suggestion else f"{one.name}, {one.address}"
