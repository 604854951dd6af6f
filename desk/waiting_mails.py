"""Mails that wait and tell of what stands: when that changes, they are to tell of it as it is.

Here belongs the rewriting. Taking mails back stands in `withdrawing`.
"""

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, select, update
from sqlmodel import col

from mailer.queue.states import WAITING
from mailer.queue.tables import Message

_TELL_WHAT_STANDS = ("issuance", "reminder", "expiry_notice", "password_link")
"""Others tell of what was done, with the name that it was done to."""


def rewrite_waiting(
    connection: Connection, earner_id: str, rewrite: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    """Change the facts of this earner's mails about what stands that no worker has in hand yet."""
    waiting = (
        col(Message.earner_id) == earner_id,
        col(Message.kind).in_(_TELL_WHAT_STANDS),
        col(Message.state).in_([state.value for state in WAITING]),
        col(Message.worker_id).is_(None),
    )
    for message_id, text in connection.execute(select(col(Message.id), col(Message.facts)).where(*waiting)).all():
        facts = json.dumps(rewrite(json.loads(text)), ensure_ascii=False)
        connection.execute(update(Message).where(col(Message.id) == message_id, *waiting).values(facts=facts))
