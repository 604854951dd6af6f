"""The recipients of one issuer as a list shows them: the values that `listing` finds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from desk.accounts.showing import ShareCount
from desk.recipients.filters import Cursor
from desk.recipients.why import tell_why
from mailer.queue.states import WAITING


@dataclass(frozen=True, slots=True)
class Recipient:
    """One award and the newest mail that brought it."""

    assertion_id: str
    created_at: datetime
    earner_id: str
    name: str
    address: str
    """The primary one."""
    badge: str
    badge_name: str
    issued_on: date
    expires_on: date | None
    award_state: str
    held_at: datetime | None
    opened_at: datetime | None
    password_set_at: datetime | None
    mail_state: str
    """A word of `mailer.queue.states`; empty without a mail."""
    mail_at: datetime | None
    mail_due_at: datetime | None
    mail_reason: str
    shares: ShareCount

    @property
    def is_waiting(self) -> bool:
        """Whether the mail will be tried (again)."""
        return self.mail_state in WAITING

    @property
    def why(self) -> str:
        """Why it is in this state, as `why` tells it."""
        return tell_why(self.mail_state, self.mail_reason)

    @property
    def cursor(self) -> Cursor:
        """Where the list goes on behind it."""
        return Cursor(self.created_at, self.assertion_id)


@dataclass(frozen=True, slots=True)
class RecipientPage:
    """Some recipients, and where the next page begins; None: there is none."""

    rows: Sequence[Recipient]
    following: Cursor | None
    is_cut: bool = False
    """The page ended because it had looked at `listing.WINDOW` awards, not because it was full."""
