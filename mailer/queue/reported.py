"""Writing what reports say of messages that have left. Each function runs in its caller's transaction.

Here belongs the SQL. Which report is believed, and what it means, is decided where reports are booked.
"""

from datetime import datetime

from sqlalchemy import Connection, bindparam, text

from badges.columns import to_microseconds
from mailer.queue.recording import REPLY_CHARACTERS

_BY_ID = text("SELECT id, rcpt_to, batch_id FROM message WHERE id = :id")
# By the recipient first, which has an index: Message-IDs have none, it would slow down every roster.
_BY_MESSAGE_ID = text(
    "SELECT id, rcpt_to, batch_id FROM message WHERE rcpt_to IN :addresses AND message_id = :message_id"
).bindparams(bindparam("addresses", expanding=True))
# What waits to be sent again after a doubt may have arrived, and a report may say what became of it. A worker that has
# it claimed finds another state and sends nothing; one that is sending it records its own outcome.
_LEFT = "(state IN ('sent', 'unknown') OR (state IN ('queued', 'deferred') AND doubts > 0))"
_BOUNCE = text(f"""
    UPDATE message SET state = 'bounced', state_at = :now, reason = :reason, worker_id = NULL
    WHERE id = :id AND {_LEFT}
""")  # noqa: S608  (put together from constants)
_ARRIVE = text(
    "UPDATE message SET state = 'sent', state_at = :now, reason = :reason WHERE id = :id AND state = 'unknown'"
)
_NOTE = text("UPDATE message SET reason = :reason WHERE id = :id AND state = 'sent'")


def find_by_id(connection: Connection, message_id: str) -> tuple[str, str, str | None] | None:
    """Return (id, recipient, batch) of the message whose id stood in `bounce+id@`."""
    row = connection.execute(_BY_ID, {"id": message_id}).one_or_none()
    return None if row is None else (row.id, row.rcpt_to, row.batch_id)


def find_by_message_id(
    connection: Connection, message_id: str, addresses: list[str]
) -> tuple[str, str, str | None] | None:
    """Return (id, recipient, batch) of the message with this Message-ID to one of these recipients."""
    rows = connection.execute(_BY_MESSAGE_ID, {"message_id": message_id, "addresses": addresses}).all()
    return (rows[0].id, rows[0].rcpt_to, rows[0].batch_id) if rows else None


def note_bounce(connection: Connection, message_id: str, reason: str, now: datetime) -> bool:
    """Put a message that had left, or may have, into `bounced`; False: it is not in a state that a report can end."""
    return connection.execute(_BOUNCE, _values(message_id, reason, now)).rowcount > 0


def note_arrival(connection: Connection, message_id: str, reason: str, now: datetime) -> None:
    """Note that a message arrived, or was passed on: it was sent, if that had been in doubt."""
    if not connection.execute(_ARRIVE, _values(message_id, reason, now)).rowcount:
        note(connection, message_id, reason)


def note(connection: Connection, message_id: str, reason: str) -> None:
    """Write beside a message that was sent what a report says, without any effect."""
    connection.execute(_NOTE, {"id": message_id, "reason": reason[:REPLY_CHARACTERS]})


def _values(message_id: str, reason: str, now: datetime) -> dict[str, str | int]:
    return {"id": message_id, "reason": reason[:REPLY_CHARACTERS], "now": to_microseconds(now)}
