"""The suppression list: addresses that we do not send to, and why.

Here belongs the list. It is asked when a message is claimed, so that an entry counts for what is queued already.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, text

from badges.columns import from_microseconds, to_microseconds
from mailer.queue.claimed import Claimed

EVERY = ""
"""As `issuer_id` or `stream`: all of them."""

_ADD = text("""
    INSERT INTO suppression (address, issuer_id, stream, reason, source_message_id, created_at)
    VALUES (:address, :issuer_id, :stream, :reason, :source_message_id, :created_at)
    ON CONFLICT (address, issuer_id, stream) DO NOTHING
""")
_REMOVE = text("""
    DELETE FROM suppression WHERE address = :address
    AND (CAST(:issuer_id AS VARCHAR) IS NULL OR issuer_id = :issuer_id)
    AND (CAST(:stream AS VARCHAR) IS NULL OR stream = :stream)
""")
_FIND = text("SELECT address, issuer_id, stream, reason FROM suppression WHERE address IN :addresses").bindparams(
    bindparam("addresses", expanding=True)
)
_PAGE = text("""
    SELECT address, issuer_id, stream, reason, source_message_id, created_at FROM suppression
    WHERE address >= :first AND SUBSTR(address, 1, LENGTH(:first)) = :first
    AND (address, issuer_id, stream) > (:address, :issuer_id, :stream)
    ORDER BY address, issuer_id, stream LIMIT :limit
""")
_LIST = text("""
    SELECT address, issuer_id, stream, reason, source_message_id, created_at FROM suppression
    ORDER BY created_at DESC, address LIMIT :limit
""")


@dataclass(frozen=True)
class Suppressed:
    """One entry of the list."""

    address: str
    reason: str
    created_at: datetime
    issuer_id: str = EVERY
    stream: str = EVERY
    source_message_id: str | None = None
    """The message whose bounce, complaint or link made the entry."""


def fold_address(address: str) -> str:
    """Return `address` as the list keeps it: matched whole and without regard to case."""
    return address.strip().lower()


def suppress(connection: Connection, entries: Sequence[Suppressed]) -> int:
    """Put `entries` on the list; return how many were new. An entry that is there keeps its reason."""
    if not entries:
        return 0
    return connection.execute(_ADD, [_row(entry) for entry in entries]).rowcount


def unsuppress(connection: Connection, address: str, issuer_id: str | None = None, stream: str | None = None) -> int:
    """Take an address off the list, or only its entry for one issuer or stream; return how many entries there were."""
    values = {"address": fold_address(address), "issuer_id": issuer_id, "stream": stream}
    return connection.execute(_REMOVE, values).rowcount


def list_suppressions(connection: Connection, limit: int = 1000) -> list[Suppressed]:
    """Return the newest entries first."""
    rows = connection.execute(_LIST, {"limit": limit})
    return [
        Suppressed(row.address, row.reason, from_microseconds(row.created_at), row.issuer_id, row.stream, row[4])
        for row in rows
    ]


def page_suppressions(
    connection: Connection, start: str = "", after: tuple[str, str, str] = ("", "", ""), limit: int = 100
) -> list[Suppressed]:
    """Return the entries of addresses that begin with `start`, by address; `after` is the last one of a page before."""
    first = fold_address(start)
    values = dict(zip(("address", "issuer_id", "stream"), after, strict=True))
    rows = connection.execute(_PAGE, {"first": first, "limit": limit} | values)
    return [
        Suppressed(row.address, row.reason, from_microseconds(row.created_at), row.issuer_id, row.stream, row[4])
        for row in rows
    ]


def find_suppressed(connection: Connection, messages: Sequence[Claimed]) -> dict[str, str]:
    """Return the reason, by message id, for those of `messages` that the list forbids."""
    addresses = {fold_address(message.rcpt_to) for message in messages}
    if not addresses:
        return {}
    entries: dict[str, list[tuple[str, str, str]]] = {}
    for address, issuer_id, stream, reason in connection.execute(_FIND, {"addresses": list(addresses)}):
        entries.setdefault(address, []).append((issuer_id, stream, reason))
    found = {}
    for message in messages:
        for issuer_id, stream, reason in entries.get(fold_address(message.rcpt_to), ()):
            if issuer_id in (EVERY, message.issuer_id) and stream in (EVERY, message.stream):
                found[message.id] = f"on the suppression list: {reason}"
                break
    return found


def _row(entry: Suppressed) -> dict[str, str | int | None]:
    return {
        "address": fold_address(entry.address),
        "issuer_id": entry.issuer_id,
        "stream": entry.stream,
        "reason": entry.reason,
        "source_message_id": entry.source_message_id,
        "created_at": to_microseconds(entry.created_at),
    }
