"""Orders: what the decision on a mail tells the desk to do. Plain values, so that they can be recorded.

Here belong the values only. They are made by `inbound.deciding` from a mail, and later by the console and the API;
`carrying_out` does what they say.
"""

from dataclasses import dataclass, field
from typing import Any

from desk.words import Intent, Outcome, Role


@dataclass(frozen=True, slots=True)
class Asker:
    """Who wrote."""

    role: Role
    address: str
    """The From address, folded: answers go here and nowhere else. Empty: From is not plain, so nobody is answered."""
    name: str
    """The display name, as claimed; empty without one. May greet, never identifies."""
    issuer_id: str | None
    """The issuer that a contact writes for, or claims to."""
    earner_id: str | None
    """The earner that the From address belongs to."""
    language: str
    """en, es, fr or de."""


@dataclass(frozen=True, slots=True)
class MailThread:
    """The mail that is answered, as threading needs it (RFC 5322 section 3.6.4)."""

    raw_mail_id: str
    message_id: str
    """Without angle brackets; empty where the mail has none."""
    references: tuple[str, ...]
    subject: str
    answers_message: str | None = None
    """The ledger's id from `reply+id@`, or of our mail that In-Reply-To names."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one earner's record."""

    kind: Intent
    """name_change, unlock, email_change, revoke, password_reset, resend or unsubscribe."""
    earner_id: str
    new_name: str | None = None
    new_address: str | None = None
    is_alternate: bool = False
    """For email_change: `new_address` is added; the primary address stays what it is."""
    assertion_id: str | None = None
    fault: str | None = None
    """Why this one fails a check, for whoever approves; None: it is sound."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done with one mail."""

    outcome: Outcome
    intent: Intent
    asker: Asker
    thread: MailThread
    changes: tuple[Change, ...]
    """Of ask: those that are known so far; of ticket and answer: usually none."""
    lacks: tuple[str, ...]
    """Words of `inbound.facts.Lack`: what to ask for."""
    reason: str
    """Why, in words that staff can read."""
    text: str
    """The writer's own new text, for the relay to the issuer and the ticket."""
    evidence: dict[str, Any] = field(default_factory=dict)
    """JSON-able: authentication verdict, mail, rule and its version."""
    done_already: bool = False
    """What is asked for in `changes` is so already: nothing changes, and the answer says so."""
    ticket_id: str | None = None
    """The open request that this mail goes on with, found by its thread and checked to be the same writer's."""
    guide: Intent | None = None
    """Of answer: the guide to answer from, where it is not that of `intent`."""
    queue: str = ""
    """Who of the staff should see the ticket, as the rules name it."""
    priority: int = 0
    """Of the ticket: -1 low to 2 urgent."""
    note: str = ""
    """For the staff who see the ticket."""
