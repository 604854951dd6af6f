"""Taking back mails that have not left: what they tell, or whom they go to, has turned out wrong.

Here belongs finding them; `mailer.queue.decisions` stops each, also one that a worker has claimed already, and keeps
one that is under way from being tried again.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, or_, select
from sqlmodel import col

from mailer.queue.decisions import Named, cancel
from mailer.queue.states import WAITING, State
from mailer.queue.tables import Message

_KEYS_OF_AWARDS = ("issuance", "reminder", "expiry")
"""How the idempotency keys begin that go on with an assertion's id. A report of "not me" stays: it is the issuer's."""


def withdraw_mails_to(connection: Connection, earner_id: str, address: str, now: datetime) -> int:
    """Cancel what waits to go to `address` for this earner; return how many mails."""
    return _withdraw(connection, earner_id, col(Message.rcpt_to) == address, now)


def withdraw_mails_about(connection: Connection, earner_id: str, assertion_id: str, now: datetime) -> int:
    """Cancel what waits to be told about one award; return how many mails. Their keys name it."""
    key = col(Message.idempotency_key)
    names = [f"{beginning}/{assertion_id}" for beginning in _KEYS_OF_AWARDS]
    names_award = or_(key.in_(names), *(key.startswith(f"{name}/", autoescape=True) for name in names))
    return _withdraw(connection, earner_id, names_award, now)


def _withdraw(connection: Connection, earner_id: str, which: ColumnElement[bool], now: datetime) -> int:
    states = [state.value for state in WAITING | {State.SENDING}]
    waiting = select(col(Message.id)).where(col(Message.earner_id) == earner_id, col(Message.state).in_(states), which)
    message_ids = connection.execute(waiting).scalars().all()
    return sum(cancel(connection, Named.MESSAGE, message_id, now) for message_id in message_ids)
