"""Who of the staff has a ticket open, who is writing, and what they have written and not sent yet.

Here belong presence and drafts: neither is part of a ticket's story, so nothing here writes an entry or moves its
clock. What has been sent or noted is forgotten here in the transaction that does so.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from desk.members.tables import Member
from desk.office import Office
from desk.tables import TicketView

LONGEST_DRAFT = 20_000
"""Characters of a reply or a note that are kept."""
PRESENT = timedelta(seconds=45)
"""How long after its last sign a page counts as open; it gives one every 20 seconds."""
TYPING = timedelta(seconds=15)

_VIEW = TicketView.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody else who has the ticket open."""

    name: str
    is_typing: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """What a member has typed and not sent."""

    reply: str = ""
    note: str = ""


def note_presence(office: Office, ticket_id: str, member_id: str, now: datetime) -> None:
    """Note that a member has the ticket open."""
    _put(office, ticket_id, member_id, {"seen_at": now})


def keep_draft(office: Office, ticket_id: str, member_id: str, draft: Draft, now: datetime) -> None:
    """Keep what a member has typed so far, cut to `LONGEST_DRAFT`."""
    text = {"reply": draft.reply[:LONGEST_DRAFT], "note": draft.note[:LONGEST_DRAFT]}
    _put(office, ticket_id, member_id, {"seen_at": now, "typed_at": now, **text})


def find_draft(connection: Connection, ticket_id: str, member_id: str) -> Draft:
    """Return what a member has typed and not sent."""
    query = select(col(TicketView.reply), col(TicketView.note)).where(*_is(ticket_id, member_id))
    row = connection.execute(query).first()
    return Draft(*row) if row else Draft()


def list_viewers(connection: Connection, ticket_id: str, but: str, now: datetime) -> list[Viewer]:
    """Return who has the ticket open at this moment, `but` one member."""
    query: Select[*tuple[Any, ...]] = (
        select(col(Member.name), col(TicketView.typed_at))
        .join(Member, col(Member.id) == col(TicketView.member_id))
        .where(
            col(TicketView.ticket_id) == ticket_id,
            col(TicketView.member_id) != but,
            col(TicketView.seen_at) > now - PRESENT,
        )
        .order_by(col(Member.name))
    )
    rows = connection.execute(query.limit(20))
    return [Viewer(name, typed_at is not None and typed_at > now - TYPING) for name, typed_at in rows]


def forget_reply(connection: Connection, ticket_id: str, member_id: str | None) -> None:
    """Forget the draft of a reply: it was sent."""
    _forget(connection, ticket_id, member_id, {"reply": "", "typed_at": None})


def forget_note(connection: Connection, ticket_id: str, member_id: str | None) -> None:
    """Forget the draft of a note: it was written."""
    _forget(connection, ticket_id, member_id, {"note": "", "typed_at": None})


def _forget(connection: Connection, ticket_id: str, member_id: str | None, values: dict[str, Any]) -> None:
    if member_id is not None:
        connection.execute(update(TicketView).where(*_is(ticket_id, member_id)).values(values))


def _put(office: Office, ticket_id: str, member_id: str, values: dict[str, Any]) -> None:
    with office.engine.begin() as connection:
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        new = {"ticket_id": ticket_id, "member_id": member_id, "reply": "", "note": "", **values}
        written = dialect.insert(_VIEW).values(new)
        connection.execute(written.on_conflict_do_update(index_elements=["ticket_id", "member_id"], set_=values))


def _is(ticket_id: str, member_id: str) -> tuple[Any, Any]:
    return col(TicketView.ticket_id) == ticket_id, col(TicketView.member_id) == member_id
