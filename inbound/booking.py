"""Booking what comes back against the mail that it is about: failures, delays, arrivals, complaints.

Here belongs what is believed of a report, and what follows. What a report says is read in `wire.reports`; which state
of a message may follow which stands in `mailer.queue.states`.

Anybody can write a report. One counts as genuine only if it names the message by what only those know who had the
mail in hand: the id in `bounce+id@` or the Message-ID.
"""

from sqlalchemy import Connection, select
from sqlmodel import col

from mailer.queue.tables import Message
from wire.reports import ComplaintReport, DeliveryReport


def find_message(connection: Connection, report: DeliveryReport | ComplaintReport) -> str | None:
    """Return the ledger's id of the mail that a report is about; None where it does not name one."""
    for envelope_id in report.envelope_ids:
        found = connection.execute(select(col(Message.id)).where(col(Message.id) == envelope_id.lower())).scalar()
        if found is not None:
            return str(found)
    return None
