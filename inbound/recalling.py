"""What came before a mail: the thread that it belongs to, what was asked there, and whether it was here already.

Here belong the questions to the database. Each runs in its caller's transaction and changes nothing.
"""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, or_, select
from sqlmodel import col

from badges.ids import ID_LENGTH
from badges.register import KnownEarner
from desk.directory import Directory
from desk.requests.asking import OpenRequest, read_open_request
from desk.requests.orders import Asker, MailThread
from desk.requests.threads import Joined, find_thread
from desk.tables import Ticket, TicketEntry
from desk.words import Role
from inbound.tables import Delivery, MailMark
from mailer.queue.reported import find_by_id

_REPLY = re.compile(rf"reply\+([a-z2-7]{{{ID_LENGTH}}})@", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Recalled:
    """The thread of a mail."""

    thread: str = "none"
    """none, ours or ticket, as in `Facts.thread`."""
    ticket_id: str | None = None
    """The ticket that the mail goes on with."""
    request: OpenRequest | None = None
    """What was asked there and is not answered yet."""
    known: Mapping[str, KnownEarner] = field(default_factory=dict)
    """The earners of that request, by id."""


def is_repeat(connection: Connection, delivery_id: str, raw_mail_id: str, received_at: datetime) -> bool:
    """Tell whether the very same mail was delivered before: that delivery is the one that is dealt with."""
    earlier = or_(
        col(Delivery.received_at) < received_at,
        (col(Delivery.received_at) == received_at) & (col(Delivery.id) < delivery_id),
    )
    query = select(col(Delivery.id)).where(col(Delivery.raw_mail_id) == raw_mail_id, earlier).limit(1)
    return connection.execute(query).first() is not None


def find_marks(connection: Connection, marks: Collection[str], raw_mail_id: str) -> frozenset[str]:
    """Return those of `marks` that another mail bore before."""
    query = select(col(MailMark.mark)).where(col(MailMark.mark).in_(marks), col(MailMark.raw_mail_id) != raw_mail_id)
    return frozenset(connection.execute(query).scalars())


def find_shelf_ticket(connection: Connection, raw_mail_id: str) -> str | None:
    """Return the ticket that a mail got when it could not be dealt with, for when it is tried again."""
    query = select(col(TicketEntry.ticket_id)).where(col(TicketEntry.raw_mail_id) == raw_mail_id).limit(1)
    return connection.execute(query).scalar_one_or_none()


def find_answered(connection: Connection, rcpt_to: str) -> str | None:
    """Return the ledger's id of the mail of ours that is answered, by `reply+id@` among the recipients (JSON list)."""
    ids = [match[1].lower() for address in json.loads(rcpt_to) if (match := _REPLY.match(address))]
    return next((message_id for message_id in ids if find_by_id(connection, message_id)), None)


def recall_thread(connection: Connection, thread: MailThread, asker: Asker) -> Recalled:
    """Return what the mail of `asker` goes on with.

    A thread's names prove nothing. What an authenticated contact began, only an authenticated contact goes on with;
    and what somebody else began in a contact's name is nothing that an authenticated reply could complete.
    """
    found = find_thread(connection, thread, asker)
    if not isinstance(found, Joined):
        return Recalled("ours" if thread.answers_message else "none")
    role = connection.execute(select(col(Ticket.role)).where(col(Ticket.id) == found.ticket_id)).scalar_one_or_none()
    if role == Role.ISSUER.value and asker.role is not Role.ISSUER:
        return Recalled("ours" if thread.answers_message else "none")
    request = read_open_request(connection, found.ticket_id) if role == asker.role.value else None
    ids = {change.earner_id for change in request.changes if change.earner_id} if request else set()
    return Recalled("ticket", found.ticket_id, request, Directory(connection).find_by_ids(ids))
