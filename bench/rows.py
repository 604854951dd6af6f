"""Rows in and out of the stage's database, between two timed runs."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Engine, delete, func, select
from sqlmodel import col

from badges.tables import Account, Assertion, Earner, EarnerAddress
from bench.fixture import NOW, make_award
from bench.stage import SITE, Stage, make_message
from mailer.queue.ledger import enqueue
from mailer.queue.tables import Attempt, Batch, Message


def empty(engine: Engine) -> None:
    """Take out everything that an issuance writes; the programme and its template stay."""
    with engine.begin() as connection:
        for table in (Attempt, Message, Batch, Assertion, Account, EarnerAddress, Earner):
            connection.execute(delete(table))


def fill_queue(stage: Stage, count: int, due_at: datetime = NOW) -> None:
    """Put so many messages into the empty ledger."""
    made = (make_message(make_award(number), stage.published.digest) for number in range(count))
    messages = (replace(message, due_at=due_at) for message in made) if due_at != NOW else made
    with stage.engine.begin() as connection:
        enqueue(connection, messages, SITE.mail_domain)


def count_messages(engine: Engine, state: str) -> int:
    """Return how many messages are in that state."""
    query = select(func.count()).select_from(Message).where(col(Message.state) == state)
    with engine.connect() as connection:
        return int(connection.execute(query).scalar_one())
