"""The brake: a batch that too many complain of, or that bounces too much, is paused before it ruins the sender's name.

Here belong counting and pausing, in the caller's transaction, and the rates. Who is told of it is the caller's
business. Receivers count complaints: Gmail asks for less than 0.1 % and takes 0.3 % for abuse (its sender guidelines,
as Yahoo's). When a person lets a batch go on, what there was is known: it counts from then.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, text

LEAST_COMPLAINTS = 5
"""Fewer say nothing of a batch, however short it is."""
LEAST_SENT_AGAIN = 1000
"""After a person let it go on: complaints of what was sent before come in for days."""
LEAST_TRIED = 200
"""Before bounces are judged."""

_COUNT = text("""
    SELECT SUM(CASE WHEN state = 'sent' THEN 1 ELSE 0 END) AS sent,
        SUM(CASE WHEN state = 'bounced' THEN 1 ELSE 0 END) AS bounced
    FROM message WHERE batch_id = :id AND state IN ('sent', 'bounced')
""")
_COUNT_COMPLAINTS = text("""
    SELECT COUNT(*) FROM suppression JOIN message ON message.id = suppression.source_message_id
    WHERE message.batch_id = :id AND suppression.reason LIKE 'complaint:%'
""")
_FIND = "SELECT issuer_id, label, state, counted_from FROM batch WHERE id = :id"
_PAUSE = text("UPDATE batch SET state = 'paused', stopped_because = :because WHERE id = :id AND state = 'running'")
_COUNT_FROM = text("UPDATE batch SET counted_from = :counted, stopped_because = '' WHERE id = :id")


@dataclass(frozen=True)
class Rates:
    """Shares of what was sent at which a batch is paused; 0: never."""

    complaints: float = 0.001
    bounces: float = 0.1


@dataclass(frozen=True)
class Braked:
    """A batch that was paused just now."""

    batch_id: str
    issuer_id: str
    label: str
    because: str
    sent: int
    complaints: int
    bounces: int


@dataclass(frozen=True)
class _Counts:
    sent: int
    complaints: int
    bounces: int

    def since(self, before: "_Counts") -> "_Counts":
        # A message that was sent may bounce later, so that a count may have become less.
        return _Counts(*(max(0, now - then) for now, then in zip(self.values, before.values, strict=True)))

    @property
    def values(self) -> tuple[int, int, int]:
        return self.sent, self.complaints, self.bounces


def brake(connection: Connection, batch_id: str, rates: Rates) -> Braked | None:
    """Pause a running batch if its rates are too high; None: they are not, or it does not run."""
    # Held, so that of two who book at once the second counts what the first did.
    lock = " FOR NO KEY UPDATE" if connection.dialect.name == "postgresql" else ""
    batch = connection.execute(text(_FIND + lock), {"id": batch_id}).one_or_none()
    if batch is None or batch.state != "running":
        return None
    counts = _count(connection, batch_id)
    because = judge(counts.since(_read(batch.counted_from)), rates, is_again=bool(batch.counted_from))
    if because is None:
        return None
    connection.execute(_PAUSE, {"id": batch_id, "because": because})
    return Braked(batch_id, batch.issuer_id, batch.label, because, *counts.values)


def judge(counts: _Counts, rates: Rates, *, is_again: bool) -> str | None:
    """Return why a batch with these counts is to be paused, in words for staff; None: it is not."""
    sent, complaints, bounces = counts.values
    enough = complaints >= LEAST_COMPLAINTS and (sent >= LEAST_SENT_AGAIN or not is_again)
    if rates.complaints and enough and complaints > rates.complaints * sent:
        return (
            f"{complaints} of {sent} complained ({complaints / max(1, sent):.1%}): mailboxes take more than "
            f"{rates.complaints:.1%} for abuse; find out why before it goes on"
        )
    tried = sent + bounces
    if rates.bounces and tried >= LEAST_TRIED and bounces > rates.bounces * tried:
        return (
            f"{bounces} of {tried} bounced ({bounces / tried:.0%}): the addresses may be old or wrong; look at the "
            "reasons before it goes on"
        )
    return None


def count_from_now(connection: Connection, batch_id: str) -> None:
    """Note what there is, since a person knows of it and lets the batch go on."""
    counted = " ".join(map(str, _count(connection, batch_id).values))
    connection.execute(_COUNT_FROM, {"id": batch_id, "counted": counted})


def _count(connection: Connection, batch_id: str) -> _Counts:
    row = connection.execute(_COUNT, {"id": batch_id}).one()
    complaints = connection.execute(_COUNT_COMPLAINTS, {"id": batch_id}).scalar_one()
    return _Counts(row.sent or 0, complaints, row.bounced or 0)


def _read(counted_from: str) -> _Counts:
    return _Counts(*map(int, counted_from.split())) if counted_from else _Counts(0, 0, 0)
