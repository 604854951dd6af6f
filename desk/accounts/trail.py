"""The trail of an account: what happened to it, when, and on whose word. For its owner and for support staff.

Here belong the words, writing one event in the transaction of the act, and reading the newest. Changes that an issuer
has asked for have a trail of their own (`desk.tables.RecordChange`).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import structlog
from sqlalchemy import Connection, insert, select
from sqlmodel import col

from badges.account_tables import AccountEvent
from badges.ids import make_id
from wire.network import network_of

_log = structlog.get_logger("badgepost.desk")

OWNER = "owner"
"""Who did it: somebody logged in, or with a link that went to an address of the owner's."""
RULES = "rules"
"""Who did what no person did."""


class EventKind(StrEnum):
    """What may happen to an account."""

    LOGGED_IN = "logged_in"
    LOGGED_OUT = "logged_out"
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    UNLOCK_ASKED = "unlock_asked"
    PASSWORD_SET = "password_set"
    PASSWORD_CHANGED = "password_changed"
    ADDRESS_NAMED = "address_named"
    ADDRESS_STOPPED = "address_stopped"
    ADDRESS_ADDED = "address_added"
    ADDRESS_REMOVED = "address_removed"
    PRIMARY_CHANGED = "primary_changed"
    PROFILE_CHANGED = "profile_changed"
    NAME_ASKED = "name_asked"
    BADGE_HIDDEN = "badge_hidden"
    BADGE_SHOWN = "badge_shown"
    DATA_DOWNLOADED = "data_downloaded"
    ACCOUNT_DELETED = "account_deleted"


@dataclass(frozen=True, slots=True)
class PastEvent:
    """One event, as `AccountEvent` has it."""

    kind: str
    made_by: str
    source: str
    detail: str
    made_at: datetime


def list_events(connection: Connection, earner_id: str, most: int) -> list[PastEvent]:
    """Return what happened to an account, the newest first."""
    columns = (
        col(AccountEvent.kind),
        col(AccountEvent.made_by),
        col(AccountEvent.source),
        col(AccountEvent.detail),
        col(AccountEvent.made_at),
    )
    newest = select(*columns).where(col(AccountEvent.earner_id) == earner_id).order_by(col(AccountEvent.made_at).desc())
    return [PastEvent(*row) for row in connection.execute(newest.limit(most))]


def note_event(  # noqa: PLR0913 - what, whose, who, whence, when
    connection: Connection,
    earner_id: str,
    kind: EventKind,
    now: datetime,
    *,
    made_by: str = OWNER,
    source: str = "",
    detail: str = "",
) -> None:
    """Write one event. `source` is the IP address that it came from, empty if from none."""
    connection.execute(
        insert(AccountEvent).values(
            id=make_id(),
            earner_id=earner_id,
            kind=kind.value,
            made_by=made_by,
            source=network_of(source) if source else "",
            detail=detail,
            made_at=now,
        )
    )
    _log.info("account_event", earner=earner_id, kind=kind.value)
