"""Retention: the bytes of mails that are done with are let go when their time is over.

Here belongs which, and letting go of them. What stays is what is needed to know a late copy again and to answer for
what was done: fingerprint and marks, envelopes, decisions with their facts and evidence, and what stands on tickets.
"""

# ruff: noqa: S608  (the statements are put together from constants alone)

from datetime import datetime, timedelta

from sqlalchemy import Engine, text

from badges.columns import to_microseconds
from badges.transactions import reading

TURN = 100
"""The most mails of one transaction: they are long, and others want to write too."""

# A mail has rested since it last came in, and since anything last happened on a ticket that it stands on.
_RESTS = """
    NOT EXISTS (
        SELECT 1 FROM delivery AS other
        WHERE other.raw_mail_id = {mail} AND (other.received_at >= :before OR other.state <> 'done')
    ) AND NOT EXISTS (
        SELECT 1 FROM ticket_entry JOIN ticket ON ticket.id = ticket_entry.ticket_id
        WHERE ticket_entry.raw_mail_id = {mail} AND (ticket.state <> 'closed' OR ticket.updated_at >= :before)
    ) AND NOT EXISTS (
        SELECT 1 FROM decision JOIN ticket ON ticket.id = decision.ticket_id
        WHERE decision.raw_mail_id = {mail} AND (ticket.state <> 'closed' OR ticket.updated_at >= :before)
    )
"""
# Along the deliveries, which are short: to find out what was let go of a long mail, SQLite reads all of it.
_FIND = text(f"""
    SELECT DISTINCT delivery.raw_mail_id FROM delivery
    WHERE delivery.received_at < :before AND {_RESTS.format(mail="delivery.raw_mail_id")}
    AND EXISTS (SELECT 1 FROM raw_mail WHERE raw_mail.id = delivery.raw_mail_id AND purged_at IS NULL)
""")
# Once more while writing: a copy may have come in since, or somebody opened the ticket again.
_LET_GO = text(f"""
    UPDATE raw_mail SET content = :nothing, purged_at = :now
    WHERE id = :id AND purged_at IS NULL AND {_RESTS.format(mail="raw_mail.id")}
""")
_FORGET_HEADERS = text(
    "UPDATE delivery SET header_block = NULL WHERE raw_mail_id = :id AND header_block IS NOT NULL"
    " AND EXISTS (SELECT 1 FROM raw_mail WHERE raw_mail.id = :id AND purged_at = :now)"
)


def let_go_of_raw_mail(engine: Engine, now: datetime, older_than: timedelta) -> int:
    """Empty the mails that have rested for so long, in turns; return how many. Safe to repeat, and to break off."""
    before = to_microseconds(now - older_than)
    with reading(engine).connect() as connection:
        found = connection.execute(_FIND, {"before": before}).scalars().all()
    count = 0
    for start in range(0, len(found), TURN):
        with engine.begin() as connection:
            for raw_mail_id in found[start : start + TURN]:
                values = {"id": raw_mail_id, "now": to_microseconds(now), "before": before}
                count += connection.execute(_LET_GO, values | {"nothing": b""}).rowcount
                connection.execute(_FORGET_HEADERS, values)
    return count
