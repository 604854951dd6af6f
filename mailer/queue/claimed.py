"""What a worker holds of a message that it has claimed. A value: it says what was true at the claim."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Claimed:
    """One claimed row of `message`. `worker_id` and `fence` prove the claim in every later write."""

    id: str
    kind: str
    stream: str
    message_id: str
    """Of the header, without angle brackets."""
    issuer_id: str | None
    """None: the service speaks for itself."""
    earner_id: str | None
    batch_id: str | None
    rcpt_to: str
    domain: str
    template_digest: str
    facts: str
    """JSON."""
    written_at: datetime
    due_at: datetime
    not_later_than: datetime | None
    attempts: int
    """How many there were before this claim."""
    fence: int
    worker_id: str
    doubts: int = 0
    """How many of `attempts` left it unknown whether the mail was taken."""
