"""One ticket with all that is on it: the values that `ticket_file` reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from desk.requests.proposals import Proposed
from desk.requests.tickets import EntryKind, TicketState
from desk.requests.told import Told


@dataclass(frozen=True, slots=True)
class TicketHead:
    """A ticket itself."""

    id: str
    reference: str
    state: TicketState
    subject: str
    role: str
    intent: str
    outcome: str
    requester_address: str
    requester_name: str
    issuer_id: str | None
    issuer_name: str | None
    issuer_slug: str | None
    earner_id: str | None
    language: str
    reason: str
    queue: str
    assigned_to: str | None
    priority: int
    merged_into: str | None
    """The reference of the ticket on which it goes on."""
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class StoryEntry:
    """Something that happened, on this ticket or on one that was merged into it."""

    id: str
    ticket_id: str
    at: datetime
    kind: EntryKind
    author: str
    text: str
    raw_mail_id: str | None
    message_id: str | None
    mail_kind: str | None
    """Of a mail that went out: what kind, to whom, and what became of it in the queue."""
    mail_to: str | None
    mail_state: str | None
    lacks: tuple[str, ...] = ()
    """Of a question: what was asked for, and what was understood so far."""
    understood: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True)
class MadeChange:
    """A change of a record that a ticket has made."""

    ticket_id: str
    group_id: str
    kind: str
    earner_id: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    asked_by: str
    made_at: datetime
    undone_at: datetime | None
    undone_by: str | None


@dataclass(frozen=True, slots=True)
class OtherTicket:
    """Another ticket, in a short list."""

    reference: str
    state: str
    subject: str
    intent: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class TicketFile:
    """A ticket with everything on it."""

    head: TicketHead
    merged: Sequence[TicketHead]
    """The tickets that go on here."""
    entries: Sequence[StoryEntry]
    has_more: bool
    proposals: Sequence[Proposed]
    changes: Sequence[MadeChange]
    others: Sequence[OtherTicket]
    """What else the same requester has open."""

    def head_of(self, ticket_id: str) -> TicketHead:
        """Return this ticket, or the merged one with that id."""
        return next((each for each in self.merged if each.id == ticket_id), self.head)
