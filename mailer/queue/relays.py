"""What the workers last saw of each relay, for people to read. Written and read in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from badges.columns import from_microseconds, to_microseconds

_SAVE = text("""
    INSERT INTO relay_state (relay, state, since, reason, next_try_at)
    VALUES (:relay, :state, :now, :reason, :next_try_at)
    ON CONFLICT (relay) DO UPDATE SET
        since = CASE WHEN relay_state.state = excluded.state THEN relay_state.since ELSE excluded.since END,
        state = excluded.state, reason = excluded.reason, next_try_at = excluded.next_try_at
""")
_LIST = text("SELECT relay, state, since, reason, next_try_at FROM relay_state ORDER BY relay")


@dataclass(frozen=True)
class RelayNote:
    """A relay is up, or down for a reason and tried again at `next_try_at`."""

    relay: str
    is_up: bool
    since: datetime
    reason: str | None = None
    next_try_at: datetime | None = None


def save_relay(connection: Connection, note: RelayNote) -> None:
    """Write what was seen; `since` stays while the state does."""
    values = {
        "relay": note.relay,
        "state": "up" if note.is_up else "down",
        "now": to_microseconds(note.since),
        "reason": note.reason,
        "next_try_at": None if note.next_try_at is None else to_microseconds(note.next_try_at),
    }
    connection.execute(_SAVE, values)


def list_relays(connection: Connection) -> Sequence[RelayNote]:
    """Return what is known, by name."""
    return [
        RelayNote(
            row.relay,
            row.state == "up",
            from_microseconds(row.since),
            row.reason,
            None if row.next_try_at is None else from_microseconds(row.next_try_at),
        )
        for row in connection.execute(_LIST)
    ]
