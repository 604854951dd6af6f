"""What other systems may be told, and the JSON in which they are told it. Pure. docs/webhooks.md lists it all.

Here belong the kinds, and writing one event as the bytes that are signed and posted. A payload holds ids and plain
values of one issuer, and no secret: it is kept, and shown to that issuer's managers.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

VERSION = 1
"""Of the payloads. A field may be added within a version; what changes or goes makes the next one."""

Value = str | int | bool | None | Sequence[str] | Mapping[str, int]


class EventKind(StrEnum):
    """What may happen: words with full stops between, as Standard Webhooks has them ("Event types")."""

    MAIL_SENT = "mail.sent"
    MAIL_BOUNCED = "mail.bounced"
    MAIL_COMPLAINED = "mail.complained"
    ACCOUNT_CLAIMED = "account.claimed"
    EARNER_RENAMED = "earner.renamed"
    AWARD_HELD = "award.held"
    AWARD_RELEASED = "award.released"
    AWARD_REVOKED = "award.revoked"
    AWARD_RESTORED = "award.restored"
    """A revocation was taken back."""
    BATCH_PAUSED = "batch.paused"
    """By the service itself, because of complaints or bounces."""
    BATCH_FINISHED = "batch.finished"
    REQUEST_OPENED = "request.opened"
    REQUEST_DECIDED = "request.decided"
    REQUEST_CLOSED = "request.closed"
    TEST = "test"
    """Sent to one endpoint because a person asked for it. Nobody has to choose it."""


CHOOSABLE: tuple[EventKind, ...] = tuple(kind for kind in EventKind if kind is not EventKind.TEST)


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that an issuer's other systems may want to know."""

    issuer_id: str
    kind: EventKind
    key: str
    """What happened, once: with kind and issuer it names the event, and written again it changes nothing. Where the
    act itself can happen but once, a new id will do."""
    data: Mapping[str, Value]


def write_payload(happened: Happened, issuer: str, now: datetime) -> str:
    """Return the bytes to be posted, as text. `issuer` is the slug, which is what people call it."""
    payload = {
        "type": happened.kind.value,
        "version": VERSION,
        "timestamp": now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "issuer": issuer,
        "data": dict(happened.data),
    }
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":"))


def write_events(kinds: Collection[EventKind]) -> str:
    """Return kinds as an endpoint keeps them: empty for all, also for those to come."""
    return " ".join(kind.value for kind in CHOOSABLE if kind in kinds)


def read_events(words: str) -> tuple[EventKind, ...]:
    """Return the kinds that an endpoint has chosen; none of them: all."""
    return tuple(kind for kind in CHOOSABLE if kind.value in words.split())


def wants(words: str, kind: EventKind) -> bool:
    """Tell whether an endpoint that keeps `words` is told of `kind`."""
    return not words or kind is EventKind.TEST or kind.value in words.split()
