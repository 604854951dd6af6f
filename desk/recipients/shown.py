"""One recipient as one issuer may see them: the values that `showing` gathers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from badges.assertions import AssertionState
from desk.accounts.showing import ShareCount
from desk.people import Person
from desk.recipients.why import tell_why


@dataclass(frozen=True, slots=True)
class HeldAward:
    """An award of this issuer."""

    assertion_id: str
    badge: str
    badge_name: str
    issued_on: date
    expires_on: date | None
    state: str
    held_at: datetime | None
    hidden_at: datetime | None
    opened_at: datetime | None
    revocation_reason: str
    created_at: datetime
    shares: ShareCount

    @property
    def is_revoked(self) -> bool:
        """Whether it counts no more."""
        return self.state == AssertionState.REVOKED


@dataclass(frozen=True, slots=True)
class SentMail:
    """A mail in this issuer's name to, or about, this earner."""

    message_id: str
    kind: str
    rcpt_to: str
    state: str
    written_at: datetime
    state_at: datetime
    due_at: datetime
    attempts: int
    reason: str
    held_at: datetime | None
    batch_id: str

    @property
    def why(self) -> str:
        """As `why.tell_why`."""
        return tell_why(self.state, self.reason)


@dataclass(frozen=True, slots=True)
class MadeChange:
    """A change of the record that was made on this issuer's word."""

    group_id: str
    kind: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    made_at: datetime
    asked_by: str
    undo_until: datetime | None
    undone_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether it has not been taken back."""
        return self.undone_at is None


@dataclass(frozen=True, slots=True)
class AskedChange:
    """A change that waits for somebody's word."""

    proposal_id: str
    reference: str
    needs: str
    intent: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Happening:
    """A line of the timeline: what happened, and to which mail, award or change."""

    at: datetime
    what: str
    """awarded, held, opened, shared, written, attempt, mail_…, password_set, locked, unlocked, changed or undone."""
    detail: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class RecipientShown:
    """Everything about one recipient that the issuer may see."""

    person: Person
    locked_at: datetime | None
    password_set_at: datetime | None
    is_shared: bool
    """They hold another issuer's badge, too: what concerns the person needs support's approval."""
    awards: Sequence[HeldAward]
    mails: Sequence[SentMail]
    changes: Sequence[MadeChange]
    asked: Sequence[AskedChange]
    stopped: Sequence[tuple[str, str]]
    """(stream, reason) of what is not sent to the primary address."""
    happenings: Sequence[Happening]
    """The newest first."""
