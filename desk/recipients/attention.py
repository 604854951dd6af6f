"""What waits for an issuer: people whom no mail reached, requests, sendings that were stopped, awards that are held.

Here belongs counting these, up to `MOST`: a page says "99+" and not how many thousands.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select, func, select, text
from sqlmodel import col

from badges.tables import HELD, Assertion, BadgeClass
from desk.recipients.bounces import count_unreached
from desk.requests.proposals import Needs, ProposalState
from desk.tables import Proposal
from mailer.queue.tables import BATCH_STOPPED, Batch

MOST = 100


@dataclass(frozen=True, slots=True)
class Attention:
    """How much of each there is, `MOST` at most."""

    unreached: int
    """Within a month."""
    requests: int
    paused: int
    """Sendings."""
    held: int
    """Awards that somebody called not theirs."""

    @property
    def is_calm(self) -> bool:
        """Whether nothing waits."""
        return not (self.unreached or self.requests or self.paused or self.held)


def count_attention(connection: Connection, issuer_id: str, now: datetime) -> Attention:
    """Count what waits for the issuer."""
    requests = select(col(Proposal.id)).where(
        col(Proposal.issuer_id) == issuer_id,
        col(Proposal.state) == ProposalState.PENDING.value,
        col(Proposal.needs) != Needs.STAFF.value,
        col(Proposal.expires_at) > now,
    )
    paused = select(col(Batch.id)).where(
        text(BATCH_STOPPED), col(Batch.issuer_id) == issuer_id, col(Batch.state) == "paused"
    )
    held = (
        select(col(Assertion.id))
        .join(BadgeClass, col(BadgeClass.id) == col(Assertion.badge_class_id))
        .where(text(HELD), col(BadgeClass.issuer_id) == issuer_id)
    )
    return Attention(
        count_unreached(connection, issuer_id, now, MOST),
        _count(connection, requests),
        _count(connection, paused),
        _count(connection, held),
    )


def _count(connection: Connection, query: Select[str]) -> int:
    return connection.execute(select(func.count()).select_from(query.limit(MOST).subquery())).scalar_one()
