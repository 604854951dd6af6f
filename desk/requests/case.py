"""One request while it is dealt with: the transaction, its ticket, the order; and letters that stand on its ticket.

Here belongs what every outcome needs. What each of them does stands beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select
from sqlmodel import col

from desk.mailing import Fact, Letter, write_letter
from desk.office import Office
from desk.requests.authority import Authority
from desk.requests.orders import Order
from desk.requests.tickets import Entry, EntryKind, TicketState, add_entry
from mailer.queue.tables import Message


@dataclass(frozen=True)
class Docket:
    """A ticket that is being worked on, within one transaction, and by whom."""

    connection: Connection
    office: Office
    ticket_id: str
    reference: str
    now: datetime
    author: str
    """A member of staff, an address, or `RULES`."""

    def note(self, text: str, kind: EntryKind = EntryKind.NOTE) -> None:
        """Write on the ticket."""
        add_entry(self.connection, self.ticket_id, Entry(kind, self.author, text), self.now)

    def send(self, letter: Letter, words: str = "") -> str | None:
        """Enqueue a letter and note it, with what a person wrote in it; return the entry's id, None if the ledger has
        the letter already."""
        if not write_letter(self.connection, self.office, letter, self.now):
            return None
        query = select(col(Message.id), col(Message.message_id)).where(col(Message.idempotency_key) == letter.key)
        row = self.connection.execute(query).one()
        entry = Entry(
            EntryKind.MAIL_OUT,
            self.author,
            f"{letter.kind} to {letter.rcpt_to}\n{words}",
            message_id=row.id,
            internet_message_id=row.message_id,
        )
        return add_entry(self.connection, self.ticket_id, entry, self.now)


@dataclass(frozen=True)
class Case(Docket):
    """A request with its ticket, dealt with by the rules."""

    order: Order

    def authority(self, issuer_id: str | None) -> Authority:
        """Return the word of the one who asks, as far as `issuer_id` has a say."""
        return Authority(issuer_id, self.order.asker.address, self.order.evidence, self.ticket_id)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the asker is told: a kind of mail and the facts of its own."""

    kind: str
    facts: Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class Done:
    """What an outcome came to."""

    state: TicketState
    """Of the ticket, unless something else on it still waits for a person."""
    answer: Answer | None = None
    """None: nobody is told, or another letter says it."""
    group_id: str | None = None
    """Of the changes that were made."""
    proposal_id: str | None = None
