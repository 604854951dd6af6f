"""Showing badges: hide one from the public or show it again, and count the presses of its share buttons.

Here belong the two acts and the counts. What a page shows of a badge stands in `web.awards`; LinkedIn's addresses in
`badges.linkedin`. Only the owner may act, and not on a badge that is held: for everybody else, and for that one, the
answer is the one for a badge that does not exist.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, Engine, Row, func, insert, select, update
from sqlmodel import col

from badges.account_tables import ShareClick
from badges.assertions import AssertionState
from badges.ids import make_id
from badges.tables import Assertion
from desk.accounts.trail import EventKind, note_event

ONE_PRESS = timedelta(minutes=1)
"""Presses of one button within this time count once: a double click, or a script that would fill the table."""


class ShareKind(StrEnum):
    """The buttons that are counted."""

    ADD_TO_PROFILE = "add_to_profile"
    ADD_TO_STREAM = "add_to_stream"


@dataclass(frozen=True, slots=True)
class ShareCount:
    """How often the owner pressed each button of one badge, and when last."""

    add_to_profile: int = 0
    add_to_stream: int = 0
    last_at: datetime | None = None


def change_visibility(  # noqa: PLR0913, PLR0917 - whose, what, how, whence, when
    engine: Engine, earner_id: str, assertion_id: str, is_hidden: bool, source: str, now: datetime
) -> bool:
    """Hide a badge from the public, or show it again; return whether the earner has such a badge.

    To ask for what is so already changes nothing. Hiding withdraws the public page; the credential stays what it is.
    """
    hidden_at = col(Assertion.hidden_at)
    is_otherwise = hidden_at.is_(None) if is_hidden else hidden_at.is_not(None)
    change = update(Assertion).where(*_own(earner_id, assertion_id), is_otherwise)
    with engine.begin() as connection:
        if connection.execute(change.values(hidden_at=now if is_hidden else None)).rowcount == 0:
            return _find_own(connection, earner_id, assertion_id) is not None
        kind = EventKind.BADGE_HIDDEN if is_hidden else EventKind.BADGE_SHOWN
        note_event(connection, earner_id, kind, now, source=source, detail=f"badge {assertion_id}")
    return True


def count_share(engine: Engine, earner_id: str, assertion_id: str, kind: ShareKind, now: datetime) -> bool:
    """Count one press; return whether the earner has such a badge and it can be shared: public and not revoked."""
    with engine.begin() as connection:
        badge = _find_own(connection, earner_id, assertion_id)
        if badge is None or badge.hidden_at is not None or badge.state == AssertionState.REVOKED:
            return False
        recent = select(col(ShareClick.id)).where(
            col(ShareClick.assertion_id) == assertion_id,
            col(ShareClick.kind) == kind.value,
            col(ShareClick.made_at) > now - ONE_PRESS,
        )
        if connection.execute(recent.limit(1)).first() is None:
            press = {"id": make_id(), "assertion_id": assertion_id, "kind": kind.value, "made_at": now}
            connection.execute(insert(ShareClick).values(press))
    return True


def count_shares(connection: Connection, assertion_ids: Collection[str]) -> Mapping[str, ShareCount]:
    """Return the counts of those badges that have any."""
    clicks = (
        select(
            col(ShareClick.assertion_id),
            func.count().filter(col(ShareClick.kind) == ShareKind.ADD_TO_PROFILE.value),
            func.count().filter(col(ShareClick.kind) == ShareKind.ADD_TO_STREAM.value),
            func.max(col(ShareClick.made_at)),
        )
        .where(col(ShareClick.assertion_id).in_(assertion_ids))
        .group_by(col(ShareClick.assertion_id))
    )
    return {row[0]: ShareCount(*row[1:]) for row in connection.execute(clicks)}


def _find_own(connection: Connection, earner_id: str, assertion_id: str) -> Row[str, datetime | None] | None:
    query = select(col(Assertion.state), col(Assertion.hidden_at)).where(*_own(earner_id, assertion_id))
    return connection.execute(query).first()


def _own(earner_id: str, assertion_id: str) -> tuple[ColumnElement[bool], ...]:
    is_theirs = col(Assertion.earner_id) == earner_id
    return col(Assertion.id) == assertion_id, is_theirs, col(Assertion.held_at).is_(None)
