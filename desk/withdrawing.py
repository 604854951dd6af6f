"""Taking back mails that have not left: what they tell, or whom they go to, has turned out wrong.

Here belongs finding them; `mailer.queue.decisions` stops each, also one that a worker has claimed already.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, select
from sqlmodel import col

from mailer.queue.decisions import Named, cancel
from mailer.queue.states import WAITING
from mailer.queue.tables import Message


def withdraw_mails_to(connection: Connection, earner_id: str, address: str, now: datetime) -> int:
    """Cancel what waits to go to `address` for this earner; return how many mails."""
    return _withdraw(connection, earner_id, col(Message.rcpt_to) == address, now)


def withdraw_mails_about(connection: Connection, earner_id: str, assertion_id: str, now: datetime) -> int:
    """Cancel what waits to be told about one award; return how many mails. Their keys name it."""
    return _withdraw(connection, earner_id, col(Message.idempotency_key).contains(f"/{assertion_id}"), now)


def _withdraw(connection: Connection, earner_id: str, which: ColumnElement[bool], now: datetime) -> int:
    waiting = select(col(Message.id)).where(
        col(Message.earner_id) == earner_id, col(Message.state).in_([state.value for state in WAITING]), which
    )
    message_ids = connection.execute(waiting).scalars().all()
    return sum(cancel(connection, Named.MESSAGE, message_id, now) for message_id in message_ids)
