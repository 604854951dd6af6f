"""Finding tickets and mails by what was written, the newest first, a page at a time.

Here belong the queries. However many fit, a page looks at no more than `WINDOW` of them: where filters leave few, it is
short, and the next one goes on from there. People, badges and issuers are found by `people`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, or_, select, text
from sqlmodel import col

from badges.tables import Issuer
from desk.members.tables import Member
from desk.search.asking import Asked, Term, write_for_postgresql, write_for_sqlite
from desk.search.marking import Piece, mark_all, mark_piece
from desk.search.words import list_words
from desk.tables import SearchEntry, Ticket, TicketEntry

PAGE = 20
WINDOW = 1_000


@dataclass(frozen=True, slots=True)
class FoundTicket:
    """A ticket, with the newest of what was written on it that fits."""

    reference: str
    state: str
    intent: str
    requester: str
    """Name and address, as far as they are known."""
    subject: Sequence[Piece]
    piece: Sequence[Piece]
    written_by: str
    written_at: datetime | None
    assignee: str
    issuer_name: str


@dataclass(frozen=True, slots=True)
class FoundMail:
    """A mail that belongs to no ticket: a report, or one that was not answered."""

    raw_mail_id: str
    subject: Sequence[Piece]
    sender: Sequence[Piece]


@dataclass(frozen=True, slots=True)
class FoundPage:
    """A page of what was found."""

    tickets: Sequence[FoundTicket]
    mails: Sequence[FoundMail]
    before: int | None
    """Where the next page goes on; None where there is nothing more."""


def find_written(connection: Connection, asked: Asked, me: str, before: int | None = None) -> FoundPage:
    """Return tickets and mails that fit, written before the entry `before`."""
    window = _look(connection, asked, before)
    rows = _read(connection, window, asked, me) if window else []
    page, rest = _take_page(rows)
    last = rest[0].id + 1 if rest else window[-1] if len(window) == WINDOW else None
    texts = _read_texts(connection, [row.entry_id for row in page if row.ticket_id])
    terms = (*asked.terms, *asked.senders)
    tickets = [_show_ticket(row, texts.get(row.entry_id), terms) for row in page if row.ticket_id]
    mails = [
        FoundMail(row.raw_mail_id, mark_all(row.title, terms), mark_all(row.sender, terms))
        for row in page
        if not row.ticket_id
    ]
    return FoundPage(tickets, mails, last)


def _take_page(rows: Sequence[Row[Any]]) -> tuple[list[Row[Any]], Sequence[Row[Any]]]:
    """Return the first rows of different tickets, and what comes behind them."""
    page: list[Row[Any]] = []
    seen: set[str] = set()
    for at, row in enumerate(rows):
        if row.ticket_id in seen:
            continue
        if len(page) == PAGE:
            return page, rows[at:]
        page.append(row)
        if row.ticket_id:
            seen.add(row.ticket_id)
    return page, ()


def _look(connection: Connection, asked: Asked, before: int | None) -> list[int]:
    """Return the numbers of the newest entries whose words fit."""
    values = {"before": before if before is not None else 2**62, "most": WINDOW}
    is_postgresql = connection.dialect.name == "postgresql"
    if asked.reference is not None:
        named = Term(tuple(word.text for word in list_words(asked.reference)), is_begun=False)
        asked = replace(asked, terms=(*asked.terms, named))
    words = write_for_postgresql(asked) if is_postgresql else write_for_sqlite(asked)
    if not words:
        return list(connection.execute(_NEWEST, values).scalars())
    return list(connection.execute(_FIT_POSTGRESQL if is_postgresql else _FIT_SQLITE, values | {"q": words}).scalars())


_NEWEST = text("SELECT id FROM search_entry WHERE id < :before ORDER BY id DESC LIMIT :most")
_FIT_SQLITE = text(
    "SELECT rowid FROM search_words WHERE search_words MATCH :q AND rowid < :before ORDER BY rowid DESC LIMIT :most"
)
_FIT_POSTGRESQL = text(
    "SELECT id FROM search_entry WHERE words @@ CAST(:q AS tsquery) AND id < :before ORDER BY id DESC LIMIT :most"
)


def _read(connection: Connection, window: Collection[int], asked: Asked, me: str) -> Sequence[Row[Any]]:
    query = _ROWS.where(col(SearchEntry.id).in_(window)).order_by(col(SearchEntry.id).desc())
    if states := asked.states & {"open", "waiting", "closed"}:
        query = query.where(col(Ticket.state).in_(states))
    if "mine" in asked.states:
        query = query.where(col(Ticket.assigned_to) == me)
    if "unassigned" in asked.states:
        query = query.where(col(Ticket.assigned_to).is_(None), col(Ticket.id).is_not(None))
    if asked.reference is not None:
        query = query.where(col(Ticket.reference) == asked.reference)
    if asked.issuer is not None:
        query = query.where(or_(col(Issuer.slug) == asked.issuer, col(Issuer.domain) == asked.issuer))
    return connection.execute(query).all()


_ROWS: Select[*tuple[Any, ...]] = (
    select(
        col(SearchEntry.id),
        col(SearchEntry.ticket_id),
        col(SearchEntry.entry_id),
        col(SearchEntry.raw_mail_id),
        col(SearchEntry.title),
        col(SearchEntry.sender),
        col(Ticket.reference),
        col(Ticket.state),
        col(Ticket.intent),
        col(Ticket.subject),
        col(Ticket.requester_name),
        col(Ticket.requester_address),
        col(Ticket.assigned_to),
        col(Member.name).label("assignee"),
        col(Issuer.name).label("issuer_name"),
    )
    .outerjoin(Ticket, col(Ticket.id) == col(SearchEntry.ticket_id))
    .outerjoin(Issuer, col(Issuer.id) == col(Ticket.issuer_id))
    .outerjoin(Member, col(Member.address) == col(Ticket.assigned_to))
)


def _read_texts(connection: Connection, entry_ids: Collection[str]) -> Mapping[str, Row[Any]]:
    query: Select[*tuple[Any, ...]] = select(
        col(TicketEntry.id), col(TicketEntry.author), col(TicketEntry.text), col(TicketEntry.created_at)
    ).where(col(TicketEntry.id).in_(entry_ids))
    return {row.id: row for row in connection.execute(query)} if entry_ids else {}


def _show_ticket(row: Row[Any], written: Row[Any] | None, terms: Sequence[Term]) -> FoundTicket:
    requester = f"{row.requester_name} <{row.requester_address}>" if row.requester_name else row.requester_address
    return FoundTicket(
        row.reference,
        row.state,
        row.intent,
        requester,
        mark_all(row.subject, terms),
        mark_piece(written.text, terms) if written else [],
        written.author if written else "",
        written.created_at if written else None,
        row.assignee or row.assigned_to or "",
        row.issuer_name or "",
    )
