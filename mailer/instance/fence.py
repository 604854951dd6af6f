"""The fence: a database that is not what it was is not sent from. Each function runs in its caller's transaction.

Here belongs the SQL. What the signs are stands in `signs`, who looks for them in `guard`, and what an operator decides
in `adopting`.

A fence takes effect at once and for everybody: leases are gone, so that nobody claims, and claims are gone, so that no
intent is granted for what had been claimed before.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from badges.columns import from_microseconds, to_microseconds
from mailer.instance.places import Place, read_place, write_place
from mailer.instance.tables import THE_INSTANCE

_LOOK = """
    SELECT name, former, place, epoch, changed_at, fenced_at, fenced_because FROM instance WHERE id = :id
"""
_FOUND = text("""
    INSERT INTO instance (id, name, place, epoch, changed_at) VALUES (:id, :name, :place, 0, :now)
    ON CONFLICT (id) DO NOTHING
""")
_SETTLE = text("UPDATE instance SET place = :place WHERE id = :id AND place = '{}'")
_GROW = text("UPDATE instance SET epoch = epoch + 1, changed_at = :now WHERE id = :id")
_FENCE = text("UPDATE instance SET fenced_at = :now, fenced_because = :because WHERE id = :id AND fenced_at IS NULL")
_FENCE_ANEW = text("UPDATE instance SET fenced_at = :now, fenced_because = :because WHERE id = :id")
_LAST_OPEN = text("SELECT MAX(state_at) FROM message WHERE state IN ('queued', 'deferred')")
_END_LEASES = text("DELETE FROM worker_lease")
_END_CLAIMS = text(
    "UPDATE message SET worker_id = NULL WHERE worker_id IS NOT NULL AND state IN ('queued', 'deferred')"
)
_HAS_ATTEMPT = text("SELECT 1 FROM attempt WHERE message_id = :message AND number = :number")
_WAS_SENT_FROM = text("SELECT 1 FROM attempt LIMIT 1")


@dataclass(frozen=True)
class Standing:
    """What the database says of itself."""

    name: str
    former: frozenset[str]
    place: Place
    epoch: int
    changed_at: datetime
    fenced_at: datetime | None
    because: str

    @property
    def is_fenced(self) -> bool:
        """Nothing may be sent."""
        return self.fenced_at is not None


def look(connection: Connection, *, keep: bool = False) -> Standing | None:
    """Return how it stands; None: it has no name. With `keep` nobody fences it before this transaction ends."""
    share = " FOR SHARE" if keep and connection.dialect.name == "postgresql" else ""
    row = connection.execute(text(_LOOK + share), {"id": THE_INSTANCE}).one_or_none()
    if row is None:
        return None
    fenced_at = None if row.fenced_at is None else from_microseconds(row.fenced_at)
    former, place = frozenset(row.former.split()), read_place(row.place)
    return Standing(
        row.name, former, place, row.epoch, from_microseconds(row.changed_at), fenced_at, row.fenced_because
    )


def found(connection: Connection, place: Place, now: datetime) -> Standing:
    """Give a database a name that has none, since no migration made it; return how it stands."""
    values = {"id": THE_INSTANCE, "name": make_name(), "place": write_place(place), "now": to_microseconds(now)}
    connection.execute(_FOUND, values)
    standing = look(connection)
    assert standing is not None
    return standing


def settle(connection: Connection, place: Place) -> None:
    """Write where a database stands that is sent from for the first time."""
    connection.execute(_SETTLE, {"id": THE_INSTANCE, "place": write_place(place)})


def grow(connection: Connection, now: datetime) -> None:
    """Let the epoch grow: it was sent from since."""
    connection.execute(_GROW, {"id": THE_INSTANCE, "now": to_microseconds(now)})


def fence(connection: Connection, because: str, now: datetime) -> bool:
    """Let nothing be sent from this database; tell whether anything might have been. It must have been `found`."""
    values = {"id": THE_INSTANCE, "because": because, "now": to_microseconds(now)}
    # First the row: a claim that is under way holds it, and is seen by what follows.
    is_new = connection.execute(_FENCE, values).rowcount > 0
    # Claims before leases, as `recover` takes them: nobody waits in a circle.
    connection.execute(_END_CLAIMS)
    connection.execute(_END_LEASES)
    return is_new


def fence_copy(connection: Connection, because: str, now: datetime) -> None:
    """Fence what was just copied, from this moment on even if the original was fenced: all in it may since be sent.

    The fence is no older than what is open, so that a clock that was set back leaves nothing out.
    """
    fence(connection, because, now)
    last = connection.execute(_LAST_OPEN).scalar() or 0
    values = {"id": THE_INSTANCE, "because": because, "now": max(to_microseconds(now), last)}
    connection.execute(_FENCE_ANEW, values)


def has_attempt(connection: Connection, message: str, number: int) -> bool:
    """Tell whether the database knows of this attempt: whoever was granted it noted that it does."""
    return connection.execute(_HAS_ATTEMPT, {"message": message, "number": number}).first() is not None


def was_sent_from(connection: Connection) -> bool:
    """Tell whether anything was ever tried to be sent from it."""
    return connection.execute(_WAS_SENT_FROM).first() is not None


def make_name() -> str:
    """Return a name that no database has."""
    return secrets.token_hex(8)
